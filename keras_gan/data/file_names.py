"""Matching files of a folder with the names that tables give them."""

import os
import pathlib
import posixpath
import warnings

# Names that tables use for the column of files, best first.
FILE_COLUMNS = ("file", "file_name", "filename", "image", "image_id", "path")


def as_key(name):
    """Return a file's name in the form in which names are compared."""
    return posixpath.normpath(str(name).replace("\\", "/"))


def of_files(given, files, what, where):
    """Return what is given for each file; files are found by their possible names.

    Args:
        given: dict from names, as `as_key` returns them, to lists.
        files: list of paths.
        what: str, what the lists contain, such as "captions".
        where: str, the source of the lists.

    Returns:
        A list of lists, one for each file; empty if none is given.

    Raises:
        ValueError: if no name matches a file, or if a name may match several. A warning reports names without
            a file.
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
    """Return the files with these indices as text for a message."""
    return f"{', '.join(str(files[i]) for i in bad[:5])}{' ...' if len(bad) > 5 else ''}"


def text_of(path):
    """Return the text of a file; raise a ValueError if it is not UTF-8."""
    try:
        return pathlib.Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: {error}") from error


def _names_of(file):
    """Return possible names of a file: ends of its path, longest first, with and without extension."""
    parts = pathlib.PurePath(file).parts
    for start in range(len(parts)):
        name = pathlib.PurePath(*parts[start:]).as_posix()
        yield from (name, os.path.splitext(name)[0])
