"""Folders of images, or of one folder per class."""

import concurrent.futures
import difflib
import functools
import hashlib
import json
import os
import pathlib
import shutil
import warnings
import zipfile

import numpy as np

from keras_gan.cache import cache_folder, spilled
from keras_gan.data.images import check_overlap, fit_image, is_deep, label_map, open_image, size_of
from keras_gan.data.source import Source

# Names of folders that are splits, in any case, by the name that `load` takes for the split.
SPLITS = {
    "train": ("train", "training"),
    "test": ("test", "testing", "holdout"),
    "val": ("val", "valid", "validation", "dev", "eval", "evaluation"),
}
GREY_MODES = ("1", "L", "LA", "I", "F", "I;16", "I;16B", "I;16L")
# Formats that Pillow identifies, but cannot read by itself.
UNREADABLE_FORMATS = ("BUFR", "GRIB", "HDF5", "MPEG", "WMF")


class NoClasses(ValueError):
    """Labels are wanted of images that have none."""


def read(path, split, size, channels, labels, fit, on_error, cache_limit, value_range=None):
    """Read a folder's images; see `keras_gan.data.load` for the arguments."""
    root = unpacked(path)
    path = split_folder(root, split)
    files, classes, class_names = list_files(path)
    if labels and class_names is None:
        raise NoClasses(
            f"Labels (`labels=True`, or a recipe that trains on classes) need one folder per class. {path!r} has images only."
        )
    if class_names is not None:
        classes, class_names = _numbered(root, path, classes, class_names, warn=labels)
    files, kept, modes = check_files(files, on_error, value_range)
    classes = np.asarray(classes, "int64")[kept]
    if size is None:
        size = one_size(files)
    if channels is None:
        channels = channels_of(modes)
    images = Files(files, size, channels, fit, value_range)
    shape = (*size, channels)
    return Source(images.cached(cache_limit), classes, class_names, shape, files, value_range)


def channels_of(modes):
    """Return 1 if all images are grey, else 3."""
    return 1 if all(mode in GREY_MODES for mode in modes) else 3


class Files:
    """Images in files, decoded on demand: `files[indices]`."""

    dtype = np.dtype("uint8")

    def __init__(self, paths, size, channels, fit, value_range=None):
        self.paths, self.size, self.channels, self.fit = paths, size, channels, fit
        self.value_range = value_range
        self.shape = (len(paths), *size, channels)

    def __len__(self):
        return len(self.paths)

    def cached(self, limit):
        """Return all images as an array: in memory if it takes at most `limit` bytes, else on disk.

        If the disk has no room for it, the files are decoded anew in each epoch.
        """
        size = int(np.prod(self.shape))
        if size <= limit:
            return self[range(len(self))]
        where = cache_folder("images")
        if shutil.disk_usage(where).free < 2 * size:
            warnings.warn(
                f"{where} has no room for {size / 2**30:.1f} GiB of decoded images: they are decoded anew at each epoch, which "
                "is slow.",
                stacklevel=5,
            )
            return self
        about = [(path, (stat := os.stat(path)).st_size, stat.st_mtime_ns) for path in self.paths]
        group = [
            type(self).__name__,
            os.path.commonpath([os.path.dirname(path) for path in self.paths]),
            self.shape[1:],
            self.fit,
        ]
        return spilled([about, group, self.value_range], self._blocks, self.shape, group)[0]

    def _blocks(self):
        count = len(self)
        print(f"Decoding {count} images once, into the cache.", flush=True)
        for start in range(0, count, 256):
            end = min(start + 256, count)
            yield self[range(start, end)], 0
            if end * 10 // count > start * 10 // count and count > 2560:
                print(f"{end} of {count} images", flush=True)

    def __getitem__(self, indices):
        return np.stack(list(_threads().map(self._decode, indices)))

    def _decode(self, i):
        return fit_image(open_image(self.paths[i]), self.size, self.channels, self.fit, self.value_range)


@functools.cache
def _threads():
    """Return the threads that decode files; they are created once."""
    return concurrent.futures.ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="keras_gan-files")


