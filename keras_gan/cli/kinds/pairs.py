"""Images of two domains, in pairs or not."""

import functools

from keras_gan.cli.kinds.images import SIZES, sizes_of


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
