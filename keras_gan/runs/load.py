"""Load a model from a run folder, a checkpoint, a file or the Hugging Face Hub."""

import json
import pathlib

from keras_gan.cache import sha256_of
from keras_gan.hub import NOTES, downloaded, hub_name


def load_model(path):
    """Load the `GAN` of a run folder (its newest checkpoint), a checkpoint or a `.keras` file.

    Raises:
        ValueError: if there is none.
    """
    import keras

    from keras_gan import register
    from keras_gan.callbacks import Checkpoint

    register()
    given = pathlib.Path(path)
    path = downloaded(hub_name(path)) if hub_name(path) else given
    if (path / "checkpoints").is_dir():
        folder = Checkpoint(path / "checkpoints").latest()
        if folder is None:
            raise ValueError(f"{path} has no checkpoint yet.")
        path = folder
    if (path / "model.keras").exists():
        path = path / "model.keras"
    unzipped = (path / "model.weights.h5").exists()  # as models of the Hub are
    if not unzipped and (path.suffix != ".keras" or not path.is_file()):
        raise ValueError(
            f"{path} is neither a run folder, a checkpoint of one, a `.keras` file, nor (to generate from) a SavedModel."
        )
    folder = path if unzipped else path.parent
    # Another file that lies beside a preset.
    of_its_user = path == given and not unzipped and path.name != notes_of(folder).get("file")
    if not of_its_user:
        _check_preset(folder, "model.weights.h5" if unzipped else path.name)
    training = folder / "training.json"
    try:
        gan = keras.saving.load_model(path)
        if training.exists():
            data = json.loads(training.read_text())["data"]
            gan.dataset_name, gan.class_names = data["name"], data.get("class_names")
        return gan
    except (OSError, ValueError, KeyError, TypeError) as error:
        # Keras appends the whole configuration, which may have thousands of lines.
        reason = str(error).split("config={")[0].strip()
        raise ValueError(f"{path} cannot be loaded: {reason[:1000]}") from error


def notes_of(folder):
    """Read the `preset.json` of a folder: a dict, empty where the folder has no such file.

    Raises:
        ValueError: for a `preset.json` that cannot be read.
    """
    notes = folder / NOTES
    if not notes.exists():
        return {}
    try:
        found = json.loads(notes.read_text())
        names = [found["file"], found["sha256"], *found.get("beside", {})]
        for name in names:
            if pathlib.PurePath(name).name != name or "\\" in name or ":" in name:
                raise ValueError(f"the file {name!r} is outside the folder")
    except (AttributeError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{notes} cannot be read: {error}") from error
    return found


def _check_preset(folder, loaded):
    """Check the SHA-256 of the file that is loaded, where the folder is a preset."""
    notes = notes_of(folder)
    if notes and notes["file"] != loaded:
        raise ValueError(f"{folder / loaded} is not the model that {NOTES} is of, which is {notes['file']}.")
    for name, sha256 in {notes["file"]: notes["sha256"], **notes.get("beside", {})}.items() if notes else ():
        if not (folder / name).is_file() or sha256_of(folder / name) != sha256:
            raise ValueError(f"{folder / name} is missing or changed: its SHA-256 is not the one in {NOTES}.")


def is_model(path):
    """Whether a path is a run folder, a checkpoint, a `.keras` file or a SavedModel, not a folder of images."""
    path = pathlib.Path(path)
    marks = ("saved_model.pb", "checkpoints", "model.keras", "config.json")
    return (
        hub_name(path) is not None or path.suffix == ".keras" or any((path / mark).exists() for mark in marks)
    )
