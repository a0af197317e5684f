"""A run's folder: what `keras-gan train` writes and the other commands read. Imports nothing heavy."""

import json
import pathlib

# Options that may change when a run resumes: its length, the folder of its data, and what `Checkpoint`
# replaces with a warning.
MAY_DIFFER = ("epochs", "steps", "data_dir", "loss", "augmentation", "metrics", "extractor", "weights")


class RunFolder:
    """`config.json`, `history.csv`, `samples/`, `checkpoints/`, `saved_model/`, `logs/`, `ema/`, `monitor.jsonl`.

    Image-to-image models also have `examples.npz`. A model made of several models has such a folder for each
    of them, and `model.keras`. Later commands write `evaluation.json` and `report.html`.

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
        self.ema = self.path / "ema"
        self.monitor = self.path / "monitor.jsonl"
        self.evaluation = self.path / "evaluation.json"
        self.report = self.path / "report.html"
        self.examples = self.path / "examples.npz"
        self.model = self.path / "model.keras"

    def check(self, config, resume):
        """Raise a ValueError if the folder holds anything but a run with this configuration."""
        if self.config.exists() and any(p != self.config for p in self.path.iterdir()):
            if not resume:
                raise ValueError(
                    f"{self.path} holds a run already. Add --resume to go on with it, or give another --out."
                )
            before = json.loads(self.config.read_text())
            other = {
                name: (before.get(name), value)
                for name, value in config.items()
                # An older run may not have all options.
                if name not in MAY_DIFFER and name in before and before[name] != value
            }
            if "texts" in other:
                raise ValueError(
                    f"{self.path} was trained with another text encoder, or other captions, than these: give those, or begin a run "
                    "with another --out."
                )
            if other:
                listed = "; ".join(f"{n} was {a!r}, now {b!r}" for n, (a, b) in sorted(other.items()))
                raise ValueError(
                    f"{self.path} belongs to another configuration: {listed}. Give the same options "
                    "(more epochs or steps, another loss, augmentation and metrics are fine), or begin a run with its weights: "
                    f"--init-from {self.path} and another --out."
                )
        elif self.path.exists() and not self.path.is_dir():
            raise ValueError(f"{self.path} is a file, not a folder. Give another --out.")
        elif self.path.exists() and any(p != self.config for p in self.path.iterdir()):
            raise ValueError(f"{self.path} is not empty and holds no run. Give another --out.")

    def prepare(self, config, resume):
        """Create the folder and write the configuration into it.

        Raises:
            ValueError: as in `check`. OSError: if nothing can be written.
        """
        self.check(config, resume)
        self.path.mkdir(parents=True, exist_ok=True)
        partial = self.path / ".config.json.partial"
        partial.write_text(json.dumps(config, indent=2) + "\n")
        partial.replace(self.config)

    def keep_examples(self, batch):
        """Store examples of inputs and targets of an image-to-image model, for the report."""
        import numpy as np

        from keras_gan.data.images import to_uint8

        arrays = {name: to_uint8(batch[name]).numpy() for name in ("condition", "image")}
        np.savez_compressed(self.examples, **arrays)
