"""Files of data other than images: what their kinds have in common."""

import pathlib

from keras_gan.cli.kinds.images import Images


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
