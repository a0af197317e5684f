"""Shapes as voxels."""

import functools

from keras_gan.cli.kinds.files import Files


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
