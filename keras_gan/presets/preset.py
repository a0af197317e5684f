"""What a preset is, and the registry of those there are."""

import dataclasses
import difflib
import importlib.metadata
import pathlib
import zipfile

from keras_gan.cache import cache_folder, downloaded, sha256_of, write_whole

PRESETS = {}


@dataclasses.dataclass(frozen=True)
class Preset:
    """A pretrained model: where its file is, and what it must be.

    Args:
        name: str.
        family: str, whose model it is, such as "Real-ESRGAN".
        summary: str, what it does.
        licence: str, an SPDX identifier where there is one.
        range: str, what it takes and gives.
        example: str, lines of Python that use `model`, what `from_preset(name)` returns.
        address: str, of the file to download; None of a preset that comes with keras_gan.
        sha256: str, of that file, or of `model.keras`.
        size: int, its bytes.
        members: names of the files that are used of an archive, the weights first; () where the file is the weights.
        prefix: str, as of `convert.load`.
    """

    name: str
    family: str
    summary: str
    licence: str
    range: str
    example: str
    sha256: str
    size: int
    address: str | None = None
    members: tuple = ()
    prefix: str = ""

    @property
    def folder(self):
        """Where its files are, or go."""
        return cache_folder("presets") if self.address else _own_folder(self.name)

    @property
    def file(self):
        """The file that is downloaded, or `model.keras`."""
        return self.folder / (self.address.rpartition("/")[2] if self.address else "model.keras")

    def fetch(self):
        """Download the file where it is not in the cache, and check it.

        Returns:
            The path of the weights.

        Raises:
            OSError: without a network; it names the file to fetch by hand and where to put it.
            ValueError: where the file is not the one that is meant.
        """
        what = f"the preset {self.name!r}"
        if self.address is None:
            if not self.file.exists():
                raise FileNotFoundError(
                    f"There is no file {str(self.file)!r}: this installation is not whole."
                )
            if sha256_of(self.file) != self.sha256:
                raise ValueError(f"{self.file} has been changed: its SHA-256 is not that of {what}.")
            return self.file
        downloaded(self.address, self.file, self.sha256, self.size, what)
        return self._extracted() if self.members else self.file

    def _extracted(self):
        """The members of the archive, beside it; returns the path of the first."""
        folder = self.folder / self.name
        folder.mkdir(exist_ok=True)
        paths = [folder / pathlib.PurePosixPath(member).name for member in self.members]
        if not all(path.exists() for path in paths):
            with zipfile.ZipFile(self.file) as archive:
                for member, path in zip(self.members, paths, strict=True):
                    write_whole(
                        path, lambda partial, member=member: partial.write_bytes(archive.read(member))
                    )
        return paths[0]


def register(*presets):
    for preset in presets:
        if preset.name in PRESETS:
            raise ValueError(f"There is a preset {preset.name!r} already.")
        PRESETS[preset.name] = preset


def preset_of(name):
    """The `Preset` of a name; a ValueError with the nearest names where there is none."""
    if name not in PRESETS:
        near = difflib.get_close_matches(str(name), PRESETS, n=3, cutoff=0.4)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(f"There is no preset {name!r}.{meant} There are: {', '.join(PRESETS)}")
    return PRESETS[name]


def _own_folder(name):
    """The folder of a preset that comes with keras_gan: in a clone, or where pip put the wheel's files."""
    clone = pathlib.Path(__file__).parents[2] / "saved_models" / name
    if clone.is_dir():
        return clone
    for file in importlib.metadata.files("keras-gan") or ():
        if file.parts[-3:] == ("presets", name, "model.keras"):
            return pathlib.Path(file.locate()).resolve().parent
    return clone
