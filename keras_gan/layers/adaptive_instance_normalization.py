"""Adaptive instance normalisation."""

import keras
from keras import ops

from keras_gan.layers.equalized import EqualizedDense


@keras.saving.register_keras_serializable("keras_gan")
class AdaptiveInstanceNormalization(keras.layers.Layer):
    """Sets the mean and standard deviation of each channel of each image from w (AdaIN).

        y = (1 + s) (x - mean) / sqrt(variance + epsilon) + b,   (s, b) = EqualizedDense(w)

    Args:
        epsilon: float. Default 1e-8.

    Input shape: [(batch, height, width, channels), (batch, w_dim)]. Output shape: that of the first input.

    Example:
    >>> layer = keras_gan.layers.AdaptiveInstanceNormalization()
    >>> layer([np.random.normal(size=(2, 4, 4, 3)), np.ones((2, 8))]).shape
    TensorShape([2, 4, 4, 3])

    Reference: Huang & Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization", 2017,
    https://arxiv.org/abs/1703.06868; as in Karras et al., 2019, https://arxiv.org/abs/1812.04948
    """

    def __init__(self, epsilon=1e-8, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        images, styles = input_shape
        self.affine = EqualizedDense(2 * images[-1], name="affine", dtype=self._wide)
        self.affine.build(styles)

    @property
    def _wide(self):
        return "float64" if self.compute_dtype == "float64" else "float32"

    def call(self, inputs):
        images, w = inputs
        x = ops.cast(images, self._wide)
        x = x - ops.mean(x, axis=(1, 2), keepdims=True)
        x = x * ops.rsqrt(ops.mean(ops.square(x), axis=(1, 2), keepdims=True) + self.epsilon)
        scale, offset = ops.split(self.affine(ops.cast(w, self._wide))[:, None, None, :], 2, axis=-1)
        return ops.cast(x * (1.0 + scale) + offset, images.dtype)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[0])

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
