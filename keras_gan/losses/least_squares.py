"""The least squares loss of LSGAN."""

import keras
from keras import ops

from keras_gan.losses.adversarial_loss import AdversarialLoss, check_smoothing


@keras.saving.register_keras_serializable("keras_gan")
class LeastSquaresLoss(AdversarialLoss):
    """Squared distance of the raw outputs to their targets (0 for fake, 1 for real).

        discriminator: 1/2 (D(x) - t_real)^2 + 1/2 (D(G(z)) - t_fake)^2
        generator:     generator_weight (D(G(z)) - 1)^2

    Args:
        label_smoothing: float in [0, 1). The target of real images is 1 - label_smoothing. Default 0.
        two_sided: bool. Whether the target of fake images is label_smoothing too, instead of 0.
        generator_weight: float. Default 0.5, the paper's; CycleGAN's is 1.

    Example:
    >>> loss = keras_gan.losses.LeastSquaresLoss()
    >>> round(float(loss.generator_loss([10.0, 4.4, -5.5, 3.6])), 3)
    17.696

    Reference: Mao et al., "Least Squares Generative Adversarial Networks", 2017, equation 9,
    https://arxiv.org/abs/1611.04076
    """

    def __init__(self, label_smoothing=0.0, two_sided=False, generator_weight=0.5):
        self.label_smoothing = check_smoothing(label_smoothing, 0.5 if two_sided else 1.0)
        self.two_sided = two_sided
        if not generator_weight > 0:
            raise ValueError(f"`generator_weight` must be positive. Received: {generator_weight}")
        self.generator_weight = float(generator_weight)

    def discriminator_terms(self, real_logits, fake_logits):
        real_target = 1.0 - self.label_smoothing
        fake_target = self.label_smoothing if self.two_sided else 0.0
        return 0.5 * ops.square(real_logits - real_target), 0.5 * ops.square(fake_logits - fake_target)

    def generator_term(self, fake_logits, real_logits):
        return self.generator_weight * ops.square(fake_logits - 1.0)
