"""Base class of the models that translate images to images."""

import numpy as np

from keras_gan import export
from keras_gan.arguments import check_int
from keras_gan.conditions import Images
from keras_gan.data.images import to_uint8
from keras_gan.grid import interleave
from keras_gan.models import checks
from keras_gan.models.gan import GAN
from keras_gan.tiles import as_graph, filled_up


class Translation(GAN):
    """A GAN whose generator takes images instead of latents; the base class of `Pix2Pix` and others.

    It trains on dicts with `condition`, the generator's input images, and `image`, its target images, both
    float32 in [-1, 1].
    """

    from_images = paired = True

    def __init__(self, generator, discriminator, *, ema_decay=None, **kwargs):
        super().__init__(generator, discriminator, ema_decay=ema_decay, **kwargs)

    # === Inputs of the networks ===

    def check_networks(self, generator, discriminator):
        checks.check_translation(generator, discriminator)

    @property
    def source_shape(self):
        """(height, width, channels) of the generator's input images; sizes may be None."""
        return tuple(self.generator.input_shape[1:])

    @property
    def source_scale(self):
        """Factor by which the output is larger than the input."""
        return 1

    def draw(self, count, seed):
        return {}

    def forward(self, batch, training=True):
        return self.synthesize(batch["condition"], training=training)

    def synthesize(self, images, condition=None, training=False):
        """Translate images in [-1, 1]: in training with `generator`, otherwise with `ema_generator`."""
        return (self.generator if training else self.ema_generator)(images, training=training)

    @property
    def condition(self):
        """The images that the model is trained to translate, a `keras_gan.conditions.Images`."""
        return Images(self.trained_source_shape)

    def condition_of(self, batch):
        """The input images, for a discriminator that takes them too; otherwise None."""
        return batch["condition"] if isinstance(self.discriminator.input_shape, list) else None

    # === Use ===

    def translate(self, images, batch_size=16):
        """Translate images.

        Args:
            images: array of shape (n, height, width, channels): uint8, or floats in [-1, 1].
            batch_size: int, how many at once.

        Returns:
            uint8 array of shape (n, height, width, channels).

        Raises:
            ValueError: for images of another shape or range than the generator takes.
        """
        return self._translate(self.ema_generator, images, batch_size)

    @staticmethod
    def _translate(network, images, batch_size):
        check_int(batch_size, "batch_size")
        images = checks.check_source(images, network.input_shape[1:])
        outputs, graph, sizes = [], as_graph(network), network.input_shape[1:3]
        for start in range(0, len(images), batch_size):
            outputs.append(filled_up(graph, images[start : start + batch_size], sizes))
        return np.concatenate(outputs)

    def generate(self, *args, **kwargs):
        """Raise a TypeError: models that translate images have `translate` instead."""
        raise TypeError(f"{type(self).__name__} makes images from images: use `translate(images)`.")

    def sample_latents(self, *args, **kwargs):
        """Raise a TypeError: models that translate images have no latents."""
        raise TypeError(f"{type(self).__name__} has no latents: its generator takes images.")

    # === Sample grids ===

    grid_caption = "input | output | target"

    def examples(self, count):
        """A dict of `count` pairs of the held-out or else the training data: see `FitSession.examples`."""
        found = super().examples(count)
        return {name: found[name] for name in ("condition", "image")}

    def grid_inputs(self, rows, columns, seed, truncation=1.0):
        """Examples for the rows of a sample grid; each example takes three cells of a row."""
        return self.examples(rows * max(1, columns // 3))

    def grid_images(self, inputs, columns):
        """Input, output and target of each example side by side."""
        output = self.translate(inputs["condition"])
        cells = [to_uint8(inputs["condition"]).numpy(), output, to_uint8(inputs["image"]).numpy()]
        return interleave(cells), 3 * max(1, columns // 3)

    def exported_networks(self):
        """The networks in an export, by the names of the functions that call them."""
        return {"translate": self.ema_generator}

    def exported_condition(self):
        """The condition that exported networks take in addition to images, or None."""
        return None

    @property
    def trained_source_shape(self):
        """(height, width, channels) of the images that the model is trained to translate."""
        height, width = (side and side // self.source_scale for side in self.image_shape[:2])
        return height, width, self.source_shape[2]

    def export(self, filepath, format="saved_model", metadata=None, **options):
        """Write the generator for use without keras_gan: see `keras_gan.export.export_translator`."""
        return export.export_translator(self, filepath, format=format, metadata=metadata, **options)
