"""Where things are kept that can be made again: data sets, extractors, reference statistics."""

import os
import pathlib
import uuid


def cache_folder(*parts):
    """The folder `$XDG_CACHE_HOME/keras_gan/...` (by default below ~/.cache), made if it is not there."""
    root = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = pathlib.Path(root, "keras_gan", *parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_whole(path, write):
    """Let `write(partial_path)` write a file that then takes its place: a reader sees all of it or nothing."""
    path = pathlib.Path(path)
    partial = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")
    try:
        write(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
