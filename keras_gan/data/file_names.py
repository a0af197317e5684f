"""Files of a folder by the names that tables give them."""

import os
import pathlib
import posixpath
import warnings

# What tables call the column of files, best first.
FILE_COLUMNS = ("file", "file_name", "filename", "image", "image_id", "path")


def as_key(name):
    """A file's name as it is compared."""
    return posixpath.normpath(str(name).replace("\\", "/"))


def of_files(given, files, what, where):
    """What is given for each file, by the names that may be meant.

    Args:
        given: dict from names, as `as_key` gives them, to lists.
        files: list of paths.
        what: str, what the lists hold, such as "captions".
        where: str, where they come from.

    Returns:
        A list of lists, one for each file; empty where none is given.

    Raises:
        ValueError: where no name is that of a file, or one may be that of several. Names of no file are a warning.
    """
    found, used = [], {}
    for file in files:
        keys = [name for name in dict.fromkeys(_names_of(file)) if name in given]
        for key in keys:
            if key in used:
                raise ValueError(
                    f"The {what} of {key!r} may be those of {used[key]} or of {file}: name files by their path in the folder."
                )
            used[key] = file
        found.append([each for key in keys for each in given[key]])
    if not used:
        raise ValueError(
            f"None of the names in the {what} is that of an image: the {what} have {list(given)[:3]}, the images "
            f"are {files[:3]}. {what.capitalize()}: {where}"
        )
    unused = [name for name in given if name not in used]
    if unused:
        warnings.warn(
            f"{len(unused)} of {len(given)} {what} are of no image here: {', '.join(unused[:5])}"
            f"{' ...' if len(unused) > 5 else ''}",
            stacklevel=3,
        )
    return found


def named(files, bad):
    """The files of some indices, for a message."""
    return f"{', '.join(str(files[i]) for i in bad[:5])}{' ...' if len(bad) > 5 else ''}"


def text_of(path):
    """The text of a file; a ValueError where it is not UTF-8."""
    try:
        return pathlib.Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: {error}") from error


def _names_of(file):
    """What may name a file: the ends of its path, longest first, each with its ending and without."""
    parts = pathlib.PurePath(file).parts
    for start in range(len(parts)):
        name = pathlib.PurePath(*parts[start:]).as_posix()
        yield from (name, os.path.splitext(name)[0])
