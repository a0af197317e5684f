"""A blur that decays during training."""

import math

import keras
import tensorflow as tf
from keras import ops

from keras_gan.augmentations.augmentation import Augmentation
from keras_gan.schedules import number_or_schedule, value_at


@keras.saving.register_keras_serializable("keras_gan")
class Blur(Augmentation):
    """Blurs all images that the discriminator sees in training, by an amount that can decay.

        D sees x * f,   f(d) ~ 2^-(d / sigma)^2 for d up to 3 sigma,   zeros beyond the border

    StyleGAN3-R uses it at the beginning, so that the discriminator does not learn from details before the
    generator makes shapes. The recipes apply it after ADA (the official code before ADA). A condition
    that is an image is not blurred.

    Args:
        sigma: float, pixels, or a schedule over generator steps, whose largest value is that at step 0.
            Default 10.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    >>> fading = keras_gan.schedules.LinearDecay(10.0, steps=200_000 // 32)
    >>> gan.compile(augmentation=["diffaugment", keras_gan.augmentations.Blur(fading)])

    Reference: Karras et al., "Alias-Free Generative Adversarial Networks", 2021, appendix F.2,
    https://arxiv.org/abs/2106.12423
    """

    def __init__(self, sigma=10.0):
        self.sigma = number_or_schedule(sigma, "sigma")
        self.reach = math.floor(3 * float(value_at(self.sigma, 0)))

    def augment(self, gan, images, condition=None):
        sigma = ops.cast(value_at(self.sigma, gan.state.generator_step.value), "float32")
        reach = ops.floor(3.0 * sigma)
        distance = ops.abs(ops.arange(-self.reach, self.reach + 1, dtype="float32"))
        weights = ops.where(
            distance <= reach, ops.exp(-math.log(2.0) * ops.square(distance / ops.maximum(sigma, 1e-8))), 0.0
        )
        weights = ops.cast(weights / ops.sum(weights), images.dtype)

        def blurred():
            x = images
            for shape in ((-1, 1, 1, 1), (1, -1, 1, 1)):
                kernel = ops.reshape(weights, shape) * ops.ones((1, 1, images.shape[-1], 1), images.dtype)
                x = ops.depthwise_conv(x, kernel, padding="same")
            return x

        return tf.cond(reach >= 1.0, blurred, lambda: tf.identity(images)), condition
