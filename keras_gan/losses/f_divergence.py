"""The losses of f-GAN."""

import dataclasses
import math

import keras
from keras import ops

from keras_gan.losses.adversarial_loss import AdversarialLoss


@dataclasses.dataclass(frozen=True)
class Divergence:
    """An f-divergence as f-GAN needs it, in terms of the raw logit v.

    `activation` is g(v), which maps logits into the domain of the conjugate f*; `conjugate` is
    f*(g(v)), simplified to avoid unnecessary overflows.
    """

    activation: object
    conjugate: object


# The activations and conjugates of the paper's table 6.
DIVERGENCES = {
    "jensen_shannon": Divergence(
        lambda v: math.log(2.0) - ops.softplus(-v), lambda v: ops.softplus(v) - math.log(2.0)
    ),
    "kl": Divergence(lambda v: v, lambda v: ops.exp(v - 1.0)),
    "reverse_kl": Divergence(lambda v: -ops.exp(-v), lambda v: v - 1.0),
    "pearson": Divergence(lambda v: v, lambda v: 0.25 * ops.square(v) + v),
    "squared_hellinger": Divergence(lambda v: 1.0 - ops.exp(-v), lambda v: ops.exp(v) - 1.0),
    "total_variation": Divergence(lambda v: 0.5 * ops.tanh(v), lambda v: 0.5 * ops.tanh(v)),
}


@keras.saving.register_keras_serializable("keras_gan")
class FDivergenceLoss(AdversarialLoss):
    """The variational bound of any f-divergence between real and generated images (f-GAN).

        discriminator: -g(D(x)) + f*(g(D(G(z))))
        generator:     -g(D(G(z))), or with `saturating` -f*(g(D(G(z))))

    The discriminator's minimum is minus the divergence D_f(real || generated), where f(u) is:
    jensen_shannon u log u - (u + 1) log((u + 1) / 2) (twice the usual one), kl u log u,
    reverse_kl -log u, pearson (u - 1)^2, squared_hellinger (sqrt(u) - 1)^2,
    total_variation |u - 1| / 2.

    Args:
        divergence: name of one of these. Default "jensen_shannon". Each is an alias of its own too:
            `loss="kl"`.
        saturating: bool. Whether the generator minimises the bound itself, whose gradient vanishes
            early in training. Default False, the paper's section 3.2.

    KL, reverse KL and squared Hellinger grow exponentially with the logits: they need a bounded
    discriminator (a gradient penalty, spectral normalisation, a small learning rate).

    Example:
    >>> loss = keras_gan.losses.FDivergenceLoss("pearson")
    >>> float(loss.discriminator_loss([1.0], [0.0]))
    -1.0

    Reference: Nowozin et al., "f-GAN", 2016, tables 1, 2 and 6, https://arxiv.org/abs/1606.00709
    """

    def __init__(self, divergence="jensen_shannon", saturating=False):
        if divergence not in DIVERGENCES:
            raise ValueError(f"`divergence` must be one of {sorted(DIVERGENCES)}. Received: {divergence!r}")
        self.divergence = divergence
        self.saturating = saturating

    def discriminator_terms(self, real_logits, fake_logits):
        f = DIVERGENCES[self.divergence]
        return -f.activation(real_logits), f.conjugate(fake_logits)

    def generator_term(self, fake_logits, real_logits):
        f = DIVERGENCES[self.divergence]
        return -f.conjugate(fake_logits) if self.saturating else -f.activation(fake_logits)
