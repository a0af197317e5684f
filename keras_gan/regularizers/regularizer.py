"""Base classes of all regularizers."""

import inspect

import tensorflow as tf
from keras import ops

from keras_gan import gradients, random, replicas
from keras_gan.arguments import check_int
from keras_gan.networks.outputs import over_maps
from keras_gan.parts import Part
from keras_gan.schedules import number_or_schedule, value_at


class Regularizer(Part):
    """A part that acts on one player's training: a `Penalty`, a `Constraint`, or one of the hooks.

    A hook that a subclass does not define changes nothing.

    Args:
        interval: positive int. It acts at every `interval`-th step of its player.

    Attributes:
        player: "discriminator" or "generator".
        name: its name in the logs.
        counts_mismatched: bool, whether it needs `turn.mismatched_logits`.
    """

    player = "discriminator"
    name = None
    counts_mismatched = False

    def __init__(self, interval=1):
        self.interval = check_int(interval, "interval")

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "perturb" in vars(cls):
            raise TypeError(
                f"{cls.__name__} defines `perturb`, which nothing calls any more: to change the images that "
                "the discriminator sees, write a `keras_gan.augmentations.Augmentation` with "
                "`augment(gan, images, condition)`."
            )
        for hook in ("relabel", "generator_weight"):
            if hook in vars(cls) and list(inspect.signature(getattr(cls, hook)).parameters)[2:] != ["turn"]:
                raise TypeError(
                    f"{cls.__name__} defines `{hook}` with other arguments than `{hook}(gan, turn)`: the "
                    "logits are `turn.real_logits` and `turn.fake_logits`."
                )

    def relabel(self, gan, turn):
        """The logits that the discriminator's loss counts as real and as fake; `turn` has them so far."""
        return turn.real_logits, turn.fake_logits

    def generator_weight(self, gan, turn):
        """Weights of shape (batch,) for the fakes in the generator's loss, or None."""
        return None


