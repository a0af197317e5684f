"""The kinds of data that a recipe trains on: which options each takes, and how it is loaded."""

import pathlib

from keras_gan.cli.kinds.images import Domains, Images, LowHigh, SomeLabels
from keras_gan.cli.kinds.pairs import Pairs, Unpaired
from keras_gan.cli.kinds.shapes import Shapes
from keras_gan.cli.kinds.sounds import Sounds
from keras_gan.cli.kinds.tables import Rows, Sequences, Series
from keras_gan.cli.kinds.texts import Captioned, ImageVectors, TextVectors, Words
from keras_gan.cli.kinds.videos import Videos

KINDS = {
    "rows_by_category": Rows(True),
    "rows": Rows(False),
    "shapes": Shapes(),
    "sounds": Sounds(),
    "series": Series(),
    "sequences": Sequences(),
    "videos": Videos(),
    "next_frames": Videos(next_frame=True),
    "parts_of_sounds": Sounds(part="random"),
    "spectra": Sounds(as_images=True),
    "captions": Captioned(),
    "image_vectors": ImageVectors(),
    "text_vectors": TextVectors(),
    "texts": Words(),
    "images": Images(),
    "domains": Domains(),
    "some_labels": SomeLabels(),
    "low_high": LowHigh(),
    "pairs": Pairs(),
    "unpaired": Unpaired(),
}


def check_folders(options):
    """Raise a ValueError for a file or folder that does not exist."""
    dataset = options["dataset"]
    for what in ("captions", "attributes"):
        if options[what] and not pathlib.Path(options[what]).expanduser().is_file():
            raise ValueError(f"There is no file {options[what]!r} of {what}.")
    folders = [dataset] if dataset and dataset.startswith("folder:") else []
    folders += [
        path
        for path in (options[name] for name in ("a", "b", "test_a", "test_b", "low"))
        if path and not path.startswith("cycle_gan/")
    ]
    for path in (path.removeprefix("folder:") for path in folders):
        if not pathlib.Path(path).expanduser().exists():
            raise ValueError(f"There is no folder {path!r}.")
