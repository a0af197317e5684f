"""Output activation of generators of tables."""

import keras
import numpy as np
from keras import ops

from keras_gan.arguments import check_int


@keras.saving.register_keras_serializable("keras_gan")
class RowActivation(keras.layers.Layer):
    """Turns logits into rows of a table: tanh for numbers, Gumbel-softmax for each choice.

        softmax((logits + gumbel noise) / temperature)

    The largest entry is a draw from the softmax of the logits, and gradients pass through it. The layer is
    called on [logits, noise]; the noise is for the choices only.

    Args:
        numbers: int, how many numbers come first.
        blocks: widths of the one-hot choices that follow.
        temperature: float. Default 0.2.

    Input shapes: (batch, numbers + sum(blocks)), (batch, sum(blocks)). Output shape: that of the first input.

    Example:
    >>> layer = keras_gan.layers.RowActivation(1, [2, 3])
    >>> layer([np.ones((4, 6), "float32"), np.zeros((4, 5), "float32")]).numpy()[0].round(2)
    array([0.76, 0.5 , 0.5 , 0.33, 0.33, 0.33], dtype=float32)

    Reference: Jang et al., "Categorical Reparameterization with Gumbel-Softmax", 2017, https://arxiv.org/abs/1611.01144
    """

    def __init__(self, numbers, blocks, temperature=0.2, **kwargs):
        super().__init__(**kwargs)
        self.numbers = check_int(numbers, "numbers", least=0)
        self.blocks = [check_int(width, "blocks") for width in blocks]
        if not temperature > 0:
            raise ValueError(f"`temperature` must be positive. Received: {temperature!r}")
        self.temperature = float(temperature)
        # The block of each position, and the positions of each block, padded with its first one.
        of_block = np.repeat(np.arange(len(self.blocks)), self.blocks)
        self._members = np.eye(len(self.blocks), dtype="float32")[of_block]
        starts = np.concatenate([[0], np.cumsum(self.blocks)])[:-1].astype("int32")
        offsets = np.arange(max(self.blocks, default=1))
        widths = np.array(self.blocks or [1])[:, None]
        self._places = starts[:, None] + np.where(offsets < widths, offsets, 0) if self.blocks else None

    def call(self, inputs):
        logits, noise = inputs
        numbers, choices = logits[:, : self.numbers], logits[:, self.numbers :]
        parts = [ops.tanh(numbers)] if self.numbers else []
        if self.blocks:
            parts.append(ops.exp(self.log_softmax((choices + noise) / self.temperature)))
        return ops.concatenate(parts, axis=-1)

    def log_softmax(self, choices):
        """The logarithm of the softmax within each block, (batch, sum(blocks))."""
        # The maximum of each block is subtracted; the result does not depend on it.
        choices = ops.cast(choices, "float32")
        members = ops.convert_to_tensor(self._members)
        largest = ops.stop_gradient(ops.max(ops.take(choices, self._places, axis=1), axis=-1))
        choices = choices - ops.matmul(largest, ops.transpose(members))
        sums = ops.matmul(ops.exp(choices), members)
        return choices - ops.matmul(ops.log(sums), ops.transpose(members))

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        about = {"numbers": self.numbers, "blocks": self.blocks, "temperature": self.temperature}
        return {**super().get_config(), **about}
