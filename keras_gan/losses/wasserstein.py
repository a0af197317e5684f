"""The Wasserstein loss."""

import keras

from keras_gan.losses.adversarial_loss import AdversarialLoss


@keras.saving.register_keras_serializable("keras_gan")
class WassersteinLoss(AdversarialLoss):
    """Difference of the critic's means; it also needs a Lipschitz constraint on the critic.

        critic:    D(G(z)) - D(x)
        generator: -D(G(z))

    Example:
    >>> loss = keras_gan.losses.WassersteinLoss()
    >>> float(loss.generator_loss([10.0, 4.4, -5.5, 3.6]))
    -3.125

    Reference: Arjovsky et al., "Wasserstein GAN", 2017, https://arxiv.org/abs/1701.07875
    """

    def discriminator_terms(self, real_logits, fake_logits):
        return -real_logits, fake_logits

    def generator_term(self, fake_logits, real_logits):
        return -fake_logits
