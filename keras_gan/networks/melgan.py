"""The networks of MelGAN."""

import keras
from keras import layers, ops

from keras_gan.arguments import check_int
from keras_gan.layers import GroupedConv1D, LeakyReLU, WeightNormalization


def melgan(*, bands=80, filters=32, rates=(8, 8, 2, 2), blocks=3, weight_norm=False):
    """Generator of sound from mel spectrograms.

    Args:
        bands: int, of the mel spectrogram. Default 80.
        filters: int, of the last layer; each layer before has twice as many. Default 32 (4.26 M weights with `weight_norm`).
        rates: upsampling rates, even; their product is the number of samples per frame. The default's is 256.
        blocks: int, residual blocks after each upsampling layer, with dilations 1, 3, 9 ... Default 3.
        weight_norm: bool, whether convolutions are weight-normalised, as the official ones are while they train.

    Returns:
        keras.Model from (batch, frames, bands), 4 frames at least, to (batch, frames x samples of a frame, 1) in [-1, 1].

    Example:
    >>> keras_gan.networks.melgan(filters=2)(np.zeros((1, 6, 80), "float32")).shape
    TensorShape([1, 1536, 1])

    Reference: Kumar et al., "MelGAN: Generative Adversarial Networks for Conditional Waveform Synthesis", 2019,
    https://arxiv.org/abs/1910.06711
    """
    for name, value in (("bands", bands), ("filters", filters), ("blocks", blocks)):
        check_int(value, name)
    if any(rate % 2 for rate in rates):
        raise ValueError(f"`rates` must be even. Received: {tuple(rates)}")
    wrap = WeightNormalization if weight_norm else lambda layer: layer

    def conv(x, width, size, dilation=1):
        if size > 1:
            x = ReflectionPadding1D(size // 2 * dilation)(x)
        return wrap(layers.Conv1D(width, size, dilation_rate=dilation))(x)

    mel = keras.Input((None, bands), name="mel")
    width = filters * 2 ** len(rates)
    x = conv(mel, width, 7)
    for rate in rates:
        width //= 2
        x = wrap(layers.Conv1DTranspose(width, 2 * rate, rate, padding="same"))(LeakyReLU(0.2)(x))
        for block in range(blocks):
            made = conv(LeakyReLU(0.2)(x), width, 3, 3**block)
            made = conv(LeakyReLU(0.2)(made), width, 1)
            x = layers.Add()([conv(x, width, 1), made])
    x = conv(LeakyReLU(0.2)(x), 1, 7)
    sound = layers.Activation("tanh", dtype="float32", name="sound")(x)
    return keras.Model(mel, sound, name="generator")


def melgan_discriminator(length, *, scales=3, filters=16, downsamplings=4, most=1024, weight_norm=True):
    """Discriminator of sound at several scales: full, half and quarter sampling rate ...

    Args:
        length: int, samples of the input.
        scales: int. Default 3.
        filters: int, of the first layer; each of `downsamplings` layers has four times as many, `most` at most.
        downsamplings: int, layers of stride 4 in groups of four channels. Default 4.
        weight_norm: bool, whether convolutions are weight-normalised.

    Returns:
        keras.Model from (batch, length, 1) to a list, as `networks.hifigan_discriminator` gives it.

    Example:
    >>> network = keras_gan.networks.melgan_discriminator(1024, scales=2, filters=4, downsamplings=2, most=16)
    >>> [shape[1:] for shape in network.output_shape[:2]]
    [(64, 1), (32, 1)]

    Reference: as `melgan`
    """
    check_int(length, "length")
    wrap = WeightNormalization if weight_norm else lambda layer: layer
    sound, logits, features = keras.Input((length, 1), name="sound"), [], []
    x = sound
    for scale in range(scales):
        if scale:
            x = PooledSound()(x)
        y, width = ReflectionPadding1D(7)(x), filters
        convolutions = [wrap(layers.Conv1D(filters, 15))]
        for _ in range(downsamplings):
            before, width = width, min(4 * width, most)
            convolutions.append(wrap(GroupedConv1D(width, 41, 4, max(1, before // 4))))
        convolutions.append(wrap(layers.Conv1D(min(2 * width, most), 5)))
        for i, layer in enumerate(convolutions):
            border = layer.layer.kernel_size[0] // 2 if weight_norm else layer.kernel_size[0] // 2
            y = layer(layers.ZeroPadding1D(border)(y) if i else y)
            y = LeakyReLU(0.2, name=f"features_{scale}_{i}")(y)
            features.append(y)
        y = wrap(layers.Conv1D(1, 3))(layers.ZeroPadding1D(1)(y))
        logits.append(layers.Activation("linear", dtype="float32", name=f"logits_{scale}")(y))
    return keras.Model(sound, [*logits, *features], name="discriminator")


@keras.saving.register_keras_serializable("keras_gan")
class ReflectionPadding1D(keras.layers.Layer):
    """Pads sound by reflection at its ends, without repeating the end itself.

    Input shape: (batch, length, channels). Output shape: length grows by 2 x padding.
    """

    def __init__(self, padding=1, **kwargs):
        super().__init__(**kwargs)
        self.padding = check_int(padding, "padding")

    def call(self, inputs):
        return ops.pad(inputs, [[0, 0], [self.padding] * 2, [0, 0]], mode="reflect")

    def compute_output_shape(self, input_shape):
        length = input_shape[1]
        return (input_shape[0], None if length is None else length + 2 * self.padding, input_shape[2])

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}


@keras.saving.register_keras_serializable("keras_gan")
class PooledSound(keras.layers.Layer):
    """Mean of every four samples, stride 2; the padding of one sample at each end is not part of the mean."""

    def call(self, inputs):
        pads = [[0, 0], [1, 1], [0, 0]]
        total = ops.average_pool(ops.pad(inputs, pads), 4, 2, "valid")
        share = ops.average_pool(ops.pad(ops.ones_like(inputs), pads), 4, 2, "valid")
        return total / share

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[1] // 2, input_shape[2])
