"""Batch normalisation whose scale and shift are linear in a vector."""

import keras
from keras import layers, ops

from keras_gan.layers.batch_normalization import BatchNormalization
from keras_gan.layers.spectral_normalization import SpectralNormalization


@keras.saving.register_keras_serializable("keras_gan")
class ProjectedBatchNormalization(keras.layers.Layer):
    """BigGAN's: a vector of the image's class and part of its latents scales and shifts each channel.

        y = (1 + A c) (x - mean) / sqrt(variance + epsilon) + B c

    Args:
        spectral_normalization: bool, for A and B. Default True.
        momentum: float, of the moving statistics. Default 0.9.
        epsilon: float. Default 1e-5.

    Call arguments: [inputs (batch, height, width, channels), vectors c (batch, size)].

    Example:
    >>> layer = keras_gan.layers.ProjectedBatchNormalization()
    >>> layer([np.ones((2, 4, 4, 3), "float32"), np.ones((2, 5), "float32")]).shape
    TensorShape([2, 4, 4, 3])

    Reference: Brock et al., "Large Scale GAN Training for High Fidelity Natural Image Synthesis", 2019, appendix B,
    https://arxiv.org/abs/1809.11096
    """

    def __init__(self, spectral_normalization=True, momentum=0.9, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.spectral_normalization = spectral_normalization
        self.momentum, self.epsilon = momentum, epsilon
        self.normalization = BatchNormalization(
            center=False,
            scale=False,
            momentum=momentum,
            epsilon=epsilon,
            name="normalization",
            dtype=self.dtype_policy,
        )

    def build(self, input_shape):
        images, vectors = input_shape
        self.normalization.build(images)

        def linear(name):
            layer = layers.Dense(
                images[-1],
                use_bias=False,
                kernel_initializer="orthogonal",
                name=name,
                dtype=self.dtype_policy,
            )
            if self.spectral_normalization:
                layer = SpectralNormalization(layer, half_step=True, dtype=self.dtype_policy)
            layer.build(vectors)
            return layer

        self.gain, self.shift = linear("gain"), linear("shift")

    def call(self, inputs, training=False):
        x, vectors = inputs
        options = {"training": training} if self.spectral_normalization else {}
        gain, shift = (layer(vectors, **options)[:, None, None] for layer in (self.gain, self.shift))
        return (1.0 + gain) * self.normalization(x, training=training) + ops.cast(shift, x.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {
            **super().get_config(),
            "spectral_normalization": self.spectral_normalization,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
        }
