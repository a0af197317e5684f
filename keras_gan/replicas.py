"""The few operations that differ between one device and several."""

import contextlib
import contextvars

import keras
import tensorflow as tf

# Whether a replica computes something by itself, for the whole batch.
_alone = contextvars.ContextVar("alone", default=False)


@contextlib.contextmanager
def alone():
    """A context in which this replica acts as if it were the only one."""
    token = _alone.set(True)
    try:
        yield
    finally:
        _alone.reset(token)


def count_and_index():
    """Return the number of replicas and, inside a replica, the index of this one."""
    if _alone.get():
        return 1, 0
    context = tf.distribute.get_replica_context()
    if context is None:
        return 1, 0
    return context.num_replicas_in_sync, context.replica_id_in_sync_group


def mean(tensor):
    """Average a tensor over the replicas; each receives the result."""
    count, _ = count_and_index()
    if count == 1:
        return tensor
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, tensor)


def total(tensor):
    """Add up a tensor over the replicas; each receives the result."""
    count, _ = count_and_index()
    if count == 1:
        return tensor
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, tensor)


def gather(tensor):
    """Gather the rows of all replicas; each receives them all."""
    count, _ = count_and_index()
    if count == 1:
        return tensor
    rows = tf.distribute.get_replica_context().all_gather(tensor, axis=0)
    return tf.ensure_shape(rows, (None, *tensor.shape[1:]))


def rows_before(count):
    """Return how many rows the replicas before this one have; `count`, a replica's own rows, may differ."""
    _, index = count_and_index()
    return tf.reduce_sum(gather(count[None])[:index])


def in_shares(function, rows):
    """Compute `function(rows)`, which treats each row alone; each replica computes a share of the rows."""
    count, index = count_and_index()
    if count == 1:
        return function(rows)
    total = tf.shape(rows)[0]
    share = (total + count - 1) // count
    # All shares have the same size; the last ones are padded with zeros.
    filled = tf.pad(rows, [[0, share * count - total]] + [[0, 0]] * (len(rows.shape) - 1))
    filled = tf.ensure_shape(filled, (None, *rows.shape[1:]))
    return gather(function(filled[index * share : (index + 1) * share]))[:total]


def never_empty(batch):
    """With several replicas, give a replica whose batch has no rows a row of zeros."""
    if count_and_index()[0] == 1:
        return batch

    def fill(rows):
        missing = tf.cast(tf.equal(tf.shape(rows)[0], 0), tf.int32)
        return tf.pad(rows, [[0, missing]] + [[0, 0]] * (len(rows.shape) - 1))

    return {name: fill(rows) for name, rows in batch.items()}


def update(variables, function, *arguments):
    """Assign `function(variable, *arguments)` to each variable on every replica.

    Every argument is a list of variables, one for each of `variables`. No data move between devices.
    """

    def of_tensorflow(variables):
        return [v.value if isinstance(v, keras.Variable) else v for v in variables]

    def assign(strategy, variables, arguments):
        for variable, *values in zip(variables, *arguments, strict=True):
            strategy.extended.update(
                variable,
                lambda v, *a: v.assign(tf.cast(function(v, *a), v.dtype)),
                args=tuple(values),
                group=False,
            )

    tf.distribute.get_replica_context().merge_call(
        assign, args=(of_tensorflow(variables), [of_tensorflow(values) for values in arguments])
    )


def share_overflow(gradients):
    """Turn an overflow on one replica into an overflow on all, so that all skip the step together.

    Keras' `LossScaleOptimizer` checks only the gradients of the first replica.
    """
    count, _ = count_and_index()
    if count == 1:
        return gradients
    finite = [tf.reduce_all(tf.math.is_finite(g)) for g in gradients if g is not None]
    bad = 1.0 - tf.cast(tf.reduce_all(tf.stack(finite)), tf.float32)
    bad = total(bad)
    return [
        None if g is None else tf.where(bad > 0, tf.constant(float("nan"), g.dtype), g) for g in gradients
    ]
