"""SRGAN and ESRGAN."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan.arguments import check_int, check_weight
from keras_gan.models import checks
from keras_gan.models.pretraining import Pretraining
from keras_gan.models.translation import Translation
from keras_gan.optimizers import Adam
from keras_gan.regularizers import PerceptualPenalty
from keras_gan.tiles import in_tiles


@keras.saving.register_keras_serializable("keras_gan")
class SRGAN(Pretraining, Translation):
    """Upscales images, with details that the discriminator classifies as real.

    For the first `pretraining_steps` generator steps the generator minimises the pixel loss alone, and the
    discriminator is not trained. After that the generator minimises `pixel_weight` x pixel loss +
    `adversarial_weight` x adversarial loss + the penalties of the regularizers: by default the distance of
    VGG19's features, `PerceptualPenalty()`.

    It trains on dicts with `condition`, small images, and `image`, large images. The ratio of their sizes
    must be an integer: see `keras_gan.data.low_high`.

    Args:
        generator: keras.Model from images of any size to larger ones, such as `networks.srresnet`.
        discriminator: keras.Model from large images of fixed size to logits, such as
            `networks.srgan_discriminator`.
        pretraining_steps: int, generator steps with the pixel loss alone. Default 0.
        pixel_loss: "l1" or "l2". Default: as in the model's paper.
        pixel_weight: float, weight of the pixel loss in the adversarial phase; before that it is 1. Default 0
            (SRGAN).
        adversarial_weight: float. Default 1e-3.
        ema_decay, seed: as in `GAN`.

    Example:
    >>> generator = keras_gan.networks.srresnet(2, 1, filters=8, blocks=1)
    >>> discriminator = keras_gan.networks.srgan_discriminator((16, 16, 1), filters=8, units=8)
    >>> gan = keras_gan.SRGAN(generator, discriminator, pretraining_steps=2, pixel_weight=1.0)
    >>> gan.compile(regularizers=[])
    >>> high = np.random.uniform(-1, 1, (16, 16, 16, 1)).astype("float32")
    >>> low = high.reshape(16, 8, 2, 8, 2, 1).mean((2, 4))
    >>> history = gan.fit({"condition": low, "image": high}, batch_size=4, verbose=0)
    >>> gan.upscale(np.zeros((20, 30, 1), "uint8")).shape
    (40, 60, 1)

    Reference: Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial
    Network", 2017, https://arxiv.org/abs/1609.04802
    """

    term_names = {"discriminator": (), "generator": ("g_pixel",)}
    pretraining_stage, pretraining_figures = "pixel loss", ("g_pixel",)
    default_pixel_loss, default_pixel_weight, default_adversarial_weight = "l2", 0.0, 1e-3

    def __init__(
        self,
        generator,
        discriminator,
        *,
        pretraining_steps=0,
        pixel_loss=None,
        pixel_weight=None,
        adversarial_weight=None,
        **kwargs,
    ):
        super().__init__(generator, discriminator, **kwargs)
        self.pretraining_steps = check_int(pretraining_steps, "pretraining_steps", least=0)
        self.pixel_loss = pixel_loss or self.default_pixel_loss
        if self.pixel_loss not in ("l1", "l2"):
            raise ValueError(f'`pixel_loss` must be "l1" or "l2". Received: {pixel_loss!r}')
        weight = self.default_pixel_weight if pixel_weight is None else pixel_weight
        self.pixel_weight = check_weight(weight, "pixel_weight")
        weight = self.default_adversarial_weight if adversarial_weight is None else adversarial_weight
        self.adversarial_weight = check_weight(weight, "adversarial_weight")
        self.scale = _scale_of(generator)

    def get_config(self):
        names = ("pretraining_steps", "pixel_loss", "pixel_weight", "adversarial_weight")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def defaults(self):
        return {
            **super().defaults(),
            "regularizers": [PerceptualPenalty()],
            "generator_optimizer": Adam(1e-4),
            "discriminator_optimizer": Adam(1e-4),
        }

    @property
    def source_scale(self):
        return self.scale

    def _pixel_term(self, turn):
        difference = ops.cast(turn.real, "float32") - ops.cast(turn.fake, "float32")
        return ops.mean(ops.abs(difference) if self.pixel_loss == "l1" else ops.square(difference))

    def pretraining_objective(self, turn):
        loss = self._pixel_term(turn)
        return loss, {"g_pixel": loss}

    def generator_terms(self, turn):
        return {"g_pixel": self.pixel_weight * self._pixel_term(turn)}

    def upscale(self, image, tile=128, overlap=None, batch_size=4):
        """Enlarge one image of any size, in tiles, so that memory does not grow with it.

        Args:
            image: array of shape (height, width, channels), uint8 or floats in [-1, 1].
            tile: int, side of a tile in input pixels; None for the whole image at once.
            overlap: int, input pixels around a tile that the network also sees; their output is cut off. The
                result equals that of the whole image if `overlap` is at least half the network's receptive
                field. That is the default (computed from the layers, 40 for SRResNet x4), but at most 64:
                RRDBNet with 23 blocks sees 350 pixels far, but pixels beyond 64 have almost no influence.
            batch_size: int, tiles at once.

        Returns:
            uint8 array of shape (scale x height, scale x width, channels).
        """
        image = np.asarray(image)
        if image.ndim != 3:
            raise ValueError(
                f"`image` must be one image of shape (height, width, channels). Received: shape={image.shape}"
            )
        image = checks.check_source(image[None], self.source_shape)[0]
        return in_tiles(self.ema_generator, image, self.scale, tile, overlap, batch_size)


@keras.saving.register_keras_serializable("keras_gan")
class ESRGAN(SRGAN):
    """SRGAN with the relativistic average loss, an L1 pixel loss, and a larger adversarial weight.

    L1 pixel loss with weight 5e-3, adversarial weight 5e-3, L1 distance of VGG19's features before the
    activation, scaled by 1 / 12.75 as in SRGAN; intended for `networks.rrdbnet`. `networks.interpolate`
    interpolates between the networks of the two phases.

    Arguments as in `SRGAN`.

    Example:
    >>> keras_gan.ESRGAN.default_adversarial_weight
    0.005

    Reference: Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", 2018,
    https://arxiv.org/abs/1809.00219
    """

    # Half the paper's 1e-2: differences of images in [-1, 1] are twice those of images in [0, 1].
    default_pixel_loss, default_pixel_weight, default_adversarial_weight = "l1", 5e-3, 5e-3

    def defaults(self):
        return {
            **super().defaults(),
            "loss": "relativistic_average",
            "regularizers": [PerceptualPenalty(1 / 12.75, norm="l1", before_activation=True)],
        }


def _scale_of(generator):
    """Factor by which a network enlarges its input."""
    side = 16
    shape = generator.compute_output_shape((1, side, side, generator.input_shape[-1]))
    if None in shape[1:3]:
        shape = generator(tf.zeros((1, side, side, generator.input_shape[-1]))).shape
    if shape[1] % side or shape[1] != shape[2]:
        raise ValueError(f"The generator must enlarge by a whole factor. It makes {shape[1:3]} of 16 x 16.")
    return int(shape[1]) // side
