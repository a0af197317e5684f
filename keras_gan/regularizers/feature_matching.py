"""Feature matching."""

import weakref

import keras
from keras import ops

from keras_gan import replicas
from keras_gan.networks.outputs import first, inputs_of, logits_only
from keras_gan.regularizers.regularizer import Penalty


@keras.saving.register_keras_serializable("keras_gan")
class FeatureMatchingPenalty(Penalty):
    """The generator matches the mean features of real images at a layer of the discriminator.

        weight * ||E f(x) - E f(G(z))||^2

    It is added to the generator's loss. In the paper it replaces that loss, which a weight well above 1
    approximates.

    Args:
        weight: float. Default 1.
        layer: name of a discriminator layer; None for the input of its last layer with weights.
        interval: int. Computed at every `interval`-th step of the generator, times `interval`.

    Raises:
        ValueError: at `compile`, for a layer that does not exist; the message lists the existing ones.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile(regularizers=[keras_gan.regularizers.FeatureMatchingPenalty(layer="down_2")])

    Reference: Salimans et al., "Improved Techniques for Training GANs", 2016, section 3.1,
    https://arxiv.org/abs/1606.03498
    """

    name = "feature_matching"
    player = "generator"

    def __init__(self, weight=1.0, layer=None, interval=1):
        super().__init__(weight, interval)
        self.layer = layer
        # One object may serve several models.
        self._features = weakref.WeakKeyDictionary()

    def build(self, gan):
        if self.layer is None:
            self._features[gan] = last_features(gan.discriminator, gan.heads)
            return
        network = logits_only(gan.discriminator, gan.heads)
        names = [layer.name for layer in network.layers] if hasattr(network, "outputs") else []
        if self.layer not in names:
            raise ValueError(
                f"The discriminator has no layer {self.layer!r}. "
                f"There are: {', '.join(names) or 'none (not functional)'}"
            )
        self._features[gan] = keras.Model(inputs_of(network), network.get_layer(self.layer).output)

    def penalty(self, gan, turn):
        real, fake = (
            gan.discriminator_outputs(images, turn.condition, network=self._features[gan])
            for images in (turn.real, turn.fake)
        )
        real, fake = (replicas.mean(ops.mean(ops.cast(x, "float32"), axis=0)) for x in (real, fake))
        return ops.sum(ops.square(ops.stop_gradient(real) - fake))


def last_features(discriminator, heads=()):
    """The input of a discriminator's last layer with weights, as a function of its inputs and `training`."""
    if hasattr(discriminator, "features"):
        return discriminator.features
    network = logits_only(discriminator, heads)
    if not getattr(network, "outputs", None):
        raise ValueError(
            f"{type(discriminator).__name__} is not a functional model: it must define a method "
            "`features(images, training=False)` that returns its last features."
        )
    # Embeddings, which take labels, do not see the features of an image.
    layers = [x for x in network.layers if x.weights and "float" in str(first(x.input).dtype)]
    return keras.Model(inputs_of(network), layers[-1].input)
