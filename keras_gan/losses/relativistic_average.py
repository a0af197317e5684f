"""The relativistic average loss."""

import keras
from keras import ops

from keras_gan import replicas
from keras_gan.losses.adversarial_loss import AdversarialLoss


@keras.saving.register_keras_serializable("keras_gan")
class RelativisticAverageLoss(AdversarialLoss):
    """Real images should have higher logits than the average fake, and the reverse for fakes (RaGAN).

        discriminator: softplus(-(D(x) - E D(G(z)))) + softplus(D(G(z)) - E D(x))
        generator:     softplus(-(D(G(z)) - E D(x))) + softplus(D(x) - E D(G(z)))

    The averages are over the global batch. ESRGAN uses this loss.

    Example:
    >>> loss = keras_gan.losses.RelativisticAverageLoss()
    >>> round(float(loss.discriminator_loss([-2.0, 0.4, 12.5, 2.7], [10.0, 4.4, -5.5, 3.6])), 4)
    4.3901

    Reference: Jolicoeur-Martineau, "The relativistic discriminator", 2018,
    https://arxiv.org/abs/1807.00734
    """

    relativistic = True

    def discriminator_terms(self, real_logits, fake_logits):
        real_mean, fake_mean = _mean(real_logits), _mean(fake_logits)
        return ops.softplus(fake_mean - real_logits), ops.softplus(fake_logits - real_mean)

    def generator_loss(self, fake_logits, real_logits=None, sample_weight=None):
        # The discriminator's loss with the roles exchanged; the weights are those of the fakes.
        return self.discriminator_loss(fake_logits, real_logits, sample_weight)


def _mean(logits):
    return replicas.mean(ops.mean(logits))