class LabelMaps(Files):
    """The same for images whose pixels are class numbers; each class has a channel."""

    def _decode(self, i):
        try:
            return label_map(open_image(self.paths[i]), self.size, self.channels, self.fit)
        except ValueError as error:
            raise ValueError(f"{self.paths[i]}: {error}") from error


# === Which files ===

# Names of folders whose images have no class.
UNLABELLED = ("unlabelled", "unlabeled")


def list_files(path, quiet=False):
    """Return the image files of a folder, their class indices, and the class names or None.

    A class folder called `unlabelled` holds images without a class; their index is -1.
    In a folder with a `dataset.json` of the StyleGAN tools, that file gives the labels. A warning names other
    files, unless `quiet` is set.

    Raises:
        ValueError: for an empty folder, class folders nested too deep, and images beside class folders.
    """
    if os.path.isfile(os.path.join(path, "dataset.json")):
        return _listed_in_json(path)
    here, folders, other = _look(path)
    if here:
        with_images = [folder for folder in folders if _look(folder)[0]]
        if with_images:
            raise ValueError(
                f"{path!r} has both images ({os.path.basename(here[0])}) and folders of images "
                f"({os.path.basename(with_images[0])}): images belong in class folders, or all in one."
            )
        _warn_of_others(path, here, other, quiet)
        return here, [0] * len(here), None
    files, classes, names = [], [], []
    for folder in folders:
        images, deeper, others = _look(folder)
        nested = [f for f in deeper if _look(f)[0] or _look(f)[1]]
        if nested:
            raise ValueError(
                f"Class folders are nested too deep: {nested[0]!r} lies two levels below {path!r}. "
                f"Name the folder that holds the classes: 'folder:{folder}'."
            )
        if images:
            files += images
            if os.path.basename(folder).lower() in UNLABELLED:
                classes += [-1] * len(images)
            else:
                classes += [len(names)] * len(images)
                names.append(os.path.basename(folder))
        other += others
    _warn_of_others(path, files, other, quiet)
    if not files:
        raise ValueError(f"{path!r} has no images that Pillow reads.")
    return files, classes, names or None


def all_files(path):
    """The image files of a folder and of all folders below it, at any depth."""
    files, folders, other = _look(path)
    for folder in folders:
        deeper, others = all_files(folder)
        files, other = files + deeper, other + others
    return files, other


def files_of(path, split="train"):
    """The image files of one split of a folder, or of a zip file."""
    return list_files(split_folder(unpacked(path), split))[0]


def _look(path):
    """Return image files, folders and other files in a folder, sorted by stem; hidden ones are left out."""
    entries = sorted(
        (e.path for e in os.scandir(path) if not is_hidden(e.name)),
        key=os.path.splitext,
    )
    folders = [e for e in entries if os.path.isdir(e)]
    files = [e for e in entries if os.path.isfile(e)]
    images = [e for e in files if is_image(e)]
    return images, folders, [e for e in files if e not in set(images)]


def is_hidden(name):
    return name.startswith(".") or name in (
        "__MACOSX",
        "Thumbs.db",
        "desktop.ini",
        "dataset.json",
        "evaluation.json",
    )


@functools.cache
def _suffixes():
    """Return the file extensions of the formats that Pillow reads."""
    from PIL import Image

    Image.init()
    readable = set(Image.OPEN) - set(UNREADABLE_FORMATS)
    return {suffix for suffix, name in Image.EXTENSION.items() if name in readable}


def is_image(path):
    """Whether Pillow reads a file: by its extension, or by its content if the extension is no help."""
    from PIL import Image

    if os.path.splitext(path)[1].lower() in _suffixes():
        return True
    try:
        with Image.open(path) as image:
            return image.format not in UNREADABLE_FORMATS
    except Exception:  # files of other types raise all kinds of errors
        return False


def _warn_of_others(path, images, other, quiet):
    # A text file beside an image is its caption.
    stems = {os.path.splitext(image)[0] for image in images}
    other = [file for file in other if not (file.endswith(".txt") and os.path.splitext(file)[0] in stems)]
    if other and not quiet:
        names = [os.path.relpath(file, path) for file in other[:5]]
        warnings.warn(
            f"Left out of {path}, as Pillow does not read them as images ({len(other)}): "
            f"{', '.join(names)}{' ...' if len(other) > 5 else ''}",
            stacklevel=4,
        )


