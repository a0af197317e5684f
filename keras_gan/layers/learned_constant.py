"""A learned image in place of an input."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class LearnedConstant(keras.layers.Layer):
    """Returns the same learned image for every row of its input; only the number of rows matters.

    Args:
        shape: (height, width, channels) of the image, which is initialised from N(0, 1).

    Input shape: (batch, ...). Output shape: (batch, height, width, channels).

    Example:
    >>> keras_gan.layers.LearnedConstant((4, 4, 8))(np.ones((2, 3), "float32")).shape
    TensorShape([2, 4, 4, 8])

    Reference: Karras et al., 2019, section 2, https://arxiv.org/abs/1812.04948
    """

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.shape = tuple(shape)

    def build(self, input_shape):
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.constant = self.add_weight(shape=self.shape, initializer=normal, name="constant")

    def call(self, inputs):
        image = ops.cast(self.constant, self.compute_dtype)[None]
        return ops.broadcast_to(image, (ops.shape(inputs)[0], *self.shape))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)

    def get_config(self):
        return {**super().get_config(), "shape": self.shape}
