"""A callback that ends training after a number of steps."""

import keras

from keras_gan.arguments import check_int


class StopAtStep(keras.callbacks.Callback):
    """Stops training when the model has made a total number of generator steps.

    Args:
        steps: int, counted from the model's first step, over every `fit` and resume.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2))
    >>> gan.compile()
    >>> stop = keras_gan.callbacks.StopAtStep(3)
    >>> _ = gan.fit(np.zeros((64, 2), "float32"), epochs=9, callbacks=[stop], verbose=0)
    >>> int(gan.state.generator_step.numpy())
    3
    """

    def __init__(self, steps):
        super().__init__()
        self.steps = check_int(steps, "steps")

    def on_train_batch_end(self, batch, logs=None):
        if self.is_reached(self.model):
            self.model.stop_training = True

    def is_reached(self, model):
        """Whether a model has made this number of steps."""
        return int(model.state.step.numpy()) >= self.steps
