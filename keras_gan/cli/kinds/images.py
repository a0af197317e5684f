"""Images: of one data set, by class or attribute, with some labels, at low resolution."""

import functools

from keras_gan.cli.options import value_range_of

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


def sizes_of(config):
    sizes = {name: config[name] for name in ("image_size", "batch_size", "seed")}
    return {**sizes, "value_range": value_range_of(config["value_range"])}
