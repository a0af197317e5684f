"""The generator of ESRGAN: residual-in-residual dense blocks."""

import keras
from keras import layers, ops

from keras_gan.layers import LeakyReLU
from keras_gan.networks.srgan import check_scale


def rrdbnet(scale=4, channels=3, *, filters=64, blocks=23, growth=32, out_channels=None):
    """RRDBNet, the generator of ESRGAN and Real-ESRGAN.

    Each block is three dense blocks of five 3x3 convolutions; each sees all that came before it in its dense
    block. What a dense block and a block add is multiplied by 0.2. Nearest neighbours enlarge, twice by
    2; for a `scale` of 2 or 1 the pixels of the input become channels before (Real-ESRGAN).

    Args:
        scale: 4 (default), 2 or 1.
        channels: int. Default 3.
        filters: int. Default 64.
        blocks: int. Default 23.
        growth: int, channels that each convolution of a dense block adds. Default 32.
        out_channels: int. Default `channels`.

    Returns:
        keras.Model from images of any size (of a multiple of 4 / `scale`) to ones `scale` times as large.
        The output is not bounded; images are clipped where they leave.

    Example:
    >>> keras_gan.networks.rrdbnet(4, filters=8, blocks=1, growth=4)(np.zeros((1, 6, 8, 3), "float32")).shape
    TensorShape([1, 24, 32, 3])

    Reference: Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", 2018,
    https://arxiv.org/abs/1809.00219
    """
    check_scale(scale, (1, 2, 4))

    def convolution(x, features, scale=1.0):
        init = keras.initializers.VarianceScaling(2.0 * scale**2, "fan_in", "untruncated_normal")
        return layers.Conv2D(features, 3, padding="same", kernel_initializer=init)(x)

    def leaky(x):
        return LeakyReLU(0.2)(x)

    def dense_block(x):
        seen = [x]
        for _ in range(4):
            joined = layers.Concatenate()(seen) if len(seen) > 1 else x
            seen.append(leaky(convolution(joined, growth, scale=0.1)))
        return x + 0.2 * convolution(layers.Concatenate()(seen), filters, scale=0.1)

    inputs = x = layers.Input((None, None, channels), name="image")
    if scale < 4:
        x = UnshuffledPixels(4 // scale)(x)
    x = start = convolution(x, filters)
    for _ in range(blocks):
        y = x
        for _ in range(3):
            y = dense_block(y)
        x = x + 0.2 * y
    x = start + convolution(x, filters)
    for _ in range(2):
        x = leaky(convolution(layers.UpSampling2D(2)(x), filters))
    x = convolution(leaky(convolution(x, filters)), out_channels or channels)
    outputs = layers.Activation("linear", dtype="float32", name="output")(x)
    return keras.Model(inputs, outputs, name="rrdbnet")


@keras.saving.register_keras_serializable("keras_gan")
class UnshuffledPixels(keras.layers.Layer):
    """Makes channels of each square of factor x factor pixels, in PyTorch's order (channel by channel)."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs):
        batch, height, width = ops.shape(inputs)[:3]
        f = self.factor
        x = ops.reshape(inputs, (batch, height // f, f, width // f, f, inputs.shape[-1]))
        x = ops.transpose(x, (0, 1, 3, 5, 2, 4))
        return ops.reshape(x, (batch, height // f, width // f, inputs.shape[-1] * f * f))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        shrunk = [None if size is None else size // self.factor for size in (height, width)]
        return (batch, *shrunk, channels * self.factor**2)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
