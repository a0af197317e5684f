"""The kinds of data that a recipe trains on: which options each takes, and how it is loaded."""

import functools
import hashlib
import pathlib

from keras_gan.cli.options import existing, value_range_of

SIZES = ("--channels", "--data-dir", "--value-range")


class Images:
    """Images of one data set, with their classes if the recipe uses them."""

    options = ("--dataset", "--hold-out", "--skip-bad", *SIZES)
    from_folders = False

    def dataset(self, options, recipe):
        """Return the name of the data in the run's configuration."""
        return options["dataset"] or recipe.dataset

    def needs(self, name, options):
        """Raise a ValueError if a required option is missing."""

    def load(self, recipe, config, on_error):
        """Load the training data of a configuration, and the held-out data or None."""
        from keras_gan import data

        load = functools.partial(
            data.load,
            config["dataset"],
            **sizes_of(config),
            channels=config["channels"],
            data_dir=config["data_dir"],
            on_error=on_error,
        )
        hold_out = config["hold_out"]
        held_out = load(splits=hold_out, labels=recipe.labels) if hold_out else None
        return load(labels=recipe.labels, flip=config["flip"]), held_out


class Domains(Images):
    """Images by class, or with attributes."""

    options = ("--dataset", "--attributes", "--hold-out", "--skip-bad", *SIZES)

    def needs(self, name, options):
        if options["attributes"] and not str(options["dataset"] or "").startswith("folder:"):
            raise ValueError("--attributes are of a folder's images: --dataset folder:PATH.")

    def load(self, recipe, config, on_error):
        from keras_gan import data

        if not config["attributes"]:
            return super().load(recipe, config, on_error)
        load = functools.partial(
            data.attributes,
            config["dataset"],
            config["attributes"],
            **sizes_of(config),
            channels=config["channels"],
            on_error=on_error,
        )
        held_out = load(split=config["hold_out"]) if config["hold_out"] else None
        return load(flip=config["flip"]), held_out


class SomeLabels(Images):
    """Images, only some of which have a class."""

    options = ("--dataset", "--keep-labels", "--hold-out", "--skip-bad", *SIZES)

    def load(self, recipe, config, on_error):
        from keras_gan import data

        batches, held_out = super().load(recipe, {**config, "flip": False}, on_error)
        images, labels, about = data.arrays.arrays_of(batches)
        if config["keep_labels"]:
            labels = data.unlabel(labels, config["keep_labels"], config["seed"])
        options = {"batch_size": config["batch_size"], "seed": config["seed"], "flip": config["flip"]}
        return data.semi_supervised(images, labels, **options, **about), held_out


class LowHigh(Images):
    """Images, and the same images at low resolution."""

    options = (
        *("--dataset", "--hold-out", "--factor", "--crop", "--degradation", "--low", "--network"),
        *SIZES,
    )

    def load(self, recipe, config, on_error):
        from keras_gan import data

        load = functools.partial(
            data.low_high,
            config["dataset"],
            config["factor"],
            **sizes_of(config),
            **{name: config[name] for name in ("crop", "channels", "degradation", "data_dir", "low")},
        )
        held_out = load(split=config["hold_out"], flip=False) if config["hold_out"] else None
        return load(flip=config["flip"]), held_out


class Pairs:
    """Image pairs: from two folders with the same names, or side by side in one file."""

    options = (
        *("--a", "--b", "--test-a", "--test-b", "--hold-out", "--crop", "--direction", "--classes-a"),
        "--value-range",
    )
    from_folders = True
    other = ", or --a with images side by side"

    def dataset(self, options, recipe):
        return ", ".join(filter(None, (options["a"], options["b"]))) or recipe.dataset

    def needs(self, name, options):
        if not options["a"]:
            raise ValueError(f"{name} needs --a FOLDER and --b FOLDER{self.other}.")

    def loader(self, data, config):
        return functools.partial(
            data.paired_folders,
            **sizes_of(config),
            direction=config["direction"],
            classes_a=config["classes_a"],
        )

    def load(self, recipe, config, on_error):
        from keras_gan import data

        load = self.loader(data, config)
        # Held-out images are not cropped; they have the size of the training images.
        whole = {"image_size": config["crop"] or config["image_size"]}
        test = config["test_a"], config["test_b"]
        if config["hold_out"] or str(config["test_a"]).startswith("cycle_gan/"):
            test = config["test_a"] or config["a"], config["test_b"] or config["b"]
            whole["split"] = config["hold_out"] or "test"
        elif config["test_a"]:
            test = tuple(path and data.folder.held_out_folder(path) for path in test)
        held_out = load(*test, **whole) if test[0] else None
        return load(config["a"], config["b"], crop=config["crop"], flip=config["flip"]), held_out


