"""The class of presets, and the registry of all presets."""

import dataclasses
import difflib
import importlib.metadata
import pathlib
import zipfile

from keras_gan.cache import cache_folder, downloaded, sha256_of, write_whole

PRESETS = {}


@dataclasses.dataclass(frozen=True)
class Preset:
    """A pretrained model: where its file is, and which file is expected.

    Args:
        name: str.
        family: str, the project that it comes from, such as "Real-ESRGAN".
        summary: str, what it does.
        licence: str, an SPDX identifier if there is one.
        range: str, its inputs and outputs.
        example: str, lines of Python that use `model`, which `from_preset(name)` returns.
        address: str, URL of the file to download; None for a preset that comes with keras_gan.
        sha256: str, SHA-256 of that file, or of `model.keras`.
        size: int, size of the file in bytes.
        members: names of the files that are used from an archive, the weights first; () if the file is the
            weights.
        prefix: str, as in `convert.load`.
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
        """The folder of its files, which need not exist yet."""
        return cache_folder("presets") if self.address else _own_folder(self.name)

    @property
    def file(self):
        """The file that is downloaded, or `model.keras`."""
        return self.folder / (self.address.rpartition("/")[2] if self.address else "model.keras")

    @property
    def derived(self):
        """The folder of what is made of the downloaded file: another one for another file."""
        return self.folder / f"{self.name}-{self.sha256[:12]}"

    def fetch(self):
        """Download the file if it is not in the cache, and check its SHA-256.

        Returns:
            The path of the weights.

        Raises:
            OSError: without a network; the message names the file to fetch by hand and where to put it.
            ValueError: if the file has another SHA-256.
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
        """Extract the members of the archive into a folder beside it; returns the path of the first."""
        folder = self.derived
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
    """Return the `Preset` of a name; raise a ValueError with the nearest names if there is none."""
    if name not in PRESETS:
        near = difflib.get_close_matches(str(name), PRESETS, n=3, cutoff=0.4)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(f"There is no preset {name!r}.{meant} There are: {', '.join(PRESETS)}")
    return PRESETS[name]


def _own_folder(name):
    """Return the folder of a preset that comes with keras_gan: in a clone, or of the installed wheel."""
    clone = pathlib.Path(__file__).parents[2] / "saved_models" / name
    if clone.is_dir():
        return clone
    for file in importlib.metadata.files("keras-gan") or ():
        if file.parts[-3:] == ("presets", name, "model.keras"):
            return pathlib.Path(file.locate()).resolve().parent
    return clone
