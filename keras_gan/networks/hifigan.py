"""The networks of HiFi-GAN."""

import keras
from keras import layers, ops

from keras_gan.arguments import check_int
from keras_gan.layers import Branches, GroupedConv1D, LeakyReLU, SpectralNormalization, WeightNormalization

# The published versions: channels of the first layer, upsampling rates and their kernels, kernels of the
# residual blocks and their dilations, and whether a plain convolution follows each dilated one.
VERSIONS = {
    "v1": (512, (8, 8, 2, 2), (16, 16, 4, 4), (3, 7, 11), ((1, 3, 5),) * 3, True),
    "v2": (128, (8, 8, 2, 2), (16, 16, 4, 4), (3, 7, 11), ((1, 3, 5),) * 3, True),
    "v3": (256, (8, 8, 4), (16, 16, 8), (3, 5, 7), ((1, 2), (2, 6), (3, 12)), False),
}


def hifigan(version="v1", *, bands=80, channels=None, rates=None, kernels=None, weight_norm=False):
    """Generator of sound from mel spectrograms.

    Each upsampling layer is followed by parallel residual blocks with several kernel sizes, whose outputs are
    averaged.

    Args:
        version: "v1" (13.93 M weights), "v2" (0.93 M) or "v3" (1.46 M, fastest).
        bands: int, of the mel spectrogram. Default 80.
        channels: int, of the first layer. Default: the version's 512, 128 or 256.
        rates: upsampling rates, whose product is the number of samples per frame. Default: the version's,
            with the product 256.
        kernels: sizes of the upsampling kernels, by default twice their rates: even for an even rate, odd for
            an odd one.
        weight_norm: bool, whether convolutions are weight-normalised, as the official ones are while they train.

    Returns:
        keras.Model from (batch, frames, bands) to (batch, frames x samples of a frame, 1) in [-1, 1], of any length.

    Example:
    >>> keras_gan.networks.hifigan("v3", channels=16)(np.zeros((1, 6, 80), "float32")).shape
    TensorShape([1, 1536, 1])

    Reference: Kong et al., "HiFi-GAN: Generative Adversarial Networks for Efficient and High Fidelity Speech Synthesis", 2020,
    https://arxiv.org/abs/2010.05646
    """
    if version not in VERSIONS:
        raise ValueError(f"`version` must be one of {', '.join(VERSIONS)}. Received: {version!r}")
    first, own_rates, own_kernels, block_kernels, dilations, double = VERSIONS[version]
    channels = (
        first if channels is None else check_int(channels, "channels", least=2 ** len(rates or own_rates))
    )
    if kernels is None:
        kernels = own_kernels if rates is None else tuple(2 * rate + rate % 2 for rate in rates)
    rates = own_rates if rates is None else tuple(rates)
    if len(kernels) != len(rates) or any(k < r or (k - r) % 2 for k, r in zip(kernels, rates, strict=True)):
        raise ValueError(
            "`kernels` must be one for each of `rates`, not smaller, and even where that is. Received: "
            f"rates={rates}, kernels={tuple(kernels)}"
        )
    wrap = WeightNormalization if weight_norm else lambda layer: layer
    normal = keras.initializers.RandomNormal(0.0, 0.01)

    def conv(x, filters, size, dilation=1, initializer="glorot_uniform"):
        return wrap(
            layers.Conv1D(
                filters, size, padding="same", dilation_rate=dilation, kernel_initializer=initializer
            )
        )(x)

    mel = keras.Input((None, bands), name="mel")
    x = conv(mel, channels, 7)
    for i, (rate, size) in enumerate(zip(rates, kernels, strict=True)):
        width = channels // 2 ** (i + 1)
        x = wrap(layers.Conv1DTranspose(width, size, rate, padding="same", kernel_initializer=normal))(
            LeakyReLU(0.1)(x)
        )
        made = []
        branches = Branches(len(block_kernels))(x)
        for y, block_kernel, steps in zip(branches, block_kernels, dilations, strict=True):
            for dilation in steps:
                added = conv(LeakyReLU(0.1)(y), width, block_kernel, dilation, normal)
                if double:
                    added = conv(LeakyReLU(0.1)(added), width, block_kernel, 1, normal)
                y = layers.Add()([added, y])
            made.append(y)
        x = layers.Average()(made)
    # The official code uses PyTorch's default for the last slope.
    x = conv(LeakyReLU(0.01)(x), 1, 7, initializer=normal)
    sound = layers.Activation("tanh", dtype="float32", name="sound")(x)
    return keras.Model(mel, sound, name="generator")


