"""Checks before a model is compiled or trained; the errors explain the fix."""

import contextlib
import numbers
import warnings

import keras
import tensorflow as tf

from keras_gan.data.batches import BadImages
from keras_gan.schedules import Schedule, number_or_schedule


def check_trainable(gan):
    """Raise a ValueError if a player has no trainable weight."""
    for player in gan.players:
        if not gan.variables_of(player):
            raise ValueError(
                f"The {player} has no trainable weights, so that it would never learn. Each player's update "
                f"changes only its own weights: leave out `{gan.players[player][0]}.trainable = False`, or "
                "set it to True before `compile`."
            )


def check_class_names(training, other, where):
    """Raise a ValueError if the classes of two data sets, lists of str or None, are not the same."""
    if training is not None and other is not None and list(training) != list(other):
        raise ValueError(
            f"The classes of {where} are {list(other)}, those of the training {list(training)}: the same label would be "
            "another class. Load both by one call, `keras_gan.data.load(..., splits=(...), labels=True)`, or rename the "
            "class folders."
        )


def check_number_of_classes(class_names, num_classes):
    """Raise a ValueError if the training data have more classes than a model; either may be None."""
    if class_names is not None and num_classes is not None and len(class_names) > num_classes:
        raise ValueError(
            f"The data have {len(class_names)} classes, {', '.join(class_names[:8])}{' ...' if len(class_names) > 8 else ''}, "
            f"and the model num_classes={num_classes}: build networks and model with {len(class_names)}."
        )


def check_names_of_classes(class_names):
    """Return a list of class names by label, or None; raise a ValueError if two are the same."""
    if class_names is None:
        return None
    if isinstance(class_names, str) or len(set(class_names)) < len(list(class_names)):
        raise ValueError(
            f"`class_names` must be a list of the names of the classes, no two the same. Received: {class_names!r}"
        )
    return [str(name) for name in class_names]


def check_ema_decay(ema_decay):
    """Return a float, a schedule (also from its config) or None; raise a ValueError for others."""
    if ema_decay is None:
        return None
    known = isinstance(ema_decay, (dict, Schedule))
    if not known and not (isinstance(ema_decay, numbers.Real) and 0.0 <= ema_decay < 1.0):
        raise ValueError(
            "`ema_decay` must be in [0, 1), a schedule such as `keras_gan.schedules.HalfLife`, or None for no moving "
            f"average. Received: {ema_decay!r}"
        )
    return number_or_schedule(ema_decay, "ema_decay")


def check_optimizer(optimizer, strategy, player):
    """Raise a ValueError if an optimiser has options that do not work here, or under the strategy."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    if getattr(inner, "use_ema", False):
        raise ValueError(
            f"The {player}'s optimiser has `use_ema=True`, which Keras applies only to a model's single "
            "optimiser: it would do nothing here. The model has its own moving average of the generator, "
            "`ema_decay=0.999`."
        )
    if inner.gradient_accumulation_steps and not isinstance(inner._learning_rate, keras.Variable):
        warnings.warn(
            f"With `gradient_accumulation_steps={inner.gradient_accumulation_steps}` Keras counts the {player}'s learning rate "
            "schedule by batches, not by updates: make the schedule that many times longer.",
            stacklevel=4,
        )
    made_in = getattr(inner, "_distribution_strategy", strategy)
    if type(made_in) is not type(strategy) or (strategy.num_replicas_in_sync > 1 and made_in is not strategy):
        raise ValueError(
            f"The {player}'s optimiser was made outside the model's `strategy.scope()`: it would be "
            "applied once for each replica. Make it inside the scope, or pass its name."
        )
    if strategy.num_replicas_in_sync > 1:
        for option in ("clipnorm", "global_clipnorm", "clipvalue"):
            if getattr(inner, option, None) is not None:
                raise ValueError(
                    f"`{option}` under several replicas is not supported: Keras clips each replica's "
                    "part of the gradient, not their sum. Train without it, or on one device."
                )
        if getattr(inner, "gradient_accumulation_steps", None):
            raise ValueError(
                "`gradient_accumulation_steps` under several replicas is not supported by Keras on "
                "TensorFlow. Use larger batches, or one device."
            )


def check_variables(optimizer, variables, player):
    """Raise a ValueError if an optimiser has been used for other variables."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    mine = {id(variable) for variable in inner._trainable_variables}
    if not {id(variable) for variable in variables} <= mine:
        raise ValueError(
            f"`{player}_optimizer` has been used for another model: its state belongs to that model's "
            "weights. Make a new optimiser with the same arguments."
        )


def check_strategy(strategy, jit_compile, steps_per_execution):
    """Raise a ValueError for distribution strategies that cannot train a GAN here."""
    if isinstance(strategy, tf.distribute.ParameterServerStrategy):
        raise ValueError(
            "ParameterServerStrategy is not supported by Keras 3. Use `tf.distribute.MirroredStrategy` "
            "(several devices) or `MultiWorkerMirroredStrategy` (several machines)."
        )
    if isinstance(strategy, tf.distribute.TPUStrategy):
        raise ValueError(
            "TPUStrategy is not supported: its replicas cannot update the moving average one by one. "
            "Use GPUs with `tf.distribute.MirroredStrategy`."
        )
    if keras.distribution.distribution() is not None:
        raise ValueError(
            "`keras.distribution` does not work on the TensorFlow backend. Use "
            "`tf.distribute.MirroredStrategy` and build everything inside its `scope()`."
        )
    collective = (tf.distribute.MirroredStrategy, tf.distribute.MultiWorkerMirroredStrategy)
    if isinstance(strategy, collective):
        if jit_compile is True:
            raise ValueError(
                f"`jit_compile=True` does not work under {type(strategy).__name__}: TensorFlow cannot "
                'compile the exchange between replicas. Leave it "auto".'
            )
        if steps_per_execution != 1:
            raise ValueError(
                f"`steps_per_execution` must be 1 under {type(strategy).__name__}. "
                f"Received: {steps_per_execution}"
            )


def check_scope(gan):
    """Raise a ValueError if a model is trained in the scope of a strategy that it was not made in."""
    if tf.distribute.has_strategy() and tf.distribute.get_strategy() is not gan.distribute_strategy:
        raise ValueError(
            "The model was made outside this `strategy.scope()`. Build the networks, the GAN and "
            "compile it inside the scope that it is trained in."
        )


def check_metrics(metrics):
    metrics = list(metrics) if isinstance(metrics, (list, tuple)) else [metrics]
    for metric in metrics:
        if not isinstance(metric, keras.metrics.Metric):
            if isinstance(metric, type):
                raise ValueError(f"`metrics` must be instances: pass {metric.__name__}(...), not the class.")
            raise ValueError(
                "`metrics` must be a list of keras.metrics.Metric with `update_state(real, fake)`. "
                f"Received: {metric!r}"
            )
    names = [name for metric in metrics for name in getattr(metric, "figure_names", [metric.name])]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"Two metrics log the same figure, {twice}: give one of them another `name`.")
    return metrics


@contextlib.contextmanager
def readable_errors():
    """Turn errors of the checks inside the input pipeline into a ValueError."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        message = BadImages.find(str(error))
        if message is None:
            raise
        raise ValueError(message) from None


def synchronize_batch_normalization(gan):
    """Let batch normalisation use the whole global batch if there are several replicas."""
    if gan.distribute_strategy.num_replicas_in_sync > 1:
        for layer in layers_of(gan, keras.layers.BatchNormalization):
            layer.synchronized = True


def layers_of(network, kind):
    return [layer for layer in network._flatten_layers() if isinstance(layer, kind)]
