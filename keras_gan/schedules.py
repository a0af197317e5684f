"""Hyper-parameters that change during training: learning rates, penalty weights, Adam's beta_2, EMA decay.

Keras' own schedules (`CosineDecay` and others) can be used for learning rates too. Optimisers save their
step, so that any schedule resumes.
"""

import math
import numbers

import keras
from keras import ops

from keras_gan.arguments import check_int, check_weight

Schedule = keras.optimizers.schedules.LearningRateSchedule


def number_or_schedule(value, name):
    """Return a float or a Keras schedule, from either or a schedule's config.

    Raises:
        ValueError: for anything else, and for negative numbers.
    """
    if isinstance(value, dict):
        value = keras.saving.deserialize_keras_object(value)
    if isinstance(value, Schedule):
        return value
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 <= value < math.inf:
        raise ValueError(
            f"`{name}` must be a finite number, not negative, or a schedule of keras.optimizers.schedules. "
            f"Received: {name}={value!r}"
        )
    return float(value)


def fade(step, steps):
    """1 at the first step, falling linearly to 0 after `steps`; always 1 with None."""
    if steps is None:
        return 1.0
    return ops.maximum(0.0, 1.0 - ops.cast(step, "float32") / steps)


def value_at(value, step):
    """Return a number unchanged, or a schedule's value at a step."""
    return value(step) if isinstance(value, Schedule) else value


@keras.saving.register_keras_serializable("keras_gan")
class LinearDecay(Schedule):
    """A rate that stays constant and then falls linearly to zero.

    Args:
        rate: float, the rate at the beginning.
        steps: int, step of the optimiser at which the rate reaches zero.
        begin: int, step up to which the rate is constant. Default 0.

    Example:
    >>> schedule = keras_gan.schedules.LinearDecay(2e-4, steps=100, begin=50)
    >>> [round(float(schedule(step)), 6) for step in (0, 50, 75, 100)]
    [0.0002, 0.0002, 0.0001, 0.0]
    """

    def __init__(self, rate, steps, begin=0):
        if rate <= 0 or not 0 <= begin < steps:
            raise ValueError(
                "`rate` must be positive, and `begin` from 0 to below `steps`. "
                f"Received: rate={rate}, steps={steps}, begin={begin}"
            )
        self.rate, self.steps, self.begin = float(rate), steps, begin

    def __call__(self, step):
        left = (self.steps - ops.cast(step, "float32")) / (self.steps - self.begin)
        return self.rate * ops.clip(left, 0.0, 1.0)

    def get_config(self):
        return {"rate": self.rate, "steps": self.steps, "begin": self.begin}


@keras.saving.register_keras_serializable("keras_gan")
class Cosine(Schedule):
    """A value that goes from one number to another along half a cosine, and stays there.

        start + (end - start) (1 - cos(pi step / steps)) / 2

    Args:
        start, end: floats, not negative.
        steps: int, step at which `end` is reached.

    Example:
    >>> schedule = keras_gan.schedules.Cosine(0.05, 0.005, steps=100)
    >>> [round(float(schedule(step)), 4) for step in (0, 50, 100, 200)]
    [0.05, 0.0275, 0.005, 0.005]
    """

    def __init__(self, start, end, steps):
        for name, value in (("start", start), ("end", end)):
            if isinstance(value, Schedule):
                raise ValueError(f"`{name}` must be a number. Received: {value!r}")
        self.start, self.end = number_or_schedule(start, "start"), number_or_schedule(end, "end")
        self.steps = check_int(steps, "steps")

    def __call__(self, step):
        done = ops.clip(ops.cast(step, "float32") / self.steps, 0.0, 1.0)
        # 1 - cos(x) = 2 sin(x / 2)^2, exact where x is small.
        return self.start + (self.end - self.start) * ops.square(ops.sin(0.5 * math.pi * done))

    def get_config(self):
        return {"start": self.start, "end": self.end, "steps": self.steps}


@keras.saving.register_keras_serializable("keras_gan")
class Delayed(Schedule):
    """0 before a step, and a number from it on, such as the decay of a moving average that begins late.

    Args:
        value: number that is not negative.
        begin: int, the step.

    Example:
    >>> decay = keras_gan.schedules.Delayed(0.9999, begin=20_000)
    >>> [round(float(decay(step)), 4) for step in (0, 19_999, 20_000)]
    [0.0, 0.0, 0.9999]
    """

    def __init__(self, value, begin):
        if isinstance(value, Schedule):
            raise ValueError(f"`value` must be a number. Received: {value!r}")
        self.value, self.begin = number_or_schedule(value, "value"), check_int(begin, "begin")

    def __call__(self, step):
        return ops.where(step >= self.begin, self.value, 0.0)

    def get_config(self):
        return {"value": self.value, "begin": self.begin}


@keras.saving.register_keras_serializable("keras_gan")
class LinearRise(Schedule):
    """0 up to a step, then rising linearly to a number and staying there.

    Args:
        value: number that is not negative.
        steps: int, over how many steps it rises.
        begin: int, the step at which it begins to rise. Default 0.

    Example:
    >>> weight = keras_gan.schedules.LinearRise(30.0, steps=100, begin=50)
    >>> [float(weight(step)) for step in (0, 50, 75, 200)]
    [0.0, 0.0, 7.5, 30.0]
    """

    def __init__(self, value, steps, begin=0):
        self.value = check_weight(value, "value")
        self.steps, self.begin = check_int(steps, "steps"), check_int(begin, "begin", least=0)

    def __call__(self, step):
        return self.value * ops.clip((ops.cast(step, "float32") - self.begin) / self.steps, 0.0, 1.0)

    def get_config(self):
        return {"value": self.value, "steps": self.steps, "begin": self.begin}


@keras.saving.register_keras_serializable("keras_gan")
class HalfLife(Schedule):
    """The decay of a moving average, set by its half-life in images.

        0.5 ^ (batch_size / images)

    Args:
        images: number, or a schedule over generator steps: the half-life, after which a weight counts half.
        batch_size: int, images per step.
        rampup: float, or None (default). The half-life is at most this share of the images seen so far
            (0.05 in StyleGAN2).

    Example:
    >>> decay = keras_gan.schedules.HalfLife(10_000, batch_size=32)
    >>> round(float(decay(0)), 5)
    0.99778
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(2), ema_decay=decay)

    Reference: Karras et al., 2018, https://arxiv.org/abs/1710.10196; rising half-life: Huang et al., 2024,
    https://arxiv.org/abs/2501.05441
    """

    def __init__(self, images, batch_size, rampup=None):
        self.images = number_or_schedule(images, "images")
        self.batch_size = check_int(batch_size, "batch_size")
        self.rampup = None if rampup is None else number_or_schedule(rampup, "rampup")

    def __call__(self, step):
        images = ops.cast(value_at(self.images, step), "float32")
        if self.rampup is not None:
            images = ops.minimum(images, self.rampup * self.batch_size * ops.cast(step, "float32"))
        images = ops.maximum(images, 1e-8)
        return ops.power(0.5, self.batch_size / images)

    def get_config(self):
        images = self.images
        if isinstance(images, Schedule):
            images = keras.saving.serialize_keras_object(images)
        return {"images": images, "batch_size": self.batch_size, "rampup": self.rampup}
