"""Where things are kept that can be made again: data sets, extractors, reference statistics."""

import os
import pathlib


def cache_folder(*parts):
    """The folder `$XDG_CACHE_HOME/keras_gan/...` (by default below ~/.cache), made if it is not there."""
    root = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = pathlib.Path(root, "keras_gan", *parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
