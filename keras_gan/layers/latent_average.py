"""The mean of a mapping network's outputs."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class LatentAverage(keras.layers.Layer):
    """Tracks the mean of w in training, towards which truncation moves; returns w unchanged.

        average = decay average + (1 - decay) mean over the batch of w

    Args:
        decay: float. Default 0.995.

    Input and output shape: (batch, w_dim).

    Example:
    >>> layer = keras_gan.layers.LatentAverage(decay=0.5)
    >>> _ = layer(np.ones((2, 3), "float32"), training=True)
    >>> layer.average.numpy()
    array([0.5, 0.5, 0.5], dtype=float32)

    Reference: Karras et al., 2019, appendix B, https://arxiv.org/abs/1812.04948
    """

    def __init__(self, decay=0.995, **kwargs):
        super().__init__(**kwargs)
        self.decay = decay

    def build(self, input_shape):
        self.average = self.add_weight(
            shape=(input_shape[-1],),
            initializer="zeros",
            trainable=False,
            autocast=False,  # in half precision an average over hundreds of steps stops changing
            aggregation="mean",
            name="average",
        )

    def call(self, inputs, training=False):
        if training:
            mean = ops.mean(ops.cast(ops.stop_gradient(inputs), self.average.dtype), axis=0)
            self.average.assign(mean + self.decay * (self.average - mean))
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "decay": self.decay}
