"""What `load` requests from a source of images, and what the source returns."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A request; its attributes are arguments of `keras_gan.data.load`.

    Attributes:
        split: str.
        size: (height, width), or None for the images' own.
        channels: 1, 3, 4 or None.
        labels: bool, whether classes are needed.
        data_dir: folder of the data, or None.
        fit: "crop" or "pad".
        on_error: "raise" or "skip".
        cache_limit: int, bytes up to which images are kept in memory.
        value_range: (low, high), or None.
    """

    split: str
    size: tuple | None = None
    channels: int | None = None
    labels: bool = False
    data_dir: object = None
    fit: str = "crop"
    on_error: str = "raise"
    cache_limit: int = 4 * 2**30
    value_range: tuple | None = None


@dataclasses.dataclass
class Source:
    """Images of one split.

    Attributes:
        images: uint8 array of shape (n, *shape), or an object whose `[indices]` gives such rows.
        labels: int64 array of shape (n,); zeros if there are no labels.
        class_names: list of str, or None.
        shape: (height, width, channels).
        files: list of paths of the images, if each image has a file.
        value_range: (low, high) in the images' own units, if their values were rescaled to uint8; else None.

    Example:
    >>> images = np.zeros((100, 8, 8, 1), "uint8")
    >>> keras_gan.data.Source(images, np.arange(100) % 2, ["even", "odd"], (8, 8, 1)).class_names
    ['even', 'odd']
    """

    images: object
    labels: object
    class_names: list | None
    shape: tuple
    files: list | None = None
    value_range: tuple | None = None
