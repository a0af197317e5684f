"""The perceptual loss."""

import keras
from keras import ops

from keras_gan.features import extractor as extractors
from keras_gan.regularizers.regularizer import Penalty


@keras.saving.register_keras_serializable("keras_gan")
class PerceptualPenalty(Penalty):
    """The generator's images should have the features of their targets, in a pretrained network.

        weight * mean over layers of mean |f(x) - f(G(c))|^p

    For models whose images have a target: `SRGAN`, `Pix2Pix`. Images are not resized for the features.

    Args:
        weight: float. Default 0.006, SRGAN's value for "vgg19" and the squared distance.
        extractor: "vgg19" (weights of keras.applications, downloaded), the name of another such network, a path
            or a keras.Model, or a `keras_gan.metrics.Extractor`.
        layers: names of layers, or one. Default: VGG19's last convolution, "block5_conv4" (relu5_4).
        norm: "l2" (default) or "l1".
        before_activation: bool, whether features are taken before the layer's activation (ESRGAN).
        interval: int, as in `Penalty`.

    Example:
    >>> network = keras.Sequential([keras.layers.Input((8, 8, 1)), keras.layers.Conv2D(4, 3, name="conv")])
    >>> penalty = keras_gan.regularizers.PerceptualPenalty(1.0, network, layers="conv")
    >>> penalty.name
    'perceptual'

    Reference: Johnson et al., "Perceptual Losses for Real-Time Style Transfer and Super-Resolution", 2016,
    https://arxiv.org/abs/1603.08155
    """

    name = "perceptual"
    player = "generator"

    def __init__(
        self,
        weight=0.006,
        extractor="vgg19",
        layers="block5_conv4",
        norm="l2",
        before_activation=False,
        interval=1,
    ):
        super().__init__(weight, interval)
        if norm not in ("l1", "l2"):
            raise ValueError(f'`norm` must be "l1" or "l2". Received: {norm!r}')
        self.extractor = extractors.get(extractor)
        self.layers = [layers] if isinstance(layers, str) else list(layers)
        self.norm, self.before_activation = norm, before_activation

    def build(self, gan):
        if not getattr(gan, "paired", False):
            raise ValueError(
                f"`perceptual` compares each image with its target, and {type(gan).__name__} has none: it is for "
                "models from image to image with pairs."
            )
        self.extractor.check(gan.image_shape)
        self.extractor.maps(self.layers, self.before_activation)

    def penalty(self, gan, turn):
        maps = self.extractor.maps(self.layers, self.before_activation)
        real, fake = maps(ops.cast(turn.real, "float32")), maps(ops.cast(turn.fake, "float32"))
        power = ops.abs if self.norm == "l1" else ops.square
        terms = [ops.mean(power(ops.stop_gradient(a) - b)) for a, b in zip(real, fake, strict=True)]
        return sum(terms) / len(terms)
