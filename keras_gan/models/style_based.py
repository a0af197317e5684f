"""Base class of the StyleGANs: a mapping network turns latents into styles, one for each synthesis layer."""

import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan import random
from keras_gan.arguments import check_int
from keras_gan.layers import AdaptiveInstanceNormalization, FourierFeatures, ModulatedConv2D
from keras_gan.layers.noise_injection import noise_of
from keras_gan.models import checks
from keras_gan.models.gan import GAN
from keras_gan.schedules import HalfLife

# The layer class that identifies the generator of each model.
KINDS = {
    "StyleGAN3": FourierFeatures,
    "StyleGAN2": ModulatedConv2D,
    "StyleGAN": AdaptiveInstanceNormalization,
}
EMA_DECAY = HalfLife(10_000, batch_size=32, rampup=0.05)


def kind_of(generator):
    """Name of the model that a style-based generator is made for; None if it is not one of `networks`."""
    found = {type(layer) for layer in generator.get_layer("synthesis").layers}
    return next((name for name, layer in KINDS.items() if layer in found), None)


class StyleBased(GAN):
    """A GAN whose generator consists of `mapping`, from latents to w, and `synthesis`, from w's to images.

    It is a conditional GAN if its networks take labels.

    Args:
        generator: keras.Model with two layers that are models, `mapping`, (batch, latent_dim) -> (batch, w_dim), and
            `synthesis`, (batch, layers, w_dim) -> images; such as that of `networks.stylegan2`.
        discriminator: keras.Model from images to logits.
        style_mixing: float in [0, 1], share of the training's fakes that use the w of other latents from a
            random layer on.
        num_classes: int, for networks that take labels.
        ema_decay: as in `GAN`. Default: a half-life of 10,000 images in batches of 32, shorter at the beginning.
        seed: as in `GAN`.
    """

    def __init__(
        self,
        generator,
        discriminator,
        *,
        style_mixing=0.9,
        num_classes=None,
        condition=None,
        ema_decay=EMA_DECAY,
        **kwargs,
    ):
        if not 0 <= style_mixing <= 1:
            raise ValueError(f"`style_mixing` must be in [0, 1]. Received: style_mixing={style_mixing}")
        if isinstance(getattr(generator, "input_shape", None), list):
            condition = checks.chosen_condition(condition, num_classes, generator, type(self).__name__)
        elif condition is not None or num_classes is not None:
            raise ValueError(
                f"These networks take no labels: build them with `num_classes={num_classes}`, too, or leave it out here."
            )
        super().__init__(generator, discriminator, condition=condition, ema_decay=ema_decay, **kwargs)
        self.style_mixing = float(style_mixing)

    def get_config(self):
        config = {**super().get_config(), "style_mixing": self.style_mixing}
        return checks.with_num_classes(config, self.condition)

    def check_networks(self, generator, discriminator):
        super().check_networks(generator, discriminator)
        names = [layer.name for layer in generator.layers]
        missing = [name for name in ("mapping", "synthesis") if name not in names]
        if missing:
            raise ValueError(
                f"The generator of {type(self).__name__} must have two layers that are models, `mapping` and "
                "`synthesis`: "
                f"`networks.stylegan2` and the like make it. It lacks {missing}; its layers are {names}."
            )
        kind = kind_of(generator)
        if kind and type(self).__name__ in KINDS and type(self).__name__ != kind:
            raise ValueError(f"These are networks of {kind}: use `keras_gan.{kind}`.")

    # === The update ===

    def draw(self, count, seed):
        drawn = super().draw(count, seed)
        if self.style_mixing:
            drawn |= {
                "mixed_latents": self.noise.draw(count, seed),
                "mix": random.uniform((count, 2), seed),
            }
        return drawn

    def forward(self, batch, training=True):
        if not training:
            return super().forward(batch, training=False)
        condition = self.condition_to_make(batch)
        ws = self.style(batch["latents"], condition, training=True)
        return self.generator.get_layer("synthesis")(self.mix(ws, batch, condition), training=True)

    def mix(self, ws, drawn, condition):
        """Style mixing: replace the w's of some images from a random layer on, by the values of `draw`."""
        if not self.style_mixing:
            return ws
        count, mix = ws.shape[1], drawn["mix"]
        others = self.style(drawn["mixed_latents"], condition, training=True, follow=False)
        cutoff = 1 + ops.cast(ops.floor(mix[:, 1] * (count - 1)), "int32")
        cutoff = ops.where(mix[:, 0] < self.style_mixing, cutoff, count)
        return ops.where(np.arange(count)[None, :, None] < cutoff[:, None, None], ws, others)

    def style(self, latents, condition=None, training=False, follow=None):
        """The w's of latents, of shape (batch, layers, w_dim).

        Args:
            latents: of shape (batch, latent_dim).
            condition: labels, or None.
            training: bool, whether to use `generator` instead of `ema_generator`.
            follow: bool, whether to update the moving average of w with them. Default: as `training`.
        """
        network = self.generator if training else self.ema_generator
        follow = training if follow is None else follow
        inputs = latents if condition is None else [latents, *tf.nest.flatten(condition)]
        w = network.get_layer("mapping")(inputs, training=follow)
        # Adding zeros repeats w: under XLA the gradient of `repeat` fails inside a branch, as a lazy penalty
        # has.
        return w[:, None] + ops.zeros((1, network.get_layer("synthesis").input_shape[1], 1), w.dtype)

    # === Use ===

    @property
    def average_style(self):
        """The mean w of `ema_generator`, of shape (w_dim,); truncation moves w towards it."""
        return self.ema_generator.get_layer("mapping").get_layer("average").average

    def synthesize(
        self, latents, condition=None, training=False, truncation=1.0, truncation_cutoff=None, noise=None
    ):
        """Generate images from latents, or from w's (batch, layers, w_dim); arguments as in `generate`."""
        if training:
            return super().synthesize(latents, condition, training=True)
        ws = latents
        if len(latents.shape) == 2:
            ws = self.style(latents, condition)
            count, average = ws.shape[1], ops.convert_to_tensor(self.average_style)
            cutoff = count if truncation_cutoff is None else truncation_cutoff
            truncated = average + truncation * (ws - average)
            ws = ops.where(np.arange(count)[None, :, None] < cutoff, truncated, ws)
        synthesis = self.ema_generator.get_layer("synthesis")
        if noise is None:
            return synthesis(ws, training=False)
        with noise_of(noise):
            return synthesis(ws, training=False)

    def generate(
        self,
        n,
        seed=None,
        batch_size=64,
        truncation=1.0,
        labels=None,
        truncation_cutoff=None,
        noise="const",
        units=False,
    ):
        """Generate images.

        Args:
            n, seed, batch_size, units: as in `GAN.generate`.
            truncation: float. w is moved towards its mean: mean + truncation (w - mean). 0.7 gives more typical and
                less varied images.
            labels: for networks that take them: int, or n ints; `None` for classes drawn at random.
            truncation_cutoff: int, number of the first layers that w is truncated for. Default: all.
            noise: "const" (default), the same for all images, "random", by the seed, or "none".

        Returns:
            uint8 array of shape (n, height, width, channels).
        """
        seed = self.checked_seed(n, seed, truncation)
        check_int(truncation_cutoff, "truncation_cutoff", least=0, optional=True)
        condition = self.labels_of(labels, n, seed)
        with noise_of(noise, seed):
            return self.images_of(
                self.sample_latents(n, seed),
                condition,
                batch_size,
                units,
                truncation=truncation,
                truncation_cutoff=truncation_cutoff,
            )

    def exported_sample(self, n, seed, truncation, condition=None):
        return self.synthesize(self.export_latents(n, seed, 1.0), condition, truncation=truncation)

    def grid_inputs(self, rows, columns, seed, truncation=1.0):
        latents, condition = super().grid_inputs(rows, columns, seed)
        return latents, condition, truncation

    def grid_images(self, inputs, columns):
        latents, condition, truncation = inputs
        return self.images_of(latents, condition, truncation=truncation), columns
