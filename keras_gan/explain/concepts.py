"""Concepts defined by colour, without a segmentation model: functions from uint8 images to booleans."""

import numpy as np


def bright(images):
    """Where the mean of the channels is above three quarters of white."""
    return images[..., :3].mean(axis=-1) > 191


def dark(images):
    """Where the mean of the channels is below a quarter of white."""
    return images[..., :3].mean(axis=-1) < 64


def _mostly(channel):
    """Where one channel is at least 48 levels above each of the others."""

    def found(images):
        if images.shape[-1] < 3:
            raise ValueError(f"Grey images have no colour: the concepts are {', '.join(GREY)}.")
        levels = images[..., :3].astype("int16")
        others = np.delete(levels, channel, axis=-1).max(axis=-1)
        return levels[..., channel] - others >= 48

    return found


GREY = {"bright": bright, "dark": dark}
CONCEPTS = GREY | {name: _mostly(i) for i, name in enumerate(("red", "green", "blue"))}


def concepts_of(names, channels):
    """A dict of the named concepts, or for None of all that fit the channels; raises a ValueError."""
    known = CONCEPTS if channels >= 3 else GREY
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise ValueError(f"There is no concept {unknown[0]!r} of such images. There are: {', '.join(known)}")
    return {name: known[name] for name in names or known}
