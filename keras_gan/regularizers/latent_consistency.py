"""Latent consistency regularisation: zCR."""

import keras
from keras import ops

from keras_gan import random
from keras_gan.regularizers.regularizer import Penalty, check_player, mean_square


@keras.saving.register_keras_serializable("keras_gan")
class LatentConsistencyPenalty(Penalty):
    """After a small change of the latents the image should change, but not the discriminator's logit (zCR).

        discriminator:  weight * E (D(G(z)) - D(G(z + e)))^2
        generator:     -weight * E (G(z) - G(z + e))^2,   e ~ N(0, stddev^2)

    zCR uses both, one object for each player; together with `BalancedConsistencyPenalty` it is ICR.

    Args:
        weight: float. The paper uses 5 for the discriminator (default) and 0.5 for the generator.
        player: "discriminator" (default) or "generator".
        stddev: float, of the change. Default 0.05.
        interval: int. Computed at every `interval`-th step of its player, times `interval`.

    Example:
    >>> from keras_gan.regularizers import LatentConsistencyPenalty
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(
    ...     regularizers=[LatentConsistencyPenalty(5.0), LatentConsistencyPenalty(0.5, "generator")]
    ... )

    Reference: Zhao et al., "Improved Consistency Regularization for GANs", 2021,
    https://arxiv.org/abs/2002.04724
    """

    def __init__(self, weight=5.0, player="discriminator", stddev=0.05, interval=1):
        super().__init__(weight, interval)
        self.player = check_player(player)
        if stddev <= 0:
            raise ValueError(f"`stddev` must be positive. Received: stddev={stddev}")
        self.stddev = float(stddev)

    @property
    def name(self):
        return "latent_consistency" if self.player == "discriminator" else "generator_latent_consistency"

    def penalty(self, gan, turn):
        latents = turn.latents
        noise = random.normal((ops.shape(latents)[0], *latents.shape[1:]), gan.seed_generator)
        moved, condition = gan.noise.move(latents, self.stddev * noise), gan.condition_to_make(turn.batch)
        near = gan.synthesize(moved, condition, training=True)
        if self.player == "generator":
            return -ops.mean(ops.square(ops.cast(turn.fake - near, "float32")))
        logits = gan.discriminate(ops.stop_gradient(near), turn.condition)
        return mean_square(turn.fake_logits, logits)