class Unpaired(Pairs):
    """Images of two domains."""

    options = (
        *("--a", "--b", "--test-a", "--test-b", "--hold-out", "--crop"),
        *SIZES,
    )
    other = ", or --a cycle_gan/horse2zebra or the like"

    def loader(self, data, config):
        return functools.partial(
            data.unpaired_folders,
            **sizes_of(config),
            channels=config["channels"] or 3,
            data_dir=config["data_dir"],
        )


class Captioned(Images):
    """Images with vectors of their captions."""

    options = ("--dataset", "--captions", "--text-encoder", "--hold-out", "--skip-bad", *SIZES)

    def needs(self, name, options):
        if options["text_encoder"] is None:
            raise ValueError(
                f"{name} takes texts as vectors. Train an encoder of these captions, `keras-gan train clip --out runs/clip`, and give "
                "it, --text-encoder runs/clip; or take all-MiniLM-L6-v2, --text-encoder minilm."
            )
        if options["text_encoder"] != "minilm":
            existing(options["text_encoder"], " --text-encoder is minilm, or a run or `.keras` file of clip.")

    def load(self, recipe, config, on_error):
        encoder = text_encoder(config["text_encoder"])
        load = self.loader(config, on_error)
        held_out = load(split=config["hold_out"], encoder=encoder) if config["hold_out"] else None
        batches = load(flip=config["flip"], encoder=encoder)
        batches.text_encoder = encoder
        config["texts"] = self.digest(encoder)
        return batches, held_out

    def digest(self, encoder):
        """Hash an encoder: a resumed run must use vectors of the same encoder."""
        from keras_gan.data.texts import words_of

        if hasattr(encoder, "sha256"):
            return encoder.sha256
        return _digest(words_of(encoder), encoder.get_weights())

    def loader(self, config, on_error):
        from keras_gan import data

        return functools.partial(
            data.captioned,
            config["dataset"],
            config["captions"],
            **sizes_of(config),
            channels=config["channels"],
            data_dir=config["data_dir"],
            on_error=on_error,
        )


class Words(Captioned):
    """Images with their captions as ints, for a text encoder built from the words of the captions."""

    options = ("--dataset", "--captions", "--hold-out", "--skip-bad", *SIZES)

    def needs(self, name, options):
        """Do nothing: no other option is required."""

    def load(self, recipe, config, on_error):
        import keras

        from keras_gan.data.texts import tokens_of, words_of
        from keras_gan.networks import text_encoder

        keras.utils.set_random_seed(config["seed"])
        load = self.loader(config, on_error)
        batches = load(flip=config["flip"])
        encoder = text_encoder(batches.captions)
        tokens = functools.partial(tokens_of, encoder)
        held_out = load(split=config["hold_out"], encoder=tokens) if config["hold_out"] else None
        batches = batches.encoded_by(tokens)
        batches.text_encoder = encoder
        config["texts"] = _digest(words_of(encoder), [])
        return batches, held_out