def _listed_in_json(path):
    """Files and classes of a folder with the `dataset.json` of the StyleGAN tools."""
    try:
        with open(os.path.join(path, "dataset.json")) as file:
            labels = json.load(file)["labels"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}/dataset.json is not a dict with `labels`: {error!r}") from error
    files, _ = all_files(path)
    if not files:
        raise ValueError(f"{path!r} has no images that Pillow reads.")
    if labels is None:
        return files, [0] * len(files), None
    by_name = {name.replace("\\", "/"): label for name, label in labels}
    names = [os.path.relpath(file, path).replace(os.sep, "/") for file in files]
    missing = sorted(set(names) - set(by_name)) or sorted(set(by_name) - set(names))
    if missing:
        raise ValueError(
            f"{path}/dataset.json and the images beside it do not fit: {len(missing)} stand in one of them alone, such as "
            f"{missing[:3]}."
        )
    classes = [by_name[name] for name in names]
    if not all(isinstance(label, int) and label >= 0 for label in classes):
        raise ValueError(
            f"The labels of {path}/dataset.json must be whole numbers from 0. Received: {classes[0]!r}"
        )
    return files, classes, [str(label) for label in range(max(classes) + 1)]


def _numbered(root, path, classes, names, warn):
    """Number classes the same in all splits of a folder, from the class folders of all splits."""
    every = set(names)
    if path != root:
        for folder in _look(root)[1]:
            if canonical(os.path.basename(folder)) or folder == path:
                every |= {os.path.basename(below) for below in _look(folder)[1] if _look(below)[0]}
    every = sorted((name for name in every if name.lower() not in UNLABELLED), key=os.path.splitext)
    absent = [name for name in every if name not in names]
    if absent and warn:
        warnings.warn(f"{path} has no images of the classes {absent}, which other splits have.", stacklevel=4)
    return [index if index < 0 else every.index(names[index]) for index in classes], every


# === Splits ===


def canonical(name):
    """The name of a split that a folder's name stands for ("Training" -> "train"), or None."""
    return next((split for split, names in SPLITS.items() if name.lower() in names), None)


def split_folder(path, split):
    """Return a split's folder: the sub-folder of that name, in any case, if all are named like splits."""
    if not os.path.isdir(path):
        raise ValueError(f"There is no folder {str(path)!r}.")
    here, folders, _ = _look(path)
    names = [os.path.basename(folder) for folder in folders]
    known = [name for name in names if canonical(name) or name == split]
    # A folder without any images, such as one of annotations, is neither a split nor a class.
    others = [name for name in names if name not in known and all_files(os.path.join(path, name))[0]]
    wanted = [name for name in known if name == split] or [
        name for name in known if canonical(name) == (canonical(split) or split)
    ]
    if known and others:
        if split == "train" and not here and not wanted:
            return path
        raise ValueError(
            f"{path!r} has folders named like splits ({known}) beside others "
            f"({others[:3]}): are they splits or classes? Name the folder "
            "of one split, 'folder:PATH/train', or rename the classes."
        )
    if len(wanted) > 1:
        raise ValueError(f"{path!r} has several folders of the split {split!r}: {wanted}. Name one of them.")
    if wanted:
        return os.path.join(path, wanted[0])
    if split == "train" and not known:
        return path
    near = difflib.get_close_matches(split, known, 1)
    if near:
        raise ValueError(f"{path!r} has no split {split!r}. Did you mean {near[0]!r}? It has: {known}")
    raise ValueError(
        f"{path!r} has no split {split!r}: a folder's splits are sub-folders of that name. "
        f"It has: {known or 'none, so that all its images are the split train'}. Move some of its images into {path}/{split}, and "
        f"the others into {path}/train."
    )


def check_on_error(on_error):
    """Raise a ValueError for an unknown value of `on_error`."""
    if on_error not in ("raise", "skip"):
        raise ValueError(f"`on_error` must be one of ('raise', 'skip'). Received: {on_error!r}")


