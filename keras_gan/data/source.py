"""What each source of images gives to `load`."""

import dataclasses


@dataclasses.dataclass
class Source:
    """Images of one split.

    Attributes:
        images: uint8 array of shape (n, *shape), or an object whose `[indices]` gives such rows.
        labels: int64 array of shape (n,); zeros where there are none.
        class_names: list of str, or None.
        shape: (height, width, channels).
    """

    images: object
    labels: object
    class_names: list | None
    shape: tuple
