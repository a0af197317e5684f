"""Cache of what can be downloaded or computed again: data sets, extractors, reference statistics."""

import hashlib
import json
import os
import pathlib
import shutil
import uuid

import numpy as np


def cache_folder(*parts):
    """Return the folder keras_gan/... in the platform's cache, created if it does not exist.

    The platform's cache is `$XDG_CACHE_HOME`, ~/.cache, ~/Library/Caches, ...
    """
    import platformdirs

    root = os.environ.get("XDG_CACHE_HOME")
    root = pathlib.Path(root, "keras_gan") if root else platformdirs.user_cache_path("keras_gan", False)
    folder = root.joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_whole(path, write):
    """Write a file atomically: `write(partial_path)` writes a temporary file, which then replaces `path`."""
    path = pathlib.Path(path)
    partial = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")
    try:
        write(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def downloaded(address, path, sha256, size, what):
    """Download a file if it does not exist yet, and check its SHA-256.

    Args:
        address: URL.
        path: where the file is kept.
        sha256: expected SHA-256 of the file.
        size: int, size of the file in bytes.
        what: str, name of the file in messages.

    Returns:
        The path.

    Raises:
        OSError: without a network; the message names the file to fetch by hand and where to put it.
        ValueError: if the file has another SHA-256.
    """
    path = pathlib.Path(path)
    if path.exists():
        found = sha256_of(path)
        if found != sha256:
            raise ValueError(
                f"{path} is not the file of {what}: its SHA-256 is {found}, and {sha256} was expected. Delete it, and it is "
                "downloaded again."
            )
        return path

    import keras

    partial = path.with_name(f".{uuid.uuid4().hex}.partial")
    by_hand = (
        f"Fetch this file elsewhere ({size / 1e6:.1f} MB): {address} and put it at {path} (SHA-256 {sha256})."
    )
    try:
        keras.utils.get_file(partial.name, address, cache_dir=partial.parent, cache_subdir="")
        found = sha256_of(partial)
        if found == sha256:
            partial.replace(path)
    except Exception as error:  # `get_file` raises plain ones
        raise OSError(f"{what} could not be downloaded ({error}). {by_hand}") from error
    finally:
        partial.unlink(missing_ok=True)
    if found != sha256:
        raise ValueError(
            f"What {address} gives is not the file of {what}: its SHA-256 is {found}, and {sha256} was expected. A proxy may answer "
            f"in its place. {by_hand}"
        )
    return path


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def spilled(key, blocks, shape, group=None):
    """Store images in a file on disk, written once; a reader never sees a half-written file.

    Args:
        key: all that the images depend on, serialisable as JSON.
        blocks: function that returns an iterable of (uint8 images, labels).
        shape: of all images, (n, height, width, channels).
        group: what the images are of, serialisable as JSON; only the newest file of a group is kept. None
            keeps all files.

    Returns:
        (uint8 memory map of the shape, int64 labels of shape (n,)).
    """
    folder = cache_folder() if group is None else cache_folder("images", _digest(group))
    done = folder / _digest(key)
    if not done.is_dir():
        partial = folder / f"{done.name}.{os.getpid()}.partial"
        partial.mkdir(parents=True, exist_ok=True)
        images = np.lib.format.open_memmap(partial / "images.npy", "w+", "uint8", tuple(shape))
        labels, at = np.zeros(shape[0], "int64"), 0
        for block, block_labels in blocks():
            images[at : at + len(block)] = block
            labels[at : at + len(block)] = block_labels
            at += len(block)
        images.flush()
        del images
        np.save(partial / "labels.npy", labels)
        for older in folder.iterdir() if group is not None else ():
            # Keep what another process is still writing, and what it has written for the same key.
            if older != done and older.suffix != ".partial":
                shutil.rmtree(older, ignore_errors=True)
        try:
            partial.rename(done)
        except OSError:
            # Another process finished first.
            if not done.is_dir():
                raise
            shutil.rmtree(partial, ignore_errors=True)
    return np.load(done / "images.npy", mmap_mode="r"), np.load(done / "labels.npy")


def _digest(key):
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:24]
