"""Other inputs of Keras' `fit` as `tf.data`: PyDataset, Python generators, Grain, other iterables."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from keras_gan.data.batches import unpack


def as_dataset(x, shuffle=True, seed=0):
    """Turn an iterable of batches into a `tf.data.Dataset`; return anything else (arrays, dicts) as it is.

    Args:
        x: `keras.utils.PyDataset`; a generator; a Grain `MapDataset`, `IterDataset` or `DataLoader`; or any
            other object that can be iterated anew in each epoch and yields batches as `fit` takes them.
        shuffle: bool, whether the batches of a `PyDataset` come in another order each epoch, as in Keras.
        seed: int, for that order.

    Raises:
        ValueError: for an iterable without a batch, and batches whose structure differs from the first.
    """
    if isinstance(x, keras.utils.PyDataset):
        return _of_py_dataset(x, shuffle, seed)
    if hasattr(x, "__next__"):
        first = next(x, None)
        rest = itertools.chain([] if first is None else [first], x)
        return _of_iterable(lambda: rest, first, "the generator", None)
    known = (
        tf.data.Dataset,
        tf.distribute.DistributedDataset,
        np.ndarray,
        tf.Tensor,
        dict,
        list,
        tuple,
        str,
        bytes,
    )
    if x is None or isinstance(x, known) or hasattr(x, "shape") or not hasattr(x, "__iter__"):
        return x
    if type(x).__module__.startswith("grain") and hasattr(x, "to_iter_dataset"):
        count, x = len(x), x.to_iter_dataset()
    else:
        count = len(x) if hasattr(x, "__len__") else None
    return _of_iterable(lambda: iter(x), next(iter(x), None), type(x).__name__, count)


def _of_py_dataset(x, shuffle, seed):
    count = x.num_batches
    if not count:
        raise ValueError(f"{type(x).__name__} has no batches, or does not report how many.")
    first, rng = _arrays(x[0]), np.random.default_rng(seed)
    names = sorted(first)
    # Keras also calls it before the first batch.
    x.on_epoch_end()

    def order():
        if hasattr(x, "on_epoch_begin"):
            x.on_epoch_begin()
        yield from rng.permutation(count) if shuffle else np.arange(count)
        x.on_epoch_end()

    def batch(index):
        arrays = _arrays(x[int(index)], first)
        return [arrays[name] for name in names]

    def read(index):
        values = tf.numpy_function(batch, [index], [first[name].dtype for name in names])
        shapes = ((None, *first[name].shape[1:]) for name in names)
        return {name: tf.ensure_shape(v, s) for name, v, s in zip(names, values, shapes, strict=True)}

    indices = tf.data.Dataset.from_generator(order, output_signature=tf.TensorSpec((), tf.int64))
    workers = max(1, getattr(x, "workers", 1) or 1)
    dataset = indices.map(read, num_parallel_calls=workers, deterministic=True)
    return dataset.apply(tf.data.experimental.assert_cardinality(count))


def _of_iterable(iterate, first, name, count):
    if first is None:
        raise ValueError(f"{name} gives no batch.")
    first = _arrays(first)
    # The last batch may be smaller.
    spec = {n: tf.TensorSpec((None, *value.shape[1:]), value.dtype) for n, value in first.items()}

    def batches():
        for batch in iterate():
            yield _arrays(batch, first)

    dataset = tf.data.Dataset.from_generator(batches, output_signature=spec)
    return dataset if count is None else dataset.apply(tf.data.experimental.assert_cardinality(count))


def _arrays(batch, first=None):
    """Return a batch as a dict of arrays; raise a ValueError if it is not like the first."""
    arrays = {name: np.asarray(value) for name, value in unpack(batch, keys=None).items()}
    if first is not None and set(arrays) != set(first):
        raise ValueError(
            f"All batches must have the same parts. The first has {sorted(first)}, one has {sorted(arrays)}."
        )
    return arrays