def files_by_class(path, split, endings, with_labels, read, on_error, is_example=lambda path: False):
    """Read all files of a folder that are not images, or all such files of its class folders.

    Classes have the same numbers in all splits, even if a split lacks some of them.

    Args:
        path, split: as in `split_folder`.
        endings: tuple of str, in lower case.
        with_labels: bool, whether each sub-folder is a class.
        read: function from a `pathlib.Path` to an example; it raises a ValueError if the file cannot be read.
        on_error: "raise", or "skip" to leave such files out with a warning.
        is_example: function that returns whether another path, such as a folder of frames, is read too.

    Returns:
        list of examples, list of their paths, int array of labels or None, and the names of the classes or None.

    Raises:
        ValueError: if there are no such files, or if a file cannot be read.
    """
    path = os.path.expanduser(os.fspath(path))
    chosen = split_folder(path, split)
    folder = pathlib.Path(chosen)
    places, names = [(folder, 0)], None
    if with_labels:
        splits = (
            [f.path for f in os.scandir(path) if f.is_dir() and canonical(f.name)] if chosen != path else []
        )
        found = (f for root in {*splits, chosen} for f in os.scandir(root))
        names = sorted({f.name for f in found if f.is_dir() and f.name[0] != "."})
        if not names:
            raise ValueError(f"{folder} has no folders of classes, which `labels=True` needs.")
        places = [(folder / name, i) for i, name in enumerate(names) if (folder / name).is_dir()]
    examples, paths, labels, failed = [], [], [], []
    for place, label in places:
        files = sorted(
            p
            for p in [place, *place.rglob("*")]
            if (p == place or not p.name.startswith("."))
            and ((p.suffix.lower() in endings and p.is_file()) or is_example(p))
        )
        if not files:
            raise ValueError(f"There are no files that end in {', '.join(endings)} in {place}.")
        for file in files:
            try:
                examples.append(read(file))
            except ValueError as error:
                if on_error == "raise":
                    raise ValueError(f"{error} `on_error='skip'` leaves such files out.") from error
                failed.append(file.name)
                continue
            paths.append(file)
            labels.append(label)
    if failed:
        warnings.warn(f"{len(failed)} files were left out, such as {failed[0]}.", stacklevel=4)
    if not examples:
        raise ValueError(f"No file of {folder} can be read.")
    return examples, paths, np.array(labels) if with_labels else None, names


def held_out_folder(path):
    """Return the folder of held-out images: its split "test" if it has splits, else the folder itself."""
    path = unpacked(path)
    has_splits = any(canonical(os.path.basename(folder)) for folder in _look(path)[1])
    return split_folder(path, "test") if has_splits else path


# === Zip files ===


def unpacked(path):
    """Return a folder as it is; for a zip file, the cache folder into which it was unpacked once."""
    path = os.path.expanduser(os.fspath(path))
    if os.path.isdir(path):
        return path
    if not os.path.isfile(path):
        raise ValueError(f"There is no folder {path!r}.")
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path!r} is a file, and neither a folder of images nor a zip file of them.")
    about = os.stat(path)
    key = f"{os.path.abspath(path)} {about.st_size} {about.st_mtime_ns}"
    done = cache_folder("zips") / hashlib.sha256(key.encode()).hexdigest()[:24]
    if not done.is_dir():
        partial = done.with_name(f"{done.name}.{os.getpid()}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                hidden = any(
                    is_hidden(part) and part != "dataset.json" for part in member.filename.split("/") if part
                )
                if not hidden and not member.is_dir():
                    archive.extract(member, partial)
        if not partial.is_dir():
            raise ValueError(f"{path!r} is an empty zip file.")
        partial.rename(done)
    # If an archive holds one folder, that folder is returned.
    inside = [entry for entry in done.iterdir()]
    alone = len(inside) == 1 and inside[0].is_dir() and not canonical(inside[0].name)
    return str(inside[0] if alone and not _look(inside[0])[0] else done)


# === Checks of the files ===


