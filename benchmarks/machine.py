"""What a benchmark's figures depend on: date, commit, versions, processor."""

import datetime
import importlib.metadata
import json
import pathlib
import platform
import subprocess

ALWAYS = ("keras", "tensorflow", "numpy")


def machine(*packages):
    """A dict of date, commit, processor and the versions of Python, of packages, and of Keras, TensorFlow and NumPy where they are installed."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        cwd=pathlib.Path(__file__).parent,
    )
    return {
        "date": datetime.date.today().isoformat(),
        "commit": commit.stdout.strip() or "unknown",
        "cpu": _cpu(),
        "python": platform.python_version(),
        **{package: importlib.metadata.version(package) for package in packages},
        **{package: version for package in ALWAYS if (version := _version(package))},
    }


def add_row(path, row, *packages):
    """Adds the row, with what it depends on, as a line of JSON to the file; without a file, nothing."""
    if path:
        with pathlib.Path(path).open("a") as file:
            file.write(json.dumps({**row, **machine(*packages)}) + "\n")


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _cpu():
    path = pathlib.Path("/proc/cpuinfo")
    names = (
        [line.split(":")[1].strip() for line in path.read_text().splitlines() if "model name" in line]
        if path.exists()
        else []
    )
    return names[0] if names else platform.processor()
