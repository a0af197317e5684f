"""The relativistic pairing loss."""

import keras
from keras import ops

from keras_gan.losses.adversarial_loss import AdversarialLoss


@keras.saving.register_keras_serializable("keras_gan")
class RelativisticLoss(AdversarialLoss):
    """Relativistic pairing (RpGAN): each real image should have a higher logit than the fake paired with it.

        discriminator: softplus(-(D(x) - D(G(z))))
        generator:     softplus(-(D(G(z)) - D(x)))

    With `R1Penalty` and `R2Penalty` at every step it is the objective of R3GAN, which converges
    and covers all modes.

    Example:
    >>> loss = keras_gan.losses.RelativisticLoss()
    >>> round(float(loss.generator_loss([10.0, 4.4, -5.5, 3.6], [-5.0, 1.4, 12.5, 2.7])), 4)
    4.5974

    Reference: Jolicoeur-Martineau, "The relativistic discriminator", 2018,
    https://arxiv.org/abs/1807.00734; Huang et al., "The GAN is dead; long live the GAN!", 2024,
    https://arxiv.org/abs/2501.05441
    """

    relativistic = True

    def discriminator_terms(self, real_logits, fake_logits):
        return ops.softplus(fake_logits - real_logits), ops.zeros_like(fake_logits)

    def generator_term(self, fake_logits, real_logits):
        return ops.softplus(real_logits - fake_logits)
