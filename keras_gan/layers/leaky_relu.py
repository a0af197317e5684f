"""Leaky ReLU that keeps its output for the gradient, not its input."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class LeakyReLU(keras.layers.LeakyReLU):
    """Keras' LeakyReLU, whose gradient uses the signs of its output, which the next layer keeps anyway.

    So the input need not be kept for the backward pass, as with an in-place activation in PyTorch.

    Args:
        negative_slope: float, positive. Default 0.3, as in Keras.

    Example:
    >>> keras_gan.layers.LeakyReLU(0.2)(np.array([-1.0, 2.0], "float32")).numpy()
    array([-0.2,  2. ], dtype=float32)
    """

    def __init__(self, negative_slope=0.3, **kwargs):
        if not isinstance(negative_slope, (int, float)) or not negative_slope > 0:
            raise ValueError(f"`negative_slope` must be positive. Received: {negative_slope}")
        super().__init__(negative_slope, **kwargs)

    def call(self, inputs):
        @ops.custom_gradient
        def activation(x):
            outputs = ops.leaky_relu(x, self.negative_slope)
            return outputs, lambda upstream: ops.where(outputs > 0, upstream, self.negative_slope * upstream)

        return activation(inputs)
