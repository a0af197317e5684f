"""Images that have several attributes each."""

import csv
import io
import pathlib

import numpy as np
import tensorflow as tf

from keras_gan.data.arrays import getter
from keras_gan.data.file_names import FILE_COLUMNS, as_key, named, of_files, text_of
from keras_gan.data.images import check_channels, check_value_range, from_uint8, image_size_pair, with_range
from keras_gan.data.load import check_options, read
from keras_gan.data.stream import Stream

VALUES = {"1": 1.0, "1.0": 1.0, "true": 1.0, "yes": 1.0}
VALUES |= {"0": 0.0, "0.0": 0.0, "-1": 0.0, "-1.0": 0.0, "false": 0.0, "no": 0.0}


def attributes(
    folder,
    table,
    names=None,
    *,
    split="train",
    image_size=None,
    batch_size=64,
    channels=None,
    seed=0,
    flip=False,
    fit="crop",
    on_error="raise",
    value_range=None,
    cache_limit=4 * 2**30,
):
    """Load images with attributes, each 0 or 1, for `StarGAN` and models with `conditions.Attributes`.

    Args:
        folder: path of the images, with or without "folder:".
        table: path of a `.csv` or `.txt` file. A `.csv` file has a column `file`
            (`image_id` in Kaggle's CelebA) and one column for each attribute. A `.txt` file has CelebA's
            format: the number of images, the attributes' names, then one line for each image with its file
            and its values. Values are 0 or -1, and 1; false and true, no and yes. The table names a file by
            its path in the folder or by its name, with or without extension.
        names: list of the attributes to take. Default: all.
        split, image_size, batch_size, channels, seed, flip, fit, on_error, value_range, cache_limit: as in
            `keras_gan.data.load`.

    Returns:
        `tf.data.Dataset` of dicts with `image`, float32 in [-1, 1], and `condition`, float32 of shape
        (batch_size, attributes), each 0 or 1. `dataset.class_names` has the attributes' names.

    Raises:
        ValueError: for images with no row or with several rows, unknown names, and any other values. A
            warning names rows of images that the split does not have.

    Example:
    >>> from PIL import Image
    >>> folder = pathlib.Path("/tmp/keras_gan_example/faces")
    >>> folder.mkdir(parents=True, exist_ok=True)
    >>> for name in ("a.png", "b.png"):
    ...     Image.new("RGB", (16, 16)).save(folder / name)
    >>> table = folder.parent / "faces.csv"
    >>> _ = table.write_text("file,smiling,glasses\\na.png,1,-1\\nb.png,-1,-1\\n")
    >>> data = keras_gan.data.attributes(folder, table, batch_size=2)
    >>> data.class_names, data.element_spec["condition"].shape
    (['smiling', 'glasses'], TensorShape([2, 2]))
    """
    check_channels(channels)
    value_range = check_value_range(value_range)
    check_options(fit, on_error)
    if not isinstance(split, str):
        raise ValueError(f"`split` must be a name of one split. Received: {split!r}")
    folder = f"folder:{str(folder).removeprefix('folder:')}"
    chosen, rows = read_table(table, names)
    source = read(
        folder,
        split,
        image_size_pair(image_size),
        channels,
        False,
        None,
        fit,
        on_error,
        cache_limit=cache_limit,
        value_range=value_range,
    )
    of_each = of_files(rows, source.files, "attributes", str(table))
    for problem, bad in (
        ("no row", [i for i, each in enumerate(of_each) if not each]),
        ("several rows", [i for i, each in enumerate(of_each) if len(each) > 1]),
    ):
        if bad:
            raise ValueError(
                f"{len(bad)} of {len(of_each)} images have {problem} in {table}: {named(source.files, bad)}"
            )
    values = np.array([each[0] for each in of_each], "float32")
    images = getter(source.images)
    with tf.device("CPU:0"), tf.init_scope():
        held = tf.constant(values)

    def fetch(indices):
        return {"image": from_uint8(images(indices)), "values": tf.gather(held, indices)}

    def then(batch, seed):
        # Under another key until here: a `condition` that is an image would be mirrored with `image`.
        return {"image": batch["image"], "condition": batch["values"]}

    stream = Stream(
        fetch,
        len(values),
        batch_size,
        seed=seed,
        flip=flip,
        then=then,
        class_names=chosen,
        value_range=source.value_range,
        name=with_range(folder if split == "train" else f"{folder}[{split}]", source.value_range),
    )
    dataset = stream.dataset()
    dataset.class_names = chosen
    return dataset


