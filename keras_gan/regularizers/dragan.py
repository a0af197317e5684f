"""The penalty of DRAGAN."""

import keras
from keras import ops

from keras_gan import random, replicas
from keras_gan.regularizers.regularizer import GradientNormPenalty


@keras.saving.register_keras_serializable("keras_gan")
class DRAGANPenalty(GradientNormPenalty):
    """Keeps the norm of the discriminator's gradient near 1 around real images.

        weight * E (||grad D(x^)|| - 1)^2,   x^ = x + a b std(x) / 2,   a ~ U(0, 1) per image,
        b ~ U(0, 1) per pixel

    std(x) is the standard deviation over all elements of the batch, as in the authors' code.

    Args:
        weight: float. Default 10.
        interval: int. Computed at every `interval`-th step of the discriminator, times `interval`.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(regularizers=["dragan"])

    Reference: Kodali et al., "On Convergence and Stability of GANs", 2017,
    https://arxiv.org/abs/1705.07215
    """

    name = "dragan"

    def __init__(self, weight=10.0, interval=1):
        super().__init__(weight, interval)

    def penalty(self, gan, turn):
        real = turn.real
        mean = replicas.mean(ops.mean(real))
        deviation = ops.sqrt(replicas.mean(ops.mean(ops.square(real - mean))))
        alpha = random.uniform((ops.shape(real)[0],) + (1,) * (len(real.shape) - 1), gan.seed_generator)
        noise = random.uniform((ops.shape(real)[0], *real.shape[1:]), gan.seed_generator)
        around = real + 0.5 * deviation * ops.cast(alpha * noise, real.dtype)
        return ops.mean(ops.square(self.norms(gan, around, turn.condition) - 1.0))
