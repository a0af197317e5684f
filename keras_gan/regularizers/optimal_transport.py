"""The optimal transport penalty."""

import keras
import numpy as np
from keras import ops

from keras_gan.regularizers.regularizer import Penalty


@keras.saving.register_keras_serializable("keras_gan")
class OptimalTransportPenalty(Penalty):
    """Of all generators of the data's distribution, the one that moves latents least.

        weight * mean over batch and numbers of (G(z) - z)^2

    The adversarial loss alone leaves open which latents become what; this makes it the optimal transport of the latents' distribution to
    the data's. A weight that fades, such as `schedules.LinearDecay(1.0, steps)`, chooses the map at the beginning and then leaves it to the
    adversary; one that stays biases it towards the latents. Of Gaussians N(0, I) and N(m, S) the map is m + S^(1/2) z.

    Args:
        weight: float, or a schedule over steps. Default 1.
        interval: int, as in `Penalty`.

    Raises:
        ValueError: when compiled, for latents of another size than what the generator makes.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> fading = keras_gan.schedules.LinearDecay(1.0, steps=1000)
    >>> gan.compile(regularizers=[keras_gan.regularizers.OptimalTransportPenalty(fading)])

    Reference: Lin et al., "Adversarial Flow Models", 2025, https://arxiv.org/abs/2511.22475
    """

    name = "optimal_transport"
    player = "generator"

    def __init__(self, weight=1.0, interval=1):
        super().__init__(weight, interval)

    def build(self, gan):
        made, shape = gan.generator.output_shape[1:], gan.generator.input_shape
        latents = (shape[0] if isinstance(shape, list) else shape)[1:]
        if np.prod(made) != np.prod(latents):
            raise ValueError(
                f"`optimal_transport` needs as many latents as the generator makes numbers: {np.prod(made)} of shape {made}. "
                f"Received: latents of shape {latents}"
            )

    def penalty(self, gan, turn):
        moved = ops.reshape(turn.fake, ops.shape(turn.latents)) - ops.cast(turn.latents, turn.fake.dtype)
        return ops.mean(ops.square(ops.cast(moved, "float32")))
