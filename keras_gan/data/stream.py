"""Batches in an order that is a function of (seed, epoch, position) alone."""

import functools

import tensorflow as tf

from keras_gan.arguments import check_int

# Operations of tf.data that map each batch to one batch.
ONE_TO_ONE = ("_MapDataset", "_ParallelMapDataset", "_PrefetchDataset", "_OptionsDataset")

# The shuffle uses this value for the seed 0.
OF_ZERO = 1_540_483_477


class Stream:
    """Makes a `tf.data.Dataset` whose order can be entered at any batch of any epoch.

    The iterator has no hidden state: batch i of epoch e holds the images that a keyed shuffle puts at its
    places, and flips are drawn from (seed, e, i). `GAN.fit` sets epoch and position, so that a run that was
    killed resumes with the exact batch that it had not seen. Iterated by hand, the data set yields epoch 0.

    Args:
        fetch: function from int64 indices of shape (batch_size,) to a dict of tensors with `image`.
        size: int, number of images.
        batch_size: int. Only full batches are made.
        seed: int.
        shuffle: bool. Default True.
        flip: bool, whether to mirror images left-right at random, all images of a row alike.
        crop: (height, width) of a random part of `image`, and of the same part of `condition`, which may be
            smaller by a whole factor; None for whole images.
        then: function from the dict and an int64 seed of shape (2,) to a dict; it is applied last.
        class_names: list of str by label, or None.
        value_range: (low, high) in the data's own units that became black and white, or None.
        structure: function from the dict to what the data set yields. Default: the dict.
        name: what the data is called in messages and metadata.

    Raises:
        ValueError: when there are fewer images than a batch has.
    """

    def __init__(
        self,
        fetch,
        size,
        batch_size,
        *,
        seed=0,
        shuffle=True,
        flip=False,
        crop=None,
        then=None,
        class_names=None,
        value_range=None,
        structure=None,
        name="data",
    ):
        check_int(batch_size, "batch_size")
        if size < batch_size:
            raise ValueError(
                f"`{name}` has {size} images, fewer than one batch of {batch_size}. Lower `batch_size`."
            )
        if crop:
            # Only shapes are needed here.
            shapes = tf.function(fetch).get_concrete_function(tf.TensorSpec([1], tf.int64)).structured_outputs
            sides = tuple(shapes["image"].shape[1:3])
            if any(cut > side for cut, side in zip(crop, sides, strict=True)):
                raise ValueError(f"`crop` {tuple(crop)} is larger than the images of {name!r}, {sides}.")
            smaller = tuple(shapes["condition"].shape[1:3]) if "condition" in shapes else sides
            for cut, side, small in zip(crop, sides, smaller, strict=True):
                if side % small or cut % (side // small):
                    raise ValueError(
                        f"`crop` {tuple(crop)} and the images of {name!r}, {sides}, must be multiples of how many times smaller "
                        f"the conditions are, {smaller}."
                    )
        self.fetch = fetch
        self.size = size
        self.batch_size = batch_size
        self.seed = seed
        self.shuffle = shuffle
        self.flip = flip
        self.crop = crop
        self.then = then
        self.structure = structure or (lambda batch: batch)
        self.name = name
        self.class_names, self.value_range = class_names, value_range
        self.batches = size // batch_size
        with tf.device("CPU:0"), tf.init_scope():
            # Epoch, first batch, and the batch before which it ends: read when an iterator is created.
            self.bounds = tf.Variable([0, 0, self.batches], dtype=tf.int64, trainable=False)

    def start(self, epoch, first, stop):
        """Let the next iterator yield batches `first` to `stop` - 1 of an epoch."""
        self.bounds.assign([epoch, first, stop])

    def dataset(self):
        """Return the data set; `dataset.stream` is this object."""

        @tf.autograph.experimental.do_not_convert
        def positions(_):
            epoch, first, stop = tf.unstack(self.bounds.read_value())
            return tf.data.Dataset.range(first, stop).map(lambda i: (epoch, i))

        dataset = tf.data.Dataset.from_tensors(0).flat_map(positions)
        batch = tf.autograph.experimental.do_not_convert(self._batch)
        dataset = dataset.map(batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        dataset = untuned(dataset.prefetch(tf.data.AUTOTUNE))
        # tf.data cannot infer the cardinality of a range between variables.
        dataset.cardinality = lambda: tf.constant(self.batches, tf.int64)
        dataset.stream = self
        return dataset

    def _batch(self, epoch, i):
        seed = tf.stack([tf.constant(self.seed, tf.int64), epoch * 2**31 + i])
        return self.structure(self._prepared(self.fetch(self._indices(epoch, i)), seed))

    def _prepared(self, batch, seed):
        """Crop and mirror the images, and apply `then`."""
        images = {name: batch[name] for name in ("image", "condition") if name in batch}
        if self.crop:
            images = crops(images, self.crop, seed)
        if self.flip:
            mirrored = tf.random.stateless_uniform((self.batch_size, 1, 1, 1), seed) < 0.5
            images = {name: tf.where(mirrored, tf.reverse(x, [2]), x) for name, x in images.items()}
        batch = {**batch, **images}
        return self.then(batch, seed) if self.then else batch

    def examples(self, count):
        """Return a dict of `count` evenly spaced rows, prepared as in training but not mirrored."""
        indices = tf.cast(tf.round(tf.linspace(0.0, self.size - 1.0, min(count, self.size))), tf.int64)
        return self.rows_at(indices)

    def whole(self):
        """Return a data set of every row once, in order and not mirrored; the last batch may be smaller."""
        full = self.batches * self.batch_size
        parts = [tf.data.Dataset.range(full).batch(self.batch_size, drop_remainder=True)]
        if full < self.size:
            parts.append(tf.data.Dataset.from_tensors(tf.range(full, self.size, dtype=tf.int64)))
        prepare = tf.autograph.experimental.do_not_convert(lambda i: self.structure(self.rows_at(i)))
        parts = [part.map(prepare, num_parallel_calls=2, deterministic=True) for part in parts]
        dataset = untuned(functools.reduce(tf.data.Dataset.concatenate, parts).prefetch(tf.data.AUTOTUNE))
        dataset.stream = self
        return dataset

    def rows_at(self, indices):
        """Return rows prepared as in training, but not mirrored, and with crops from the centre."""
        batch = self.fetch(indices)
        if self.crop:
            images = {name: batch[name] for name in ("image", "condition") if name in batch}
            batch = {**batch, **crops(images, self.crop, None)}
        return self.then(batch, tf.constant([0, 0], tf.int64)) if self.then else batch

    def _indices(self, epoch, i):
        # An epoch longer than the data is several passes, each in its own order.
        places = i * self.batch_size + tf.range(self.batch_size, dtype=tf.int64)
        rounds, places = places // self.size, places % self.size
        if not self.shuffle:
            return places
        # If its first word is 0, the operation leaves small sets nearly in their order (TensorFlow 2.21).
        seed = tf.fill([self.batch_size], tf.constant(self.seed % 2**31 or OF_ZERO, tf.int64))
        seeds = tf.stack([seed, tf.fill([self.batch_size], epoch % 2**31), rounds], axis=1)
        return tf.raw_ops.RandomIndexShuffle(
            index=places,
            seed=tf.cast(seeds, tf.int32),
            max_index=tf.constant(self.size - 1, tf.int64),
            rounds=4,
        )


def crops(images, size, seed):
    """Cut out the same part of images of one scene at several sizes; the centre if `seed` is None.

    Args:
        images: dict of tensors of shape (batch, height, width, channels), `image` the largest.
        size: (height, width) of the parts of `image`.
        seed: int64 tensor of shape (2,), or None.
    """
    smallest = min((x.shape[1:3] for x in images.values()), key=tuple)
    largest = images["image"].shape[1:3]
    count = tf.shape(images["image"])[0]
    offsets = []
    for axis in range(2):
        # Parts begin on the grid of the smallest image.
        factor = largest[axis] // smallest[axis]
        free = (largest[axis] - size[axis]) // factor
        if seed is None:
            offsets.append(tf.fill([count], free // 2))
        else:
            drawn = tf.random.stateless_uniform([count], seed + axis + 1, 0, free + 1, tf.int32)
            offsets.append(drawn)
    parts = {}
    for name, x in images.items():
        factors = [largest[axis] // x.shape[1 + axis] for axis in range(2)]
        steps = [x.shape[1 + axis] // smallest[axis] for axis in range(2)]
        sides = [size[axis] // factors[axis] for axis in range(2)]
        rows = offsets[0][:, None] * steps[0] + tf.range(sides[0])
        columns = offsets[1][:, None] * steps[1] + tf.range(sides[1])
        parts[name] = tf.gather(tf.gather(x, rows, axis=1, batch_dims=1), columns, axis=2, batch_dims=1)
    return parts


def stream_of(dataset, through_all=False):
    """Return the `Stream` behind a data set, or None.

    It is found through `map`, `prefetch` and options, which keep one element per batch; with `through_all`,
    through any operation.
    """
    if hasattr(dataset, "stream"):
        return dataset.stream
    keeps_batches = type(dataset).__name__ in ONE_TO_ONE
    inputs = dataset._inputs() if keeps_batches or through_all else []
    return next((s for s in (stream_of(i, through_all) for i in inputs) if s is not None), None)


def from_the_start(dataset):
    """Return the data set for use outside of training: all of it, whatever `fit` left."""
    if hasattr(dataset, "stream"):
        return dataset.stream.whole()
    stream = stream_of(dataset, through_all=True)
    if stream is not None:
        stream.start(0, 0, stream.batches)
    return dataset


def untuned(dataset):
    """Return a data set whose iterators end at once.

    The thread that tunes tf.data's parallelism sleeps for longer and longer, up to a minute. TensorFlow 2.21
    often fails to wake it when an iterator ends, and waits: epochs of 40 seconds took up to 80. Without this
    thread, parallel operations use as many threads as there are cores.
    """
    options = tf.data.Options()
    # The thread stays if the user requested it.
    options.autotune.enabled = bool(dataset.options().autotune.enabled)
    return dataset.with_options(options)