class Penalty(Regularizer):
    """A regularizer that adds `weight * penalty(...)` to its player's objective.

    Computed only at every `interval`-th step, and then multiplied by `interval` (lazy
    regularisation). A subclass defines `penalty`.

    Args:
        weight: float that is not negative, or a schedule over generator steps.
        interval: as in `Regularizer`.

    Attributes:
        measured: names of the scalars that `penalty` returns besides its value, for `after_step`.
    """

    measured = ()

    def __init__(self, weight, interval=1):
        super().__init__(interval)
        self.weight = number_or_schedule(weight, "weight")

    def weight_at(self, step):
        """The weight at a generator step."""
        return value_at(self.weight, step)

    def is_due(self, step):
        """Whether it is computed at a step of its player."""
        return ops.equal(step % self.interval, 0)

    def penalty(self, gan, turn):
        """Return the scalar penalty, without its weight; with names in `measured`, also a dict of scalars.

        Args:
            gan: the model; `gan.discriminate(images, condition)` returns logits, `gan.seed_generator`
                is its source of randomness.
            turn: `Turn`, the images, their condition and logits.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `penalty`.")

    def term(self, gan, turn, dtype):
        """The term of the objective at this step of its player, in a dtype, and a dict of its scalars."""

        def weighted():
            value, measured = self._checked(self.penalty(gan, turn))
            value = ops.cast(self.weight_at(gan.state.step.value) * self.interval * value, dtype)
            return [value, *(ops.cast(measured[name], "float32") for name in self.measured)]

        def nothing():
            return [tf.zeros((), dtype), *(tf.zeros(()) for _ in self.measured)]

        due = self.is_due(turn.step)
        if self.interval == 1:
            value, *measured = weighted()
        elif replicas.count_and_index()[0] == 1:
            # A lazy penalty costs nothing at the steps at which it is not due.
            value, *measured = gradients.where_due(
                due,
                weighted,
                nothing,
                sources=[v.value for v in gan.variables_of(turn.player)] + turn.differentiable(),
                constants=vars(turn),
                scale=gan.optimizer_of(turn.player).scale_loss,
            )
        else:
            # Replicas cannot communicate inside a branch. So the penalty is always computed, but its value
            # and its state changes (spectral norms, moving statistics, random draws) count only if it is due.
            kept = [*gan.generator.non_trainable_weights, *gan.discriminator.non_trainable_weights]
            before = [(v, tf.identity(v.value)) for v in [*kept, *gan.state.seeds()]]
            value, *measured = weighted()
            value = tf.cast(due, dtype) * value
            for variable, old in before:
                variable.assign(tf.where(due, variable.value, old))
        return value, dict(zip(self.measured, measured, strict=True))

    def _checked(self, found):
        """Check the value and the measured scalars that `penalty` returned."""
        value, measured = found if self.measured and isinstance(found, tuple) else (found, {})
        rank = getattr(getattr(value, "shape", None), "rank", 0)
        if value is None or rank not in (0, None) or set(measured) != set(self.measured):
            wanted = f"a scalar and a dict of {list(self.measured)}" if self.measured else "a scalar"
            raise ValueError(f"`penalty` of {type(self).__name__} must return {wanted}. Received: {found!r}")
        return value, measured


class Constraint(Regularizer):
    """A regularizer that changes its player's variables after the optimiser's step."""

    def after_update(self, variable):
        """Return the new value of a variable of the player."""
        raise NotImplementedError(f"{type(self).__name__} must define `after_update`.")


class GradientNormPenalty(Penalty):
    """A penalty on the gradient of the discriminator's logits at some images.

    The gradient must depend on one image only, so a discriminator with batch normalisation is rejected.
    (Layers that compare the images of a batch, such as `MinibatchStdDev`, are allowed, as papers use them
    this way.)
    """

    def squared_norms(self, gan, images, condition):
        """Squared L2 norm of the gradient of each logit, float32 of shape (batch,).

        The gradient is that of the summed logits with respect to each image or pack of images (`Packing`).
        """
        gradient = gradients.of_sum(lambda x: gan.discriminate(x, condition), images)
        squares = ops.sum(ops.square(gradient), axis=tuple(range(1, len(gradient.shape))))
        m = gan.pack_size
        if m == 1:
            return squares
        missing = -ops.shape(squares)[0] % m
        return ops.sum(ops.reshape(ops.pad(squares, [[0, missing]]), (-1, m)), axis=1)

    def norms(self, gan, images, condition):
        """L2 norms of the same gradient; their derivative is finite at zero too."""
        return ops.sqrt(self.squared_norms(gan, images, condition) + 1e-12)


def between(gan, turn):
    """A uniformly random point between each real image and its fake, at the same ratio within a pack."""
    real, m = turn.real, gan.pack_size
    count = ops.shape(real)[0]
    alpha = random.uniform(((count + m - 1) // m,) + (1,) * (len(real.shape) - 1), gan.seed_generator)
    alpha = ops.cast(alpha if m == 1 else ops.repeat(alpha, m, axis=0)[:count], real.dtype)
    return alpha * real + (1.0 - alpha) * ops.cast(turn.fake, real.dtype)


def check_player(player):
    if player not in ("discriminator", "generator"):
        raise ValueError(f'`player` must be "discriminator" or "generator". Received: {player!r}')
    return player


def per_image(values):
    """Mean over patches: one value per image, float32 of shape (batch,); the sum over several maps."""

    def one(values):
        values = ops.cast(values, "float32")
        return ops.mean(ops.reshape(values, (ops.shape(values)[0], -1)), axis=1)

    return over_maps(one, values)


def mean_square(a, b=None):
    """Mean square of logits, or of the difference of two, in float32; the sum over several maps."""
    if b is None:
        return over_maps(lambda x: ops.mean(ops.square(ops.cast(x, "float32"))), a)
    return over_maps(lambda x, y: ops.mean(ops.square(ops.cast(x, "float32") - ops.cast(y, "float32"))), a, b)
