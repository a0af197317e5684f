"""The last layer of a slicing adversarial network (SAN)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class SANDense(keras.layers.Layer):
    """Returns the logit twice: to train the features, and to train the direction they are projected on.

        y = (h + b) ||w||,   d = w / ||w||
        outputs: [<y, stop(d)>, <stop(y), d>]

    Both have the same value but different gradients, so that `losses.SANLoss` has one loss for the features
    and one for the direction. It is the last layer of a discriminator, in place of `Dense(1)`; `networks.san`
    puts it there.

    Args:
        use_bias: bool, whether there is b, one number for each feature. Default True.
        kernel_initializer: of w. Default "glorot_uniform".

    Input shape: (..., features). Output shape: (..., 2).

    Example:
    >>> keras_gan.layers.SANDense()(np.ones((8, 16), "float32")).shape
    TensorShape([8, 2])

    Reference: Takida et al., "SAN: Inducing Metrizability of GAN with Discriminative Normalized Linear Layer", 2024,
    https://arxiv.org/abs/2301.12811
    """

    def __init__(self, use_bias=True, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        features = input_shape[-1]
        self.kernel = self.add_weight(shape=(features, 1), initializer=self.kernel_initializer, name="kernel")
        self.bias = (
            self.add_weight(shape=(features,), initializer="zeros", name="bias") if self.use_bias else None
        )

    def call(self, inputs):
        y = inputs if self.bias is None else inputs + self.bias
        length = ops.maximum(ops.norm(self.kernel), keras.config.epsilon())
        y, direction = y * length, self.kernel / length
        return ops.concatenate(
            [ops.matmul(y, ops.stop_gradient(direction)), ops.matmul(ops.stop_gradient(y), direction)],
            axis=-1,
        )

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 2)

    def get_config(self):
        initializer = keras.initializers.serialize(self.kernel_initializer)
        return {**super().get_config(), "use_bias": self.use_bias, "kernel_initializer": initializer}