def check_files(files, on_error=None, value_range=None):
    """Open each file once, so that a bad file is reported now and not in the middle of training.

    `on_error` is "raise", "skip", or None if no file can be left out, as for pairs. Returns the files that
    can be read, their indices and their colour modes.
    """

    def examine(path):
        try:
            if os.path.getsize(path) == 0:
                return None, None, f"{path} is an empty file"
            image = open_image(path)
            if image.mode == "LAB":
                return None, None, f"{path} has the colours LAB, which Pillow does not convert"
            extrema = image.getextrema() if is_deep(image) else None
            if image.mode == "F" and not np.isfinite(np.asarray(image)).all():
                return None, None, f"{path} has pixels that are NaN or infinite"
            return image.mode, extrema, None
        except (ValueError, OSError) as error:
            return None, None, str(error)

    modes, extrema, problems = zip(*_threads().map(examine, files), strict=True)
    bad = [p for p in problems if p]
    if bad and on_error != "skip":
        or_else = ", or pass on_error='skip' (--skip-bad)" if on_error else ""
        raise ValueError(
            f"{len(bad)} of {len(files)} files cannot be read: {' | '.join(bad[:5])}"
            f"{' | ...' if len(bad) > 5 else ''}. Repair or remove them{or_else}."
        )
    if bad:
        warnings.warn(f"Skipped {len(bad)} of {len(files)} files: " + " | ".join(bad), stacklevel=2)
    kept = [i for i, p in enumerate(problems) if not p]
    if not kept:
        raise ValueError("None of the files can be read.")
    several = [files[i] for i in kept if _pages_of(files[i]) > 1]
    if several:
        warnings.warn(
            f"{len(several)} TIFF files have several pages, of which the first is taken, such as {several[0]}. Write each page into a "
            "file of its own to use all.",
            stacklevel=3,
        )
    deep = [(modes[i], extrema[i]) for i in kept if extrema[i]]
    check_value_range(deep, value_range, len(kept) - len(deep))
    return [files[i] for i in kept], kept, [modes[i] for i in kept]


def _pages_of(path):
    """Return the number of pages of a TIFF file, and 1 for any other."""
    from PIL import Image

    if not path.lower().endswith((".tif", ".tiff")):
        return 1
    with Image.open(path) as image:
        return getattr(image, "n_frames", 1)


def check_value_range(deep, value_range, others=0):
    """Warn if images of more than 8 bits use little of their range; raise if `value_range` fits none.

    Args:
        deep: list of (mode, (low, high)) of the images of more than 8 bits.
        value_range: (low, high), or None.
        others: int, number of images of 8 bits, which have no range.
    """
    if value_range is not None:
        if not deep:
            raise ValueError(
                f"`value_range` is of images of more than 8 bits, and none of these is. Received: {value_range}"
            )
        check_overlap(value_range, [extrema for _, extrema in deep])
        if others:
            warnings.warn(
                f"{others} of {others + len(deep)} images have 8 bits: `value_range` is not applied to them.",
                stacklevel=3,
            )
        return
    floats = [extrema for mode, extrema in deep if mode == "F"]
    for kind, (low, high), taken in (
        ("16 bits", _range_of([e for mode, e in deep if mode != "F"]), 65535),
        ("floats", _range_of(floats), 255),
    ):
        if high is not None and (high <= taken / 4 or high > taken or low < 0):
            what = "are cut off" if high > taken or low < 0 else "are nearly black"
            warnings.warn(
                f"The images of {kind} have values from {low:g} to {high:g}, where 0 to {taken} are expected: they {what}. "
                f"Pass the range that becomes black to white, `value_range=({low:g}, {high:g})` "
                f"(--value-range {low:g},{high:g}).",
                stacklevel=3,
            )


def _range_of(extrema):
    lows, highs = zip(*extrema, strict=True) if extrema else ((None,), (None,))
    return (min(lows), max(highs)) if extrema else (None, None)


def one_size(files):
    """Return the size (height, width) that all images share; raise a ValueError if they differ."""
    sizes = {}
    for path in files:
        sizes.setdefault(size_of(path), path)
        if len(sizes) > 1:
            (a, first), (b, second) = sizes.items()
            raise ValueError(
                f"The images differ in size: {first} is {a}, {second} is {b} (height, width). "
                "Pass `image_size` (--image-size)."
            )
    return next(iter(sizes))
