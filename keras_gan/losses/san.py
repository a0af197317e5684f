"""The loss of slicing adversarial networks (SAN)."""

import keras

from keras_gan.losses.adversarial_loss import AdversarialLoss


@keras.saving.register_keras_serializable("keras_gan")
class SANLoss(AdversarialLoss):
    """Any loss for the features of a discriminator, and the Wasserstein loss for its last direction.

        discriminator: loss(D(x), D(G(z))) + d(G(z)) - d(x)
        generator:     the generator loss of `loss`

    The discriminator ends in `layers.SANDense` and returns logits of shape (..., 2): first D, then d, which
    has the same value but passes gradients only to the direction. So the direction learns the slice of the
    features that separates real from fake best, which makes the loss a distance. The cost is that of one
    dense layer.

    Args:
        loss: alias or `AdversarialLoss`. Default "non_saturating".

    Raises:
        ValueError: for logits of another shape, when a step is traced.

    Example:
    >>> generator, discriminator = keras_gan.networks.dcgan((28, 28, 1), filters=8)
    >>> gan = keras_gan.GAN(generator, keras_gan.networks.san(discriminator))
    >>> gan.compile(loss=keras_gan.losses.SANLoss("hinge"))

    Reference: Takida et al., "SAN: Inducing Metrizability of GAN with Discriminative Normalized Linear Layer", 2024,
    https://arxiv.org/abs/2301.12811
    """

    def __init__(self, loss="non_saturating"):
        from keras_gan import losses

        self.loss = losses.get(loss)
        if isinstance(self.loss, SANLoss):
            raise ValueError("`SANLoss` takes the loss of the features, not another loss with a direction.")
        self.relativistic = self.loss.relativistic

    def discriminator_terms(self, real_logits, fake_logits):
        (real, real_slice), (fake, fake_slice) = _split(real_logits), _split(fake_logits)
        real, fake = self.loss.discriminator_terms(real, fake)
        return real - real_slice, fake + fake_slice

    def generator_loss(self, fake_logits, real_logits=None, sample_weight=None):
        first = lambda logits: (
            None if logits is None else keras.tree.map_structure(lambda x: _split(x)[0], logits)
        )
        return self.loss.generator_loss(first(fake_logits), first(real_logits), sample_weight)


def _split(logits):
    logits = keras.ops.convert_to_tensor(logits)
    if len(logits.shape) < 2 or logits.shape[-1] != 2:
        raise ValueError(
            "`SANLoss` takes logits of shape (..., 2), of a discriminator that ends in `layers.SANDense`: "
            f"`networks.san(discriminator)` converts one to it. Received: shape={tuple(logits.shape)}"
        )
    return logits[..., 0], logits[..., 1]
