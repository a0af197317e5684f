"""Folders of images, or of one folder per class."""

import concurrent.futures
import os
import warnings

import numpy as np

from keras_gan.data.images import SUFFIXES, fit_image, label_map, open_image, size_of
from keras_gan.data.source import Source

SPLITS = ("train", "test", "val", "valid", "validation")
GREY_MODES = ("1", "L", "LA", "I", "F", "I;16", "I;16B", "I;16L")


def read(path, split, size, channels, labels, fit, on_error, cache_limit):
    """Read a folder's images; see `keras_gan.data.load` for the arguments."""
    if not os.path.isdir(path):
        raise ValueError(f"There is no folder {path!r}.")
    path = split_folder(path, split)
    files, classes, class_names = list_files(path)
    if labels and class_names is None:
        raise ValueError(
            f"Labels (`labels=True`, or a recipe that trains on classes) need one folder per class. {path!r} has images only."
        )
    files, kept, modes = check_files(files, on_error)
    classes = np.asarray(classes, "int64")[kept]
    if size is None:
        size = one_size(files)
    if channels is None:
        channels = channels_of(modes)
    images = Files(files, size, channels, fit)
    shape = (*size, channels)
    return Source(images.cached(cache_limit), classes, class_names, shape)


def channels_of(modes):
    """1 where all pictures are grey, else 3."""
    return 1 if all(mode in GREY_MODES for mode in modes) else 3


class Files:
    """Images in files, decoded when they are asked for: `files[indices]`."""

    dtype = np.dtype("uint8")

    def __init__(self, paths, size, channels, fit):
        self.paths, self.size, self.channels, self.fit = paths, size, channels, fit
        self.shape = (len(paths), *size, channels)

    def __len__(self):
        return len(self.paths)

    def cached(self, limit):
        """All of them as an array, where it takes no more than `limit` bytes."""
        return self[range(len(self))] if int(np.prod(self.shape)) <= limit else self

    def __getitem__(self, indices):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.stack(list(pool.map(self._decode, indices)))

    def _decode(self, i):
        return fit_image(open_image(self.paths[i]), self.size, self.channels, self.fit)


class LabelMaps(Files):
    """The same of pictures whose pixels are numbers of classes; a channel for each class."""

    def _decode(self, i):
        try:
            return label_map(open_image(self.paths[i]), self.size, self.channels, self.fit)
        except ValueError as error:
            raise ValueError(f"{self.paths[i]}: {error}") from error


def list_files(path):
    """Return the image files of a folder, their class indices, and the class names or None.

    Raises:
        ValueError: for an empty folder, classes nested too deep, images beside class folders.
    """
    here, folders = _look(path)
    if here:
        with_images = [folder for folder in folders if _look(folder)[0]]
        if with_images:
            raise ValueError(
                f"{path!r} has both images ({os.path.basename(here[0])}) and folders of images "
                f"({os.path.basename(with_images[0])}): images belong in class folders, or all in one."
            )
        return here, [0] * len(here), None
    files, classes, names = [], [], []
    for folder in folders:
        images, deeper = _look(folder)
        nested = [f for f in deeper if _look(f)[0] or _look(f)[1]]
        if nested:
            raise ValueError(
                f"Class folders are nested too deep: {nested[0]!r} lies two levels below {path!r}. "
                f"Name the folder that holds the classes: 'folder:{folder}'."
            )
        if images:
            files += images
            classes += [len(names)] * len(images)
            names.append(os.path.basename(folder))
    if not files:
        raise ValueError(f"{path!r} has no images. Known endings: {', '.join(SUFFIXES)}")
    return files, classes, names


def _look(path):
    """Image files and folders directly in a folder, sorted by names without endings; hidden ones left out."""
    entries = sorted((e.path for e in os.scandir(path) if not e.name.startswith(".")), key=os.path.splitext)
    return (
        [e for e in entries if e.lower().endswith(SUFFIXES) and os.path.isfile(e)],
        [e for e in entries if os.path.isdir(e)],
    )


def split_folder(path, split):
    """The folder of a split: a sub-folder of that name where all sub-folders are named like splits."""
    names = [os.path.basename(folder) for folder in _look(path)[1]]
    known = [name for name in names if name in SPLITS or name == split]
    if known and len(known) < len(names):
        if split == "train" and not _look(path)[0] and split not in names:
            return path
        raise ValueError(
            f"{path!r} has folders named like splits ({known}) beside others "
            f"({[n for n in names if n not in known][:3]}): are they splits or classes? Name the folder "
            "of one split, 'folder:PATH/train', or rename the classes."
        )
    if split in names:
        return os.path.join(path, split)
    if split == "train" and not known:
        return path
    raise ValueError(
        f"{path!r} has no split {split!r}: a folder's splits are sub-folders of that name. "
        f"It has: {known or 'none, so that all its images are the split train'}"
    )


def check_files(files, on_error=None):
    """Open each file once, so that a bad one is named now and not in the middle of a training.

    `on_error` is "raise", "skip", or None where no file can be left out, as of pairs. Returns the files that can be read,
    their indices and their colour modes.
    """

    def examine(path):
        try:
            if os.path.getsize(path) == 0:
                return None, f"{path} is an empty file"
            return open_image(path).mode, None
        except (ValueError, OSError) as error:
            return None, str(error)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        modes, problems = zip(*pool.map(examine, files), strict=True)
    bad = [p for p in problems if p]
    if bad and on_error != "skip":
        or_else = ", or pass on_error='skip' (--skip-bad)" if on_error else ""
        raise ValueError(
            f"{len(bad)} of {len(files)} files cannot be read: {' | '.join(bad[:5])}"
            f"{' | ...' if len(bad) > 5 else ''}. Mend or remove them{or_else}."
        )
    if bad:
        warnings.warn(f"Skipped {len(bad)} of {len(files)} files: " + " | ".join(bad), stacklevel=2)
    kept = [i for i, p in enumerate(problems) if not p]
    if not kept:
        raise ValueError("None of the files can be read.")
    return [files[i] for i in kept], kept, [modes[i] for i in kept]


def one_size(files):
    """The size (height, width) that all images share; a ValueError where they differ."""
    sizes = {}
    for path in files:
        sizes.setdefault(size_of(path), path)
        if len(sizes) > 1:
            (a, first), (b, second) = sizes.items()
            raise ValueError(
                f"The images differ in size: {first} is {a}, {second} is {b} (height, width). "
                "Pass `image_size`."
            )
    return next(iter(sizes))
