"""Instance noise."""

import keras
from keras import ops

from keras_gan import random
from keras_gan.arguments import check_int
from keras_gan.augmentations.augmentation import Augmentation
from keras_gan.schedules import fade


@keras.saving.register_keras_serializable("keras_gan")
class InstanceNoise(Augmentation):
    """Adds Gaussian noise, which can decay to zero, to all data that the discriminator sees in training.

        D sees x + s e,   e ~ N(0, I),   s = stddev * max(0, 1 - step / decay_steps)

    The distributions of real and generated data then overlap, and the discriminator cannot separate them
    completely.

    Args:
        stddev: float, for images in [-1, 1]. Default 0.1.
        decay_steps: int, generator steps until the noise is zero, or None to keep it constant. Default None.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(augmentation=keras_gan.augmentations.InstanceNoise(0.1, decay_steps=1000))

    Reference: Sønderby et al., "Amortised MAP Inference for Image Super-resolution", 2017,
    https://arxiv.org/abs/1610.04490
    """

    def __init__(self, stddev=0.1, decay_steps=None):
        if stddev < 0:
            raise ValueError(f"`stddev` must not be negative. Received: stddev={stddev}")
        self.stddev = float(stddev)
        self.decay_steps = check_int(decay_steps, "decay_steps", optional=True)

    def build(self, gan):
        """Does nothing, as data of any shape are accepted."""

    def augment(self, gan, images, condition=None):
        noise = random.normal((ops.shape(images)[0], *images.shape[1:]), gan.seed_generator)
        return images + ops.cast(
            self.stddev * fade(gan.state.step.value, self.decay_steps) * noise, images.dtype
        ), condition
