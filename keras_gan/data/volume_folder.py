"""Folders of medical volumes -> images."""

import os
import warnings

import numpy as np

from keras_gan.data import volumes
from keras_gan.data.folder import UNLABELLED, canonical, is_hidden, is_image
from keras_gan.data.source import Source


def holds_volumes(root):
    """Whether a folder has medical volumes and no images; raise a ValueError if it has both."""
    first = {True: None, False: None}
    for folder, _, names in os.walk(root, followlinks=True):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if is_hidden(name):
                continue
            medical = volumes.is_volume(path)
            if medical or (first[False] is None and is_image(path)):
                first[medical] = first[medical] or path
            if all(first.values()):
                raise ValueError(
                    f"{root!r} has both medical volumes ({first[True]}) and images ({first[False]}): put them into two folders."
                )
        if first[False] is not None:
            # Images are in one folder or in class folders: not all files need to be checked.
            return False
    return first[True] is not None


def read(root, split, size, channels, labels, fit, on_error, value_range):
    """Return the slices of a folder's medical volumes, also those in class folders."""
    if on_error == "skip":
        raise ValueError(
            f"{root!r} holds medical volumes, of which no file can be skipped (--skip-bad): a series would miss slices."
        )
    folders = _folders(root)
    known = [folder for folder in folders if canonical(os.path.basename(folder))]
    if known:
        mine = [
            folder for folder in known if canonical(os.path.basename(folder)) == (canonical(split) or split)
        ]
        if len(mine) != 1:
            raise ValueError(
                f"{root!r} has no split {split!r}. It has: {[os.path.basename(x) for x in known]}"
            )
        root, every = mine[0], known
        folders = _folders(root)
    elif split != "train":
        raise ValueError(f"{root!r} has no split {split!r}: a folder's splits are sub-folders of that name.")
    else:
        every = [root]
    groups, names = [root], None
    if labels:
        groups = folders
        # Classes have the same numbers in all splits.
        names = sorted(
            {os.path.basename(group) for folder in every for group in _folders(folder)} - set(UNLABELLED)
        )
        if not names:
            raise ValueError(f"Labels need one folder per class. {root!r} has none.")
    found = [volumes.read_volumes(group) for group in groups]
    _check_spacings([volume for group in found for volume in group])
    # One window for all splits, so that a value means the same in each.
    others = (
        [] if value_range else [v for folder in every if folder != root for v in volumes.read_volumes(folder)]
    )
    window, source = volumes.window_of([v for group in found for v in group] + others, value_range)
    if source:
        warnings.warn(
            f"{root}: black and white are {source}. `value_range=({window[0]:g}, {window[1]:g})` (--value-range "
            f"{window[0]:g},{window[1]:g}) sets this explicitly.",
            stacklevel=4,
        )
    sizes = {volume.values.shape[1:] for group in found for volume in group}
    if size is None and len(sizes) > 1:
        raise ValueError(
            f"The slices in {root!r} are of several sizes, {sorted(sizes)}: give `image_size`, --image-size."
        )
    images, classes = [], []
    for folder, group in zip(groups, found, strict=True):
        name = os.path.basename(folder)
        label = 0 if names is None else names.index(name) if name in names else -1
        for volume in group:
            images.append(volumes.slices_of(volume, window, size, fit, channels or 1))
            classes += [label] * len(images[-1])
    images = np.concatenate(images)
    return Source(images, np.array(classes, "int64"), names, images.shape[1:], value_range=window)


def _check_spacings(found):
    """Warn of volumes whose pixels or slices are of different sizes in mm, in which the same organ differs in size."""
    spacings = {volume.name: volume.spacing for volume in found if volume.spacing is not None}
    for what, part in (("pixels", slice(1, 3)), ("slices", slice(0, 1))):
        sizes = {name: spacing[part] for name, spacing in spacings.items() if None not in spacing[part]}
        if not sizes:
            continue
        (first, usual), *others = sizes.items()
        other = next((name for name, size in others if not np.allclose(size, usual, rtol=0.02)), None)
        if other is not None:
            warnings.warn(
                f"The volumes mix spacings: {what} of {_in_mm(usual)} mm in {first}, of {_in_mm(sizes[other])} mm in {other}. They are "
                "taken as they are; resample them to one spacing if sizes matter.",
                stacklevel=5,
            )


def _in_mm(spacing):
    return " x ".join(f"{each:g}" for each in spacing)


def _folders(root):
    paths = [os.path.join(root, name) for name in sorted(os.listdir(root)) if not is_hidden(name)]
    return [path for path in paths if os.path.isdir(path)]
