"""The two players' optimisers."""

import keras
import tensorflow as tf

from keras_gan.models import checks


class Optimizers:
    """Both optimisers under the name by which Keras' learning-rate callbacks look for several.

    `ReduceLROnPlateau` and `LearningRateScheduler` act on each of `optimizers`.
    """

    built = True

    def __init__(self, optimizers):
        self.optimizers = optimizers

    @property
    def variables(self):
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]


def prepare_optimizer(optimizer, networks, variables, player):
    """Return an optimiser that is built for a player.

    Loss-scaled where one of the networks that the player's gradient passes computes in float16.
    """
    optimizer = keras.optimizers.get(optimizer)
    strategy = tf.distribute.get_strategy()
    checks.check_optimizer(optimizer, strategy, player)
    layers = [layer for network in networks for layer in network._flatten_layers()]
    in_float16 = any(layer.compute_dtype == "float16" for layer in layers)
    if in_float16 and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    if not optimizer.built:
        # `learning_rate_generator` in the logs of `ReduceLROnPlateau`, not `learning_rate_adam_3`.
        optimizer.name = player
        optimizer.build(variables)
    checks.check_variables(optimizer, variables, player)
    return optimizer