def read_table(table, names=None):
    """Return the attributes' names, and a dict from each file to its list of rows of 0 and 1."""
    if not isinstance(table, (str, pathlib.PurePath)):
        raise ValueError(f"`table` must be a path of a .csv or .txt file. Received: {type(table).__name__}")
    path = pathlib.Path(table).expanduser()
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".txt"):
        raise ValueError(f"`table` must be a .csv or .txt file. Received: {str(table)!r}")
    if not path.is_file():
        raise ValueError(f"There is no file {str(path)!r} of attributes.")
    text = text_of(path)
    if suffix == ".csv":
        lines = [row for row in csv.reader(io.StringIO(text)) if row]
        header = [cell.strip() for cell in lines[0]] if lines else []
        at = next((header.index(name) for name in FILE_COLUMNS if name in header), None)
        if at is None:
            raise ValueError(f"{path} must have a column `file`. It has: {header}")
        lines = [(line[at] if at < len(line) else "", line[:at] + line[at + 1 :]) for line in lines[1:]]
        header = header[:at] + header[at + 1 :]
    else:
        lines = [line.split() for line in text.splitlines() if line.strip()]
        if len(lines) < 3 or len(lines[0]) != 1 or not lines[0][0].isdigit():
            raise ValueError(
                f"{path} must have the number of images, the attributes' names, and a line for each image, as CelebA's."
            )
        count = int(lines[0][0])
        header, lines = lines[1], [(line[0], line[1:]) for line in lines[2:]]
        if count != len(lines):
            raise ValueError(
                f"{path} says that it has {count} images, and has {len(lines)} lines: it was cut off."
            )
    if not header or not lines:
        raise ValueError(f"{path} has no attributes. It has: columns={header}, {len(lines)} rows")
    repeated = sorted({name for name in header if header.count(name) > 1 or not name})
    if repeated:
        raise ValueError(f"{path} has several columns of one name, or none: {repeated}")
    chosen = _chosen(names, header, table)
    unnameable = [name for name in chosen if "," in name or name == "none"]
    if unnameable:
        raise ValueError(
            f'{path}: an attribute must not be called {unnameable[0]!r}, as texts of attributes are joined by commas and "none" is '
            "none of them."
        )
    columns, rows = [header.index(name) for name in chosen], {}
    for file, cells in lines:
        if not file or len(cells) != len(header):
            raise ValueError(
                f"{path}: the row of {file!r} has {len(cells)} values, and there are {len(header)} attributes."
            )
        values = [VALUES.get(cells[at].strip().lower()) for at in columns]
        if None in values:
            at = columns[values.index(None)]
            raise ValueError(
                f"{path}: {header[at]!r} of {file!r} must be 0 or 1, -1 or 1, or no or yes. Received: {cells[at]!r}. Other columns "
                "are left out by `names`."
            )
        rows.setdefault(as_key(file), []).append(values)
    return chosen, rows


def _chosen(names, found, table):
    """Return the requested attributes, after checking them."""
    if names is None:
        return found
    names = list(names) if isinstance(names, (list, tuple)) else [names]
    unknown = [name for name in names if name not in found]
    if unknown or not names or len(set(names)) < len(names):
        raise ValueError(
            f"`names` must be different attributes of {table}: {', '.join(map(str, found))}. Received: {names}"
        )
    return names
