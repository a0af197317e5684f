"""A learnt gain for a residual branch."""

import keras


@keras.saving.register_keras_serializable("keras_gan")
class ResidualGain(keras.layers.Layer):
    """Multiplies its input by a learnt scalar, initially 0, so that a residual block begins as its shortcut.

    Example:
    >>> float(keras_gan.layers.ResidualGain()(np.ones((1, 2, 2, 3), "float32"))[0, 0, 0, 0])
    0.0

    Reference: Zhang et al., "Self-Attention Generative Adversarial Networks", 2019, https://arxiv.org/abs/1805.08318
    (gamma); Tao et al., "DF-GAN", 2022, https://arxiv.org/abs/2008.05865
    """

    def build(self, input_shape):
        self.gamma = self.add_weight(name="gamma", shape=(), initializer="zeros")

    def call(self, inputs):
        return inputs * keras.ops.cast(self.gamma, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape
