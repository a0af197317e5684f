"""The players' optimisers."""

import keras
import tensorflow as tf

from keras_gan.optimizer_state import inner
from keras_gan.training import checks


class Optimizers:
    """All players' optimisers, as Keras' callbacks and experiment trackers expect one.

    `ReduceLROnPlateau` and `LearningRateScheduler` act on each of `optimizers`. Single values are those of
    the first optimiser, for a GAN the generator's.

    Args:
        by_player: dict from player to optimiser.
    """

    built = True

    def __init__(self, by_player):
        self.by_player, self.optimizers = by_player, list(by_player.values())

    @property
    def variables(self):
        return [variable for optimizer in self.optimizers for variable in optimizer.variables]

    @property
    def learning_rate(self):
        """Current learning rate of the first optimiser; setting it sets only that one."""
        return self.optimizers[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.optimizers[0].learning_rate = value

    @property
    def iterations(self):
        """Number of steps of the first optimiser."""
        return self.optimizers[0].iterations

    @property
    def name(self):
        return type(inner(self.optimizers[0])).__name__.lower()

    def get_config(self):
        """Arguments of all optimisers, by player: `generator_learning_rate`, `discriminator_beta_1`, ..."""
        return {
            "name": self.name,
            **{
                f"{player}_{name}": value
                for player, o in self.by_player.items()
                for name, value in inner(o).get_config().items()
            },
        }


def prepare_optimizer(optimizer, networks, variables, player):
    """Return an optimiser that is built for a player.

    It uses loss scaling if one of the networks that the player's gradient passes through computes in float16.
    """
    optimizer = keras.optimizers.get(optimizer)
    strategy = tf.distribute.get_strategy()
    checks.check_optimizer(optimizer, strategy, player)
    layers = [layer for network in networks for layer in network._flatten_layers()]
    in_float16 = any(layer.compute_dtype == "float16" for layer in layers)
    if in_float16 and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    if not optimizer.built:
        # So that `ReduceLROnPlateau` logs `learning_rate_generator`, not `learning_rate_adam_3`.
        optimizer.name = player
        optimizer.build(variables)
    checks.check_variables(optimizer, variables, player)
    return optimizer