class ImageVectors(Captioned):
    """Images with whitened vectors of these images, plus noise: the data for a decoder of `TextToImage`."""

    options = ("--dataset", "--captions", "--text-encoder", "--skip-bad", *SIZES)

    def needs(self, name, options):
        super().needs(name, options)
        if options["flip"]:
            raise ValueError("--flip: the vector of a mirrored image is another one. Leave it out.")

    def load(self, recipe, config, on_error):
        from keras_gan.data import conditioned

        batches, images, vectors, encoder = self.embedded(config, on_error)
        return self.described(
            batches, conditioned(images, vectors, noise=0.3, **self.order(config)), encoder
        ), None

    def embedded(self, config, on_error):
        """Return the captioned data, all images, their vectors, and the encoder of texts."""
        import numpy as np

        from keras_gan.data import to_uint8
        from keras_gan.features import Extractor, Whitening
        from keras_gan.metrics.reference import features_of

        encoder = text_encoder(config["text_encoder"])
        config["texts"] = self.digest(encoder)
        batches = self.loader(config, on_error)()
        images = np.concatenate([to_uint8(batch["image"]).numpy() for batch in batches.stream.whole()])
        if config["text_encoder"] == "minilm":
            extractor = Extractor(config["extractor"], weights=config["weights"]).load()
            features = np.concatenate(list(features_of(images, extractor, np.arange(len(images)))))
            config["texts"] += extractor.sha256
        else:
            clip = of_clip(config["text_encoder"])
            if clip.image_shape != images.shape[1:]:
                raise ValueError(
                    f"The image encoder of {config['text_encoder']} takes images of {clip.image_shape}, and these are of "
                    f"{images.shape[1:]}: give --image-size and --channels of it."
                )
            features = clip.embed_images(images)
        return batches, images, Whitening(64, share=0.95).fit(features)(features), encoder

    def order(self, config):
        return {"batch_size": config["batch_size"], "seed": config["seed"], "name": config["dataset"]}

    def described(self, batches, dataset, encoder):
        dataset.text_encoder, dataset.captions = encoder, batches.captions
        return dataset


class TextVectors(ImageVectors):
    """Vectors of images and of their captions, some of which are dropped: the data for a prior."""

    def load(self, recipe, config, on_error):
        import numpy as np

        from keras_gan.conditions import Texts
        from keras_gan.data import conditioned

        batches, _, vectors, encoder = self.embedded(config, on_error)
        rows = np.repeat(np.arange(len(vectors)), [len(texts) for texts in batches.captions])
        of_texts = Texts(encoder).vectors([text for texts in batches.captions for text in texts])
        data = conditioned(vectors[rows], of_texts, drop=0.1, **self.order(config))
        return self.described(batches, data, encoder), None


class Files(Images):
    """Files of data other than images.

    Attributes:
        prefix: prefix of --dataset.
        what: name of the data in messages; `example` is an example of --dataset without the prefix.
        refused: names of options that apply only to images.
        of_folder: bool, whether --dataset is a folder; else it is a file.
    """

    prefix = what = example = None
    refused = ()
    of_folder = True

    def needs(self, name, options):
        dataset = str(options["dataset"] or "")
        if not dataset.startswith(self.prefix):
            raise ValueError(f"{name} trains on {self.what}: --dataset {self.prefix}{self.example}.")
        path = self.path(dataset)
        if not (path.is_dir() if self.of_folder else path.is_file()):
            kind = "folder" if self.of_folder else "file"
            raise ValueError(f"There is no {kind} {dataset.removeprefix(self.prefix)!r}.")
        given = [f"--{option.replace('_', '-')}" for option in self.refused if options[option]]
        if given:
            raise ValueError(f"{', '.join(given)} does not go with {name}, which trains on {self.what}.")

    def path(self, dataset):
        """Return the path of the data."""
        return pathlib.Path(dataset.removeprefix(self.prefix)).expanduser()

    @staticmethod
    def order(config):
        return {"batch_size": config["batch_size"], "seed": config["seed"]}


class Rows(Files):
    """Rows of a table, sampled by category, or each once per epoch."""

    options = ("--dataset", "--exclude", "--kinds")
    prefix, what, example = "table:", "a table", "rows.csv (or .tsv, .parquet, also .gz)"
    refused = ("flip", "image_size")
    of_folder = False

    def __init__(self, by_category):
        self.by_category = by_category

    def needs(self, name, options):
        super().needs(name, options)
        kinds_of(options["kinds"])

    def load(self, recipe, config, on_error):
        from keras_gan import data

        exclude = [name.strip() for name in (config["exclude"] or "").split(",") if name.strip()]
        batches = data.table(
            self.path(config["dataset"]),
            kinds=kinds_of(config["kinds"]),
            exclude=exclude,
            by_category=self.by_category,
            **self.order(config),
        )
        return batches, None


