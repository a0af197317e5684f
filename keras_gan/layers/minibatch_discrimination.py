"""Minibatch discrimination."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class MinibatchDiscrimination(keras.layers.Layer):
    """Appends to each vector its similarity to the others of the batch, so that mode collapse is visible.

        o_b(x_i) = sum over j of exp(-||M_ib - M_jb||_1),   M_i = f(x_i) T of shape (kernels, dim)

    The batch is that of one replica.

    Args:
        kernels: int, numbers appended. Default 16.
        dim: int. Default 8.

    Input shape: (batch, features). Output shape: (batch, features + kernels).

    Example:
    >>> keras_gan.layers.MinibatchDiscrimination(kernels=5)(np.ones((4, 3), "float32")).shape
    TensorShape([4, 8])

    Reference: Salimans et al., "Improved Techniques for Training GANs", 2016, section 3.2,
    https://arxiv.org/abs/1606.03498
    """

    def __init__(self, kernels=16, dim=8, **kwargs):
        super().__init__(**kwargs)
        self.kernels = kernels
        self.dim = dim

    def build(self, input_shape):
        if len(input_shape) != 2:
            raise ValueError(
                f"`MinibatchDiscrimination` takes vectors, (batch, features): put it after `Flatten`. "
                f"Received: {tuple(input_shape)}"
            )
        self.kernel = self.add_weight(shape=(input_shape[-1], self.kernels * self.dim), name="kernel")

    def call(self, inputs):
        matrices = ops.reshape(ops.matmul(inputs, self.kernel), (-1, self.kernels, self.dim))
        if self.compute_dtype in ("float16", "bfloat16"):
            matrices = ops.cast(matrices, "float32")  # sums over the batch
        distances = ops.sum(ops.abs(matrices[:, None] - matrices[None]), axis=-1)
        nearness = ops.cast(ops.sum(ops.exp(-distances), axis=1), inputs.dtype)
        return ops.concatenate([inputs, nearness], axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[1] + self.kernels)

    def get_config(self):
        return {**super().get_config(), "kernels": self.kernels, "dim": self.dim}
