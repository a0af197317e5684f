"""Self-attention over the positions of an image."""

import keras
from keras import layers, ops

from keras_gan.layers.spectral_normalization import SpectralNormalization


@keras.saving.register_keras_serializable("keras_gan")
class SelfAttention(keras.layers.Layer):
    """Adds attention over all positions to each position, with a weight that begins at zero.

        y = x + gamma o(softmax(f(x)^T g(x)) h(x)),   gamma = 0 at first

    f, g, h, o are 1x1 convolutions with 1/8, 1/8, 1/2 and all of the channels; g and h are pooled
    by 2, as in the authors' code.

    Args:
        spectral_normalization: bool, on all four convolutions. Default True.
        half_step: bool, as in `SpectralNormalization`. Default False.

    Input and output shape: (batch, height, width, channels), at least 8 channels, even sides.

    Example:
    >>> images = np.ones((2, 8, 8, 16), "float32")
    >>> bool((keras_gan.layers.SelfAttention()(images).numpy() == images).all())
    True

    Reference: Zhang et al., "Self-Attention Generative Adversarial Networks", 2019,
    https://arxiv.org/abs/1805.08318
    """

    def __init__(self, spectral_normalization=True, half_step=False, **kwargs):
        super().__init__(**kwargs)
        self.half_step = half_step
        self.spectral_normalization = spectral_normalization

    def build(self, input_shape):
        channels = input_shape[-1]
        if len(input_shape) != 4 or channels < 8 or input_shape[1] % 2 or input_shape[2] % 2:
            raise ValueError(
                "`SelfAttention` takes (batch, height, width, channels) with even sides and at least 8 "
                f"channels. Received: {tuple(input_shape)}"
            )

        def convolution(filters, name, shape):
            layer = layers.Conv2D(
                filters,
                1,
                use_bias=False,
                kernel_initializer="orthogonal",
                name=name,
                dtype=self.dtype_policy,
            )
            if self.spectral_normalization:
                layer = SpectralNormalization(layer, half_step=self.half_step, dtype=self.dtype_policy)
            layer.build(shape)
            return layer

        self.query = convolution(channels // 8, "query", input_shape)
        self.key = convolution(channels // 8, "key", input_shape)
        self.content = convolution(channels // 2, "content", input_shape)
        self.output_projection = convolution(channels, "output", (*input_shape[:-1], channels // 2))
        self.gamma = self.add_weight(shape=(), initializer="zeros", name="gamma")

    def call(self, inputs, training=False):
        kwargs = {"training": training} if self.spectral_normalization else {}
        height, width, channels = inputs.shape[1:]
        query = ops.reshape(self.query(inputs, **kwargs), (-1, height * width, channels // 8))
        places = height * width // 4
        key = ops.reshape(_pool(self.key(inputs, **kwargs)), (-1, places, channels // 8))
        content = ops.reshape(_pool(self.content(inputs, **kwargs)), (-1, places, channels // 2))
        scores = ops.matmul(query, ops.transpose(key, (0, 2, 1)))
        if self.compute_dtype in ("float16", "bfloat16"):
            scores = ops.cast(scores, "float32")
        attention = ops.cast(ops.softmax(scores, axis=-1), content.dtype)
        mixed = ops.reshape(ops.matmul(attention, content), (-1, height, width, channels // 2))
        return inputs + self.gamma * self.output_projection(mixed, **kwargs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "spectral_normalization": self.spectral_normalization,
            "half_step": self.half_step,
        }


def _pool(x):
    return ops.max_pool(x, 2)
