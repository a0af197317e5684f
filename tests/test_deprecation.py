"""Names that moved: what they raise, and that they go when their version has come."""

import pathlib
import re

import pytest

import keras_gan
from keras_gan.deprecation import warn_moved

ROOT = pathlib.Path(keras_gan.__file__).parent


def numbers(version):
    return tuple(int(part) for part in version.split("."))


def test_the_warning_names_both_and_the_version():
    with pytest.warns(FutureWarning, match=r"`a` is now `b`, and goes with keras_gan 1\.1\.") as found:
        warn_moved("`a`", "`b`", "1.1", stacklevel=2)
    assert found[0].filename == __file__


def test_no_name_outlives_its_version():
    versions = {}
    for path in ROOT.rglob("*.py"):
        for call in re.findall(r"\bwarn_moved\(\s*(?!old)(.*?)\)\n", path.read_text(), re.S):
            found = re.search(r'"(\d+\.\d+)"', call)
            assert found, f"{path.relative_to(ROOT)}: {call}"
            versions[f"{path.relative_to(ROOT)}: {call[:40]}"] = found[1]
    assert len(versions) >= 6
    assert not [
        where for where, version in versions.items() if numbers(version) <= numbers(keras_gan.__version__)
    ]
