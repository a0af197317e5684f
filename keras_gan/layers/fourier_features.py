"""Fourier features with a position and an angle for each image."""

import math

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class FourierFeatures(keras.layers.Layer):
    """Sine waves over a plane that w rotates and shifts, mixed by a learned matrix: the input of StyleGAN3.

        y[h, w] = A (amplitude sin(2 pi (f . R(h, w) + p)))

    The frequencies f are spread evenly over a disc whose radius is the bandwidth. Frequencies that R moves
    above the bandwidth are faded out.

    Args:
        channels: int.
        size: int, side of the output.
        rate: float, sampling rate: pixels in a side of the image; the rest of the output is margin.
        bandwidth: float, the highest frequency.

    Attributes:
        transform: (3, 3) matrix that shifts and rotates the image.

    Input shape: (batch, w_dim). Output shape: (batch, size, size, channels).

    Example:
    >>> keras_gan.layers.FourierFeatures(8, 12, rate=8, bandwidth=2)(np.ones((2, 4), "float32")).shape
    TensorShape([2, 12, 12, 8])

    Reference: Karras et al., 2021, section 3.2 and appendix F, https://arxiv.org/abs/2106.12423
    """

    def __init__(self, channels, size, *, rate, bandwidth, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.channels, self.size, self.rate, self.bandwidth = channels, size, float(rate), float(bandwidth)

    def build(self, input_shape):
        def add(name, shape, initializer, trainable=False):
            return self.add_weight(
                shape=shape, initializer=initializer, trainable=trainable, autocast=False, name=name
            )

        normal = keras.initializers.RandomNormal(stddev=1.0)
        # Maps w to (cosine, sine, x, y), initially without rotation and shift.
        self.affine = add("affine", (input_shape[-1], 4), "zeros", True)
        self.bias = add("bias", (4,), lambda shape, dtype: ops.convert_to_tensor([1.0, 0, 0, 0], dtype), True)
        self.kernel = add("kernel", (self.channels, self.channels), normal, True)
        self.frequencies = add("frequencies", (self.channels, 2), self._frequencies)
        self.phases = add("phases", (self.channels,), keras.initializers.RandomUniform(-0.5, 0.5))
        self.transform = add("transform", (3, 3), keras.initializers.Identity())

    def _frequencies(self, shape, dtype=None):
        f = keras.initializers.RandomNormal(stddev=1.0)(shape)
        radius = ops.sqrt(ops.sum(ops.square(f), axis=1, keepdims=True))
        return ops.cast(self.bandwidth * f / (radius * ops.exp(ops.square(radius)) ** 0.25), dtype)

    def call(self, inputs):
        # In half precision the waves would not be smooth from pixel to pixel.
        wide = "float64" if self.compute_dtype == "float64" else "float32"
        w = ops.cast(inputs, wide)
        t = ops.matmul(w, self.affine / math.sqrt(w.shape[1])) + self.bias
        t = t / ops.sqrt(ops.sum(ops.square(t[:, :2]), axis=1, keepdims=True))
        cosine, sine, right, down = (t[:, i] for i in range(4))
        # Rotation after shift: (R, R s), and both after `transform`.
        rotation = ops.stack([ops.stack([cosine, -sine], 1), ops.stack([sine, cosine], 1)], 1)
        shift = -ops.sum(rotation * ops.stack([right, down], 1)[:, None, :], axis=2)
        fixed, moved = self.transform[:2, :2], self.transform[:2, 2]
        shift = shift + ops.matmul(rotation, moved[:, None])[..., 0]
        rotation = ops.matmul(rotation, fixed)
        phases = self.phases + ops.matmul(shift, ops.transpose(self.frequencies))
        frequencies = ops.matmul(self.frequencies, rotation)
        size = ops.sqrt(ops.sum(ops.square(frequencies), axis=2))
        amplitudes = 1.0 - (size - self.bandwidth) / (self.rate / 2 - self.bandwidth)
        amplitudes = ops.clip(amplitudes, 0.0, 1.0)[:, None, None, :]
        places = ops.cast((np.arange(self.size) + 0.5 - self.size / 2) / self.rate, wide)
        across = ops.einsum("w,bc->bwc", places, frequencies[:, :, 0])
        along = ops.einsum("h,bc->bhc", places, frequencies[:, :, 1])
        waves = across[:, None] + along[:, :, None] + phases[:, None, None, :]
        waves = amplitudes * ops.sin(2.0 * math.pi * waves)
        mixed = ops.matmul(waves, ops.transpose(self.kernel) / math.sqrt(self.channels))
        return ops.cast(mixed, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.size, self.size, self.channels)

    def get_config(self):
        names = ("channels", "size", "rate", "bandwidth")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
