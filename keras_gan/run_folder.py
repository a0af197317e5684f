"""A run's folder: what `keras-gan train` writes and the other commands read."""

import json
import pathlib

# What may differ when a run goes on: how long it is, and where its data lie.
MAY_DIFFER = ("epochs", "steps", "data_dir")


class RunFolder:
    """`config.json`, `history.csv`, `samples/`, `checkpoints/`, `saved_model/`, `logs/`.

    Args:
        path: the folder; need not exist.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.config = self.path / "config.json"
        self.history = self.path / "history.csv"
        self.samples = self.path / "samples"
        self.checkpoints = self.path / "checkpoints"
        self.saved_model = self.path / "saved_model"
        self.logs = self.path / "logs"

    def check(self, config, resume):
        """Raise a ValueError where something else is in the way of a run with this configuration."""
        if self.config.exists():
            if not resume:
                raise ValueError(
                    f"{self.path} holds a run already. Add --resume to go on with it, or give another --out."
                )
            before = json.loads(self.config.read_text())
            other = {
                name: (before.get(name), value)
                for name, value in config.items()
                if name not in MAY_DIFFER and before.get(name) != value
            }
            if other:
                listed = "; ".join(f"{n} was {a!r}, now {b!r}" for n, (a, b) in sorted(other.items()))
                raise ValueError(
                    f"{self.path} belongs to another configuration: {listed}. Give the same options "
                    "(more epochs or steps are fine), or another --out."
                )
        elif self.path.exists() and not self.path.is_dir():
            raise ValueError(f"{self.path} is a file, not a folder. Give another --out.")
        elif self.path.exists() and any(self.path.iterdir()):
            raise ValueError(f"{self.path} is not empty and holds no run. Give another --out.")

    def prepare(self, config, resume):
        """Make the folder and note the configuration in it.

        Raises:
            ValueError: as `check`. OSError: where nothing can be written.
        """
        self.check(config, resume)
        self.path.mkdir(parents=True, exist_ok=True)
        partial = self.path / ".config.json.partial"
        partial.write_text(json.dumps(config, indent=2) + "\n")
        partial.replace(self.config)


def load_model(path):
    """Load the `GAN` of a run folder (its newest checkpoint), a checkpoint or a `.keras` file.

    Raises:
        ValueError: where there is none.
    """
    import keras

    from keras_gan.callbacks import Checkpoint

    path = pathlib.Path(path)
    if (path / "checkpoints").is_dir():
        folder = Checkpoint(path / "checkpoints").latest()
        if folder is None:
            raise ValueError(f"{path} has no checkpoint yet.")
        path = folder
    if (path / "model.keras").exists():
        path = path / "model.keras"
    training = path.parent / "training.json"
    if path.suffix != ".keras" or not path.is_file():
        raise ValueError(
            f"{path} is neither a run folder, a checkpoint of one, a `.keras` file, nor (to generate from) a SavedModel."
        )
    try:
        gan = keras.saving.load_model(path)
        if training.exists():
            data = json.loads(training.read_text())["data"]
            gan.dataset_name, gan.class_names = data["name"], data.get("class_names")
        return gan
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} cannot be loaded: {error}") from error


def sampler(path):
    """A function (n, seed, truncation, label) -> uint8 images of a run, a `.keras` file or a SavedModel.

    `label` is an int or None, and an error for a model without classes.
    """
    import tensorflow as tf

    path = pathlib.Path(path)
    if (path / "saved_model.pb").exists():
        loaded = tf.saved_model.load(str(path))
        if not hasattr(loaded, "sample"):
            raise ValueError(f"{path} is a SavedModel without `sample`: not one that keras_gan exported.")
        metadata = path / "metadata.json"
        classes = json.loads(metadata.read_text()).get("num_classes") if metadata.exists() else None

        def draw(n, seed, truncation, **labels):
            return loaded.sample(n, seed, truncation, **labels).numpy()

    else:
        gan = load_model(path)
        classes = getattr(gan, "num_classes", None)

        def draw(n, seed, truncation, **labels):
            return gan.generate(n, seed, truncation=truncation, **labels)

    def sample(n, seed, truncation, label=None):
        if label is None:
            return draw(n, seed, truncation)
        if classes is None or not 0 <= label < classes:
            has = f"labels 0 to {classes - 1}" if classes else "no classes"
            raise ValueError(f"This model has {has}. Received: label {label}")
        return draw(n, seed, truncation, labels=label)

    return sample


def is_model(path):
    """Whether a path is a run folder, a checkpoint, a `.keras` file or a SavedModel, not a folder of images."""
    path = pathlib.Path(path)
    marks = ("saved_model.pb", "checkpoints", "model.keras", "config.json")
    return path.suffix == ".keras" or any((path / mark).exists() for mark in marks)


def images_of_model(path, n, seed=0, truncation=1.0, batch_size=256):
    """n uint8 images of a run, a `.keras` file or a SavedModel, the same for the same seed.

    Part i of `batch_size` images is drawn with the seed (seed, i), so that memory does not grow
    with n.
    """
    import numpy as np

    sample, parts = sampler(path), []
    for i, start in enumerate(range(0, n, batch_size)):
        part_seed = int(np.random.default_rng([seed, i]).integers(2**31))
        parts.append(sample(min(batch_size, n - start), part_seed, truncation))
    return np.concatenate(parts)
