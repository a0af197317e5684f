"""The hinge loss."""

import keras
from keras import ops

from keras_gan.losses.adversarial_loss import AdversarialLoss


@keras.saving.register_keras_serializable("keras_gan")
class HingeLoss(AdversarialLoss):
    """Pushes real logits above 1 and fake ones below -1, and no further.

        discriminator: max(0, 1 - D(x)) + max(0, 1 + D(G(z)))
        generator:     -D(G(z))

    Example:
    >>> loss = keras_gan.losses.HingeLoss()
    >>> float(loss.discriminator_loss([-5.0, 1.4, 12.5, 2.7], [10.0, 4.4, -5.5, 3.6]))
    6.75

    Reference: Lim & Ye, "Geometric GAN", 2017, https://arxiv.org/abs/1705.02894; Miyato et al., 2018,
    https://arxiv.org/abs/1802.05957
    """

    def discriminator_terms(self, real_logits, fake_logits):
        return ops.relu(1.0 - real_logits), ops.relu(1.0 + fake_logits)

    def generator_term(self, fake_logits, real_logits):
        return -fake_logits
