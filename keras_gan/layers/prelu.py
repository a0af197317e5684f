"""PReLU of few operations."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class PReLU(keras.layers.PReLU):
    """Keras' PReLU as one choice; Keras' own, relu(x) - alpha relu(-x), keeps three copies of x for the gradient.

    Arguments as `keras.layers.PReLU`.

    Example:
    >>> layer = keras_gan.layers.PReLU(alpha_initializer="ones", shared_axes=[1, 2])
    >>> layer(-np.ones((1, 2, 2, 1), "float32")).numpy().ravel()
    array([-1., -1., -1., -1.], dtype=float32)
    """

    def call(self, inputs):
        return ops.where(inputs > 0, inputs, self.alpha * inputs)
