"""Layers for video frames: an image network on each frame, sampled frames, and a still background."""

import zlib

import keras
from keras import ops

from keras_gan import random
from keras_gan.arguments import check_int


@keras.saving.register_keras_serializable("keras_gan")
class EachFrame(keras.layers.Layer):
    """Applies a network to each frame.

    All frames of a batch form one batch of the network, also for the statistics of its batch normalisation.

    Args:
        network: keras.Model with one input and one output.

    Input shape: (batch, time, ...), where `...` is the network's input shape.
    Output shape: (batch, time, ...), where `...` is its output shape.

    Example:
    >>> network = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()])
    >>> keras_gan.layers.EachFrame(network)(np.zeros((2, 5, 8, 8, 1), "float32")).shape
    TensorShape([2, 5, 64])
    """

    def __init__(self, network, **kwargs):
        super().__init__(**kwargs)
        self.network = (
            keras.saving.deserialize_keras_object(network) if isinstance(network, dict) else network
        )

    def call(self, inputs, training=False):
        time = inputs.shape[1]
        outputs = self.network(ops.reshape(inputs, (-1, *inputs.shape[2:])), training=training)
        return ops.reshape(outputs, (-1, time, *outputs.shape[1:]))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:2], *self.network.output_shape[1:])

    def get_config(self):
        return {**super().get_config(), "network": keras.saving.serialize_keras_object(self.network)}


@keras.saving.register_keras_serializable("keras_gan")
class SampleFrames(keras.layers.Layer):
    """Selects frames of each video: in training at random, anew at each call; otherwise evenly spaced.

    Args:
        count: int, frames to select from each video. Default 1.
        seed: int; `None` (default) derives it from the layer's name.

    Input shape: (batch, time, height, width, channels). Output shape: (batch, count, height, width, channels).

    Example:
    >>> videos = np.arange(8.0, dtype="float32").reshape(1, 8, 1, 1, 1)
    >>> keras_gan.layers.SampleFrames(2)(videos).numpy().ravel()
    array([2., 6.], dtype=float32)
    """

    def __init__(self, count=1, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.count = check_int(count, "count")
        self.seed = zlib.crc32(self.name.encode()) % 2**31 if seed is None else seed
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def call(self, inputs, training=False):
        time = inputs.shape[1]
        if not training:
            # The middle of each of `count` equal parts.
            return ops.take(
                inputs, [(2 * i + 1) * time // (2 * self.count) for i in range(self.count)], axis=1
            )
        drawn = random.uniform((ops.shape(inputs)[0], self.count), self.seed_generator)
        chosen = ops.minimum(ops.cast(ops.floor(drawn * time), "int32"), time - 1)
        return ops.take_along_axis(inputs, chosen[:, :, None, None, None], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.count, *input_shape[2:])

    def get_config(self):
        return {**super().get_config(), "count": self.count, "seed": self.seed}


@keras.saving.register_keras_serializable("keras_gan")
class OverBackground(keras.layers.Layer):
    """Composites a moving foreground over a still background, as VGAN does.

        video = mask * foreground + (1 - mask) * background

    Input: a list of foreground (batch, time, height, width, channels), mask (batch, time, height, width, 1) in [0, 1], and background
    (batch, height, width, channels), which is the same at all times. Output: videos, of the foreground's shape.

    Example:
    >>> foreground, mask = np.ones((1, 2, 4, 4, 3), "float32"), np.full((1, 2, 4, 4, 1), 0.25, "float32")
    >>> float(keras_gan.layers.OverBackground()([foreground, mask, -np.ones((1, 4, 4, 3), "float32")])[0, 1, 2, 3, 0])
    -0.5

    Reference: Vondrick et al., "Generating Videos with Scene Dynamics", 2016, https://arxiv.org/abs/1609.02612
    """

    def call(self, inputs):
        foreground, mask, background = inputs
        return mask * foreground + (1.0 - mask) * background[:, None]

    def compute_output_shape(self, input_shape):
        return input_shape[0]
