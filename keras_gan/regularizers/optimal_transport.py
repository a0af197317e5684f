"""The optimal transport penalty."""

import keras
import numpy as np
from keras import ops

from keras_gan.regularizers.regularizer import Penalty


@keras.saving.register_keras_serializable("keras_gan")
class OptimalTransportPenalty(Penalty):
    """Selects, among all generators of the data's distribution, the one that moves latents least.

        weight * mean over batch and elements of (G(z) - z)^2

    The adversarial loss does not determine which latents become which images. With this penalty the map is
    the optimal transport from the latents' distribution to the data's. A weight that decays to zero, such as
    `schedules.LinearDecay(1.0, steps)`, chooses the map at the beginning; then the adversarial loss alone
    trains it. A constant weight biases the map towards the latents. Between the Gaussians N(0, I) and N(m, S)
    the map is m + S^(1/2) z.

    Args:
        weight: float, or a schedule over steps. Default 1.
        interval: int, as in `Penalty`.

    Raises:
        ValueError: at `compile`, for latents of another size than the generator's output.

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
                "`optimal_transport` needs as many latents as the generator makes numbers: "
                f"{np.prod(made)} of shape {made}. Received: latents of shape {latents}"
            )

    def penalty(self, gan, turn):
        moved = ops.reshape(turn.fake, ops.shape(turn.latents)) - ops.cast(turn.latents, turn.fake.dtype)
        return ops.mean(ops.square(ops.cast(moved, "float32")))
