"""The minimax loss of the first GAN paper."""

import keras
from keras import ops

from keras_gan.losses.adversarial_loss import AdversarialLoss, check_smoothing


@keras.saving.register_keras_serializable("keras_gan")
class MinimaxLoss(AdversarialLoss):
    """The original, saturating GAN loss: binary cross-entropy, which the generator maximises.

    With D = sigmoid(logit):

        discriminator: -t_real log D(x) - (1 - t_real) log(1 - D(x))
                       -t_fake log D(G(z)) - (1 - t_fake) log(1 - D(G(z)))
        generator:     log(1 - D(G(z)))

    Args:
        label_smoothing: float in [0, 1). Target of real images is 1 - label_smoothing
            (one-sided smoothing). Default 0.
        two_sided: bool. Whether the target of fake images is label_smoothing too, instead of 0.

    Example:
    >>> loss = keras_gan.losses.MinimaxLoss()
    >>> round(float(loss.generator_loss([10.0, 4.4, -5.5, 3.6])), 4)
    -4.5108

    Reference: Goodfellow et al., "Generative Adversarial Nets", 2014, https://arxiv.org/abs/1406.2661;
    one-sided smoothing: Salimans et al., 2016, https://arxiv.org/abs/1606.03498
    """

    def __init__(self, label_smoothing=0.0, two_sided=False):
        # Two-sided smoothing of a half or more would swap the classes.
        self.label_smoothing = check_smoothing(label_smoothing, 0.5 if two_sided else 1.0)
        self.two_sided = two_sided

    def discriminator_terms(self, real_logits, fake_logits):
        real_target = 1.0 - self.label_smoothing
        fake_target = self.label_smoothing if self.two_sided else 0.0
        real = ops.softplus(-real_logits) + (1.0 - real_target) * real_logits
        fake = ops.softplus(fake_logits) - fake_target * fake_logits
        return real, fake

    def generator_term(self, fake_logits, real_logits):
        return -ops.softplus(fake_logits)
