"""PReLU that keeps only its input for the gradient."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class PReLU(keras.layers.PReLU):
    """PReLU that keeps only its input for the gradient.

    Keras' own, relu(x) - alpha relu(-x), keeps three copies.

    Arguments as `keras.layers.PReLU`.

    Example:
    >>> layer = keras_gan.layers.PReLU(alpha_initializer="ones", shared_axes=[1, 2])
    >>> layer(-np.ones((1, 2, 2, 1), "float32")).numpy().ravel()
    array([-1., -1., -1., -1.], dtype=float32)
    """

    def call(self, inputs):
        @ops.custom_gradient
        def activation(x, alpha):
            shared = [i + 1 for i, size in enumerate(alpha.shape) if size == 1]

            def gradient(upstream):
                of_alpha = ops.sum(upstream * ops.minimum(x, 0), axis=[0, *shared])
                of_x = ops.where(x > 0, upstream, alpha * upstream)
                return of_x, ops.reshape(of_alpha, alpha.shape)

            return ops.where(x > 0, x, alpha * x), gradient

        # A value, not the variable, as custom gradients require.
        return activation(inputs, 1.0 * self.alpha)