class Sounds(Files):
    """Sound files, of which the beginning or a random part is used, as sound or as images of spectrograms."""

    options = ("--dataset", "--rate", "--length", "--hold-out", "--skip-bad")
    prefix, what, example = "sounds:", "sound", "FOLDER, of WAV, FLAC, OGG, AIFF or MP3 files"
    refused = ("flip", "image_size", "metrics", "channels")

    def __init__(self, part="start", as_images=False):
        self.part, self.as_images = part, as_images

    def load(self, recipe, config, on_error):
        import numpy as np

        from keras_gan import data

        # WaveGAN's networks need sixteen times a power of four, a vocoder a whole number of frames.
        of_paper = 8192 if self.part == "random" else 16_384
        length = config["length"] or (of_paper if config["scale"] == "paper" else 4096)
        load = functools.partial(
            data.sounds,
            self.path(config["dataset"]),
            rate=config["rate"],
            length=length,
            part=self.part,
            on_error=on_error,
            **self.order(config),
        )
        labels = recipe.labels or None
        held_out = load(labels, split=config["hold_out"]) if config["hold_out"] else None
        batches = load(labels)
        if not self.as_images:
            return batches, held_out
        sounds = [np.asarray(sounds) for sounds in batches.stream.whole()]
        fft = 256 if length >= 16_384 else 128
        front_end = data.Spectrograms(batches.rate, fft, fft // 2).fit(np.concatenate(sounds))
        order = {**self.order(config), "name": batches.stream.name}
        images = data.from_arrays(front_end.to_images(np.concatenate(sounds)), **order)
        images.front_end, images.class_names = front_end, None
        if held_out is not None:
            held = np.concatenate([np.asarray(sounds) for sounds in held_out.stream.whole()])
            held_out = data.from_arrays(front_end.to_images(held), **order)
        return images, held_out


class Shapes(Files):
    """Voxels, or meshes, which are converted to voxels."""

    options = ("--dataset", "--hold-out", "--skip-bad")
    prefix, what, example = "shapes:", "shapes", "FOLDER, of .npz, .npy, .obj, .stl, .ply or .glb files"
    refused = ("metrics", "channels")

    def load(self, recipe, config, on_error):
        from keras_gan import data

        load = functools.partial(
            data.shapes,
            self.path(config["dataset"]),
            recipe.labels or None,
            size=config["image_size"],
            on_error=on_error,
            **self.order(config),
        )
        held_out = load(split=config["hold_out"]) if config["hold_out"] else None
        return load(mirror=config["flip"]), held_out


class Videos(Files):
    """Videos, or some frames of them with the next frame; moving digits by default."""

    options = ("--dataset", "--fps", "--frames", "--channels", "--hold-out", "--skip-bad")
    prefix, what = "videos:", "videos"
    example = "FOLDER, of .gif, .webp or .mp4 files or of folders of frames (default: moving_digits)"
    refused = ("metrics",)

    def __init__(self, next_frame=False):
        self.next_frame = next_frame

    def needs(self, name, options):
        if options["dataset"] not in (None, "moving_digits"):
            super().needs(name, options)
        elif options["fps"] or options["channels"]:
            raise ValueError(
                "--fps and --channels are of files: moving_digits are grey, of 10 frames a second."
            )
        if self.next_frame and options["flip"]:
            raise ValueError(f"--flip: {name} does not mirror videos. Leave it out.")

    def load(self, recipe, config, on_error):
        from keras_gan import data

        count, digits = (
            config["frames"] or (4 if self.next_frame else 16),
            config["dataset"] == "moving_digits",
        )
        options = self.order(config)
        if not digits:
            options |= {
                "size": config["image_size"],
                "fps": config["fps"],
                "channels": config["channels"] or 3,
            }
            options["on_error"] = on_error

        def load(split, flip=False):
            source, labels, names = self.path(config["dataset"]), True, None
            more = {"split": split}
            if digits:
                frames = max(16, count + 1) if self.next_frame else count
                source, labels, names = data.moving_digits(
                    2000 if split == "train" else 400,
                    split,
                    frames=frames,
                    size=config["image_size"],
                    bounce=self.next_frame,
                )
                more = {"name": "moving_digits" if split == "train" else f"moving_digits[{split}]"}
            if self.next_frame:
                return data.next_frames(source, count, **options, **more)
            if recipe.labels:
                more |= {"labels": labels, "class_names": names}
            return data.videos(source, frames=count, flip=flip, **options, **more)

        return load("train", bool(config["flip"])), load(config["hold_out"]) if config["hold_out"] else None


class Series(Files):
    """Windows of a table in which each row is a time."""

    options = ("--dataset", "--length", "--exclude", "--hold-out")
    prefix, what, example = "series:", "time series", "rows.csv (or .parquet), a row a time"
    refused = ("flip", "image_size", "metrics", "channels")
    of_folder = False

    def needs(self, name, options):
        super().needs(name, options)
        _share(options["hold_out"])

    def load(self, recipe, config, on_error):
        from keras_gan import data

        frame = data.read_table(self.path(config["dataset"]))
        for name in filter(None, (name.strip() for name in (config["exclude"] or "").split(","))):
            if name not in frame.columns:
                raise ValueError(f"--exclude: there is no column {name!r}. There are: {list(frame.columns)}")
            frame = frame.drop(columns=name)
        kept = 1.0 - _share(config["hold_out"])
        options = {"window": config["length"] or 24, **self.order(config)}
        batches = data.series(frame, span=(0.0, kept), name=config["dataset"], **options)
        if kept == 1.0:
            return batches, None
        return batches, data.series(
            frame, span=(kept, 1.0), scale=batches.scale, columns=batches.columns, **options
        )


def _share(text):
    """Parse --hold-out of series as a float, 0 for None; raise a ValueError if it is not a share."""
    if text is None:
        return 0.0
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 < share < 1.0:
        raise ValueError(
            f"--hold-out of series is the share of times at their end, such as 0.2. Received: {text}"
        )
    return share


class Sequences(Files):
    """Texts of a file, one per line."""

    options = ("--dataset", "--length")
    prefix, what, example = "sequences:", "texts", "texts.txt, a text a line"
    refused = ("flip", "image_size", "metrics", "channels")
    of_folder = False

    def load(self, recipe, config, on_error):
        from keras_gan import data

        return data.sequences(
            self.path(config["dataset"]), length=config["length"], **self.order(config)
        ), None


def kinds_of(text):
    """Parse --kinds as a dict; raise a ValueError for another form."""
    pairs = [part.split("=") for part in (text or "").split(",") if part]
    if any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise ValueError(f'--kinds must be such as "rooms=number,code=category". Received: {text!r}')
    return {name.strip(): kind.strip() for name, kind in pairs}


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


def _digest(words, arrays):
    """Hash a list of words, or None, and arrays."""
    digest = hashlib.sha256(repr(words).encode())
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()


def text_encoder(name):
    """Load the encoder of texts that --text-encoder names: "minilm", or the path of a CLIP."""
    if name == "minilm":
        from keras_gan.features import MiniLM

        return MiniLM(scale=20)
    return of_clip(name).ema_text_encoder


def of_clip(name):
    """Load the CLIP whose path is --text-encoder."""
    from keras_gan.runs.load import load_model

    clip = load_model(name)
    if not hasattr(clip, "ema_text_encoder"):
        raise ValueError(
            f"--text-encoder is minilm, or a run or `.keras` file of clip. {name} is a {type(clip).__name__}."
        )
    return clip


def sizes_of(config):
    sizes = {name: config[name] for name in ("image_size", "batch_size", "seed")}
    return {**sizes, "value_range": value_range_of(config["value_range"])}


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
