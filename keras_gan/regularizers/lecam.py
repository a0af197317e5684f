"""The LeCam regularisation for small data sets."""

import keras
from keras import ops

from keras_gan import replicas
from keras_gan.arguments import check_fraction
from keras_gan.regularizers.regularizer import Penalty, per_image


@keras.saving.register_keras_serializable("keras_gan")
class LeCamPenalty(Penalty):
    """Keeps the discriminator's outputs for real images near their average for fakes, and the reverse.

        weight * (E max(0, D(x) - a_fake)^2 + E max(0, a_real - D(G(z)))^2)

    a_real and a_fake are exponential moving averages of the mean logits, kept in the model's saved
    state; their first values are the means of the first batch.

    Args:
        weight: float. Default 0.3.
        decay: float in [0, 1], of the averages. Default 0.99.
        interval: int. Computed at every `interval`-th step of the discriminator, times `interval`.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(loss="hinge", regularizers=["lecam"])

    Reference: Tseng et al., "Regularizing Generative Adversarial Networks under Limited Data", 2021,
    https://arxiv.org/abs/2104.03310
    """

    name = "lecam"

    def __init__(self, weight=0.3, decay=0.99, interval=1):
        super().__init__(weight, interval)
        self.decay = check_fraction(decay, "decay")

    def build(self, gan):
        # The two averages, and whether they have begun.
        gan.state.add("lecam_averages", (3,), "float32")

    def _moved(self, gan, real, fake):
        """The averages after an update with the means of a step, which are scalars."""
        averages = gan.state.lecam_averages
        means = ops.stop_gradient(replicas.mean(ops.stack([real, fake, 1.0])))
        moved = self.decay * averages.value + (1.0 - self.decay) * means
        return ops.where(ops.equal(averages.value[2], 0.0), means, moved)

    def penalty(self, gan, turn):
        real, fake = (
            # With several maps each image has the sum over maps.
            per_image(x) if isinstance(x, list) else ops.cast(x, "float32")
            for x in (turn.real_logits, turn.fake_logits)
        )
        real_average, fake_average, _ = ops.unstack(self._moved(gan, ops.mean(real), ops.mean(fake)))
        above = ops.mean(ops.square(ops.relu(real - fake_average)))
        below = ops.mean(ops.square(ops.relu(real_average - fake)))
        return above + below

    def after_step(self, gan, turn, figures):
        if turn.player == self.player:
            averages = gan.state.lecam_averages
            moved = self._moved(gan, figures["real_score"], figures["fake_score"])
            averages.assign(ops.where(self.is_due(turn.step), moved, averages.value))
        return {}
