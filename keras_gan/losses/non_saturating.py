"""The non-saturating loss, the standard GAN loss."""

import keras
from keras import ops

from keras_gan.losses.minimax import MinimaxLoss


@keras.saving.register_keras_serializable("keras_gan")
class NonSaturatingLoss(MinimaxLoss):
    """The discriminator's loss of `MinimaxLoss`, with a generator loss whose gradient does not vanish.

        generator: -log D(G(z)) = softplus(-logit)

    Args:
        label_smoothing, two_sided: for the discriminator, as in `MinimaxLoss`.

    Example:
    >>> loss = keras_gan.losses.NonSaturatingLoss()
    >>> round(float(loss.generator_loss([10.0, 4.4, -5.5, 3.6])), 4)
    1.3858

    Reference: Goodfellow et al., "Generative Adversarial Nets", 2014, section 3,
    https://arxiv.org/abs/1406.2661
    """

    def generator_term(self, fake_logits, real_logits):
        return ops.softplus(-fake_logits)
