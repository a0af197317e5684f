"""The images of a folder that a command reads, and the files that it writes for them."""

import collections
import dataclasses
import json
import pathlib

import numpy as np

from keras_gan.data import folder, volume_folder, volumes
from keras_gan.data.images import open_image
from keras_gan.runs.folder import RunFolder


def pictures_of(pictures, out, report=lambda line: None):
    """List the image files of a folder and its subfolders, and the name of a PNG for each.

    Args:
        pictures: folder.
        out: folder to write; files in it are not read.
        report: function that takes a line of text on files that are not images.

    Returns:
        List of paths, and list of relative `pathlib.Path`s that end in `.png`.

    Raises:
        ValueError: if there is no folder or no image, or if two images would become one file.
    """
    pictures, out = pathlib.Path(pictures).expanduser(), pathlib.Path(out)
    if not pictures.is_dir():
        hint = " A single image goes into a folder of its own." if pictures.is_file() else ""
        raise ValueError(f"There is no folder {str(pictures)!r}.{hint}")
    if out.resolve() == pictures.resolve():
        raise ValueError(f"{out} holds the images that are read: give another folder to write.")
    files, others = (
        [file for file in each if out.resolve() not in pathlib.Path(file).resolve().parents]
        for each in folder.all_files(str(pictures))
    )
    if others:
        report(f"{len(others)} files are no images that Pillow reads, and are left out, such as {others[0]}.")
    if not files:
        raise ValueError(f"{str(pictures)!r} has no images that Pillow reads.")
    names = [pathlib.Path(file).relative_to(pictures).with_suffix(".png") for file in files]
    twice = [str(name) for name, count in collections.Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"Images whose names differ in their endings alone would all become {twice[0]}.")
    return files, names


@dataclasses.dataclass
class Slice:
    """A slice of a medical volume in place of an image file: its name, and values (height, width)."""

    name: str
    values: np.ndarray

    def __str__(self):
        return self.name


def opened(file):
    """Return the PIL image of a file or a `Slice`."""
    from PIL import Image

    return Image.fromarray(file.values, "F") if isinstance(file, Slice) else open_image(file)


def pictures_or_slices_of(pictures, out, report=lambda line: None):
    """The same as `pictures_of`, for one file too, and for medical volumes, of which each slice is a `Slice`."""
    pictures = pathlib.Path(pictures).expanduser()
    if not pictures.exists():
        raise ValueError(f"There is no {str(pictures)!r}.")
    alone = pictures.is_file()
    if not (volumes.is_volume(pictures) if alone else volume_folder.holds_volumes(pictures)):
        if alone:
            return [str(pictures)], [pathlib.Path(pictures.name).with_suffix(".png")]
        return pictures_of(pictures, out, report)
    if pathlib.Path(out).resolve().is_relative_to(pictures.resolve()):
        raise ValueError(
            f"{out} is in the folder of the volumes, which may hold no images: give another folder to write."
        )
    files, times = [], collections.Counter()
    for volume in volumes.read_volumes(pictures):
        name = pathlib.Path(volume.name).relative_to(pictures.parent).as_posix()
        times[name] += 1
        # One folder may have several series.
        name += f"_{times[name]}" if times[name] > 1 else ""
        files += [Slice(f"{name}/{i:04d}", each) for i, each in enumerate(volume.values)]
    return files, [pathlib.Path(f"{file.name}.png") for file in files]


def options_of(path):
    """Return the configuration, a dict, of a model's or checkpoint's run; empty if it is not in a run."""
    path = pathlib.Path(path)
    configs = [RunFolder(each).config for each in (path, *path.resolve().parents[:3])]
    return next((json.loads(config.read_text()) for config in configs if config.exists()), {})


def range_of(options):
    """Return (low, high) from a run's options, which store it as on the command line, or None."""
    levels = options.get("value_range")
    return tuple(map(float, levels.split(","))) if levels else None
