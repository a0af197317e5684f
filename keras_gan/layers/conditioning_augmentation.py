"""Conditioning augmentation: a condition as a normal distribution."""

import keras
from keras import ops

from keras_gan.arguments import check_int

ACTIVATIONS = ("relu", "glu")


@keras.saving.register_keras_serializable("keras_gan")
class ConditioningAugmentation(keras.layers.Layer):
    """Draws a short vector from a normal distribution that a dense layer computes from the condition.

        mean, log variance = activation(W condition + b);   output = mean + exp(log variance / 2) * noise

    Each caption gives many nearby conditions, so that the generator is smooth between captions.

    Args:
        units: int, size of the output and of the noise.
        activation: "relu" (StackGAN: mean and log variance are never negative) or "glu" (StackGAN-v2).

    Inputs: [condition (batch, size), standard normal noise (batch, units)].

    Example:
    >>> layer = keras_gan.layers.ConditioningAugmentation(4)
    >>> layer([np.ones((2, 16), "float32"), np.zeros((2, 4), "float32")]).shape
    TensorShape([2, 4])

    Reference: Zhang et al., "StackGAN", 2017, https://arxiv.org/abs/1612.03242; the gate: Zhang et al., "StackGAN++",
    2018, https://arxiv.org/abs/1710.10916, the official code
    """

    def __init__(self, units, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.units = check_int(units, "units")
        if activation not in ACTIVATIONS:
            raise ValueError(f"`activation` must be one of {ACTIVATIONS}. Received: {activation!r}")
        self.activation = activation

    def build(self, input_shape):
        outputs = (4 if self.activation == "glu" else 2) * self.units
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[0][-1], outputs))
        self.bias = self.add_weight(name="bias", shape=(outputs,), initializer="zeros")

    def distribution(self, condition):
        """Mean and log variance of a condition's distribution, each (batch, units) in float32 at least."""
        kernel, bias = (ops.cast(v, self.compute_dtype) for v in (self.kernel, self.bias))
        x = ops.matmul(ops.cast(condition, self.compute_dtype), kernel) + bias
        x = ops.relu(x) if self.activation == "relu" else ops.glu(x, axis=-1)
        wide = keras.backend.result_type(x.dtype, "float32")
        return ops.split(ops.cast(x, wide), 2, axis=-1)

    def call(self, inputs):
        condition, noise = inputs
        mean, log_variance = self.distribution(condition)
        drawn = mean + ops.exp(0.5 * log_variance) * ops.cast(noise, mean.dtype)
        return ops.cast(drawn, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return (*input_shape[0][:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "activation": self.activation}