def hifigan_discriminator(
    length,
    *,
    periods=(2, 3, 5, 7, 11),
    scales=3,
    widths=(32, 128, 512, 1024, 1024),
    scale_widths=(128, 128, 256, 512, 1024, 1024, 1024),
    groups=(1, 4, 16, 16, 16, 16, 1),
    weight_norm=True,
):
    """Discriminator of sound: one network for each period, and one for each scale.

    Args:
        length: int, samples of the input.
        periods: distances between the samples that each network of the multi-period discriminator sees; `()`
            for none.
        scales: int, of the multi-scale discriminator: the sound itself, half, a quarter ...; 0 for none.
        widths: channels of the period discriminators; scale_widths, groups: channels and groups of the
            convolutions of the scale discriminators.
        weight_norm: bool, whether convolutions are weight-normalised, or spectrally normalised at the first
            scale.

    Returns:
        keras.Model from (batch, length, 1) to a list: a map of logits for each discriminator, then the activations of all their
        layers, which `HiFiGAN` matches.

    Example:
    >>> network = keras_gan.networks.hifigan_discriminator(1024, periods=(2, 3), scales=1, widths=(4, 8), scale_widths=(4, 8), groups=(1, 2))
    >>> [shape[1:] for shape in network.output_shape[:3]]
    [(171, 2, 1), (114, 3, 1), (512, 1)]

    Reference: as `hifigan`
    """
    check_int(length, "length", least=max(periods, default=1) + 1)
    if len(scale_widths) != len(groups):
        raise ValueError(
            f"`groups` must be one for each of `scale_widths`. Received: {scale_widths}, groups={groups}"
        )
    if not periods and not scales:
        raise ValueError("Give `periods` or `scales`: without either there is no discriminator.")
    sound, logits, features = keras.Input((length, 1), name="sound"), [], []

    def through(x, convolutions, name):
        """Layers one after another; each but the last is activated."""
        for i, (layer, padding) in enumerate(convolutions):
            if any(any(pair) for pair in padding):
                pads = layers.ZeroPadding1D if len(padding) == 1 else layers.ZeroPadding2D
                x = pads(padding[0] if len(padding) == 1 else padding)(x)
            last = i == len(convolutions) - 1
            x = layer(x)
            if not last:
                x = LeakyReLU(0.1, name=f"features_{name}_{i}")(x)
                features.append(x)
        logits.append(layers.Activation("linear", dtype="float32", name=f"logits_{name}")(x))

    wrap = WeightNormalization if weight_norm else lambda layer: layer
    *of_periods, x = Branches(len(periods) + 1)(sound)
    for period, given in zip(periods, of_periods, strict=True):
        convolutions = [
            (
                wrap(layers.Conv2D(width, (5, 1), (3 if i < len(widths) - 1 else 1, 1))),
                ((2, 2), (0, 0)),
            )
            for i, width in enumerate(widths)
        ]
        convolutions.append((wrap(layers.Conv2D(1, (3, 1))), ((1, 1), (0, 0))))
        through(Folded(period)(given), convolutions, f"period_{period}")
    strides = [1, 2, 2, *[4] * (len(scale_widths) - 5), 1, 1]
    if len(scale_widths) < 5:
        strides = [1] + [2] * (len(scale_widths) - 1)
    for scale in range(scales):
        if scale:
            # PyTorch's pooling includes the zeros of the padding in the mean.
            x = layers.AveragePooling1D(4, 2)(layers.ZeroPadding1D(2)(x))
        normalize = (SpectralNormalization if not scale else WeightNormalization) if weight_norm else wrap
        kernels = [15, *[41] * (len(scale_widths) - 2), 5]
        convolutions = [
            (normalize(GroupedConv1D(width, kernel, stride, group)), ((kernel // 2, kernel // 2),))
            for width, kernel, stride, group in zip(scale_widths, kernels, strides, groups, strict=True)
        ]
        convolutions.append((normalize(layers.Conv1D(1, 3)), ((1, 1),)))
        through(x, convolutions, f"scale_{scale}")
    return keras.Model(sound, [*logits, *features], name="discriminator")


@keras.saving.register_keras_serializable("keras_gan")
class Folded(keras.layers.Layer):
    """Folds sound into rows of a period: sample t is in row t // period.

    The last row is filled by reflection.

    Input shape: (batch, length, channels). Output shape: (batch, ceil(length / period), period, channels).
    """

    def __init__(self, period, **kwargs):
        super().__init__(**kwargs)
        self.period = check_int(period, "period")

    def call(self, inputs):
        length = inputs.shape[1]
        lacking = -length % self.period
        if lacking:
            inputs = ops.pad(inputs, [[0, 0], [0, lacking], [0, 0]], mode="reflect")
        return ops.reshape(inputs, (-1, (length + lacking) // self.period, self.period, inputs.shape[2]))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], -(-input_shape[1] // self.period), self.period, input_shape[2])

    def get_config(self):
        return {**super().get_config(), "period": self.period}
