"""Arguments of `fit` and `evaluate` -> checked batches for a step."""

import contextlib
import dataclasses
import warnings

import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.data.arrays import gather_from
from keras_gan.data.stream import Stream, from_the_start, stream_of, untuned

# Keys that a batch may have for any model; a model ignores the keys that it does not use.
KEYS = ("image", "label", "condition", "sample_weight")


@dataclasses.dataclass(frozen=True)
class Takes:
    """What a model takes from its data.

    Attributes:
        modality: `keras_gan.modalities.Modality` of the training data.
        condition: `keras_gan.conditions.Condition`, or None.
        batches_per_step: int, batches that a step takes.
        seed: int, for the order of arrays.
        replicas: int, number of replicas that share a batch.
        packed: whether the model's discriminator scores packs of examples.
        begun: function without arguments that returns a bool tensor: whether a step was made before.
    """

    modality: object
    condition: object = None
    batches_per_step: int = 1
    seed: int = 0
    replicas: int = 1
    packed: bool = False
    begun: object = lambda: tf.constant(False)

    @property
    def keys(self):
        """The keys that a batch may have."""
        return (*KEYS, *(key for key in (self.condition.keys if self.condition else ()) if key not in KEYS))


def unpack(data, keys=KEYS):
    """Turn a batch in any of the forms of `fit` into a dict with `image`.

    Args:
        data: images; `(images,)`, `(images, labels)`, `(images, labels, sample_weight)`; or a dict with the
            keys `image`, `label`, `condition`, `sample_weight`, and those of the model's condition.
        keys: the allowed keys; None for any.

    Returns:
        dict of the parts that are present.

    Raises:
        ValueError: for other structures and unknown keys.
    """
    if isinstance(data, (tuple, list)):
        if not 1 <= len(data) <= 3:
            raise ValueError(
                "A batch must be images, (images, labels) or (images, labels, sample_weight). "
                f"Received: a tuple of {len(data)}"
            )
        if isinstance(data[0], dict):
            if any(value is not None for value in data[1:]):
                raise ValueError("Put labels into the dict, under `label`, not beside it.")
            return unpack(data[0], keys)
        data = dict(zip(("image", "label", "sample_weight"), data, strict=False))
    elif not isinstance(data, dict):
        data = {"image": data}
    unknown = [] if keys is None else sorted(set(data) - set(keys))
    if unknown or "image" not in data:
        raise ValueError(
            f"A batch's dict must have `image`, and may have {tuple(keys or KEYS)[1:]}. Received: {sorted(data)}"
        )
    return {name: value for name, value in data.items() if value is not None}


class BadImages:
    """Marks the errors of checks in the input pipeline, to find them again in TensorFlow's message."""

    begin, end = "<keras_gan>", "</keras_gan>"

    @classmethod
    def find(cls, text):
        if cls.begin not in text:
            return None
        return text.split(cls.begin, 1)[1].split(cls.end, 1)[0]

    @classmethod
    def require(cls, condition, message):
        # `message` may contain values, which are formatted only if the check fails.
        tf.debugging.Assert(condition, [tf.strings.join([cls.begin, message, cls.end])], summarize=1)


def check_spec(spec, takes, where):
    """Raise a ValueError if the networks do not take a batch's static dtype and shape."""
    if "label" in spec and spec["label"].dtype.name in ("string", "object"):
        raise ValueError(
            f"The labels of {where} are strings, and must be numbers from 0: `[class_names.index(name) for name in names]`; the "
            "names go into the model, `ConditionalGAN(..., class_names=class_names)`."
        )
    if takes.condition is not None:
        takes.condition.check(spec, where)
    if "sample_weight" in spec and takes.packed:
        raise ValueError(
            "`sample_weight` is for images, and a discriminator with `Packing` scores packs of them."
        )
    takes.modality.check(spec["image"], where)


class FirstBatches:
    """Keeps the first batches of a data set as they pass: a second iteration would shift a seeded order."""

    def __init__(self):
        self._kept, self._count = {}, tf.Variable(0, dtype=tf.int64, trainable=False)

    def keep(self, count):
        """Keep this many batches, from the next iterator on."""
        self._kept = {}
        self._count.assign(count)

    @property
    def batches(self):
        """The batches that have passed, in their order."""
        return [self._kept[i] for i in sorted(self._kept)]

    def pass_on(self, index, batch):
        """Record a batch inside a `map`; batches of later epochs are not recorded."""
        names = sorted(batch)

        def take(at, *values):
            self._kept.setdefault(int(at), dict(zip(names, map(np.array, values), strict=True)))
            return np.int64(0)

        values = [index, *(batch[name] for name in names)]
        noted = tf.cond(
            index < self._count,
            lambda: tf.numpy_function(take, values, tf.int64),
            lambda: tf.zeros((), tf.int64),
        )
        with tf.control_dependencies([noted]):
            return {name: tf.identity(value) for name, value in batch.items()}


def checked(takes, dataset, where, training, first=None):
    """Map a data set to dicts and check each batch's values; the `FirstBatches` `first` keep some of them."""
    if isinstance(dataset, tf.distribute.DistributedDataset):
        raise ValueError("Pass the tf.data.Dataset itself: `fit` distributes it over the replicas.")
    check_spec(unpack(dataset.element_spec, takes.keys), takes, where)
    takes.modality.check_source(stream_of(dataset), where)

    @tf.autograph.experimental.do_not_convert
    def check(index, element):
        batch = tf.nest.map_structure(tf.convert_to_tensor, unpack(element, takes.keys))
        # Only the very first batch of a training (and of a validation) is checked more closely: others may be
        # bright by chance.
        begun = tf.logical_and(training, takes.begun())
        anew = tf.logical_not(tf.reduce_any([begun, index > 0, stream_of(dataset) is not None]))
        for holds, message in requirements(takes, batch, where, anew):
            BadImages.require(holds, message)
        return batch if first is None else first.pass_on(index, batch)

    dataset = dataset.enumerate().map(check, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    return untuned(dataset)


def requirements(takes, batch, where, anew):
    """Return what must hold for a batch's values: pairs of a boolean tensor and the message if false."""
    condition = takes.condition
    found = [] if condition is None else list(condition.requirements(batch, where, anew))
    return [*found, *takes.modality.requirements(batch["image"], where, anew)]


def check_split(dataset, replicas):
    """Raise a ValueError if the replicas cannot share batches evenly."""
    batch_size = tf.nest.flatten(dataset.element_spec)[0].shape[0]
    if replicas > 1 and (batch_size is None or batch_size % replicas):
        raise ValueError(
            f"Batches must have one known size that {replicas} replicas can share evenly: write "
            f"`dataset.batch(batch_size, drop_remainder=True)`. Received: batch size {batch_size}"
        )


class TrainingBatches:
    """The batches of a `fit`: k x batch_size images a step, and where an epoch begins.

    Args:
        takes: `Takes` of the model.
        dataset: `tf.data.Dataset` of batches.
        steps_per_epoch: generator steps in an epoch, or None for one pass.
    """

    def __init__(self, takes, dataset, steps_per_epoch):
        self.stream = stream_of(dataset)
        # Below an operation that changes batches (`take`, `unbatch`), a stream at least follows the epochs.
        self.below = None if self.stream else stream_of(dataset, through_all=True)
        self.name = self.stream.name if self.stream else "a tf.data.Dataset"
        self.batch_size = tf.nest.flatten(dataset.element_spec)[0].shape[0]
        steps_per_epoch = check_int(steps_per_epoch, "steps_per_epoch", optional=True)
        self.k = k = takes.batches_per_step
        self.steps_per_epoch = steps_per_epoch
        count = self.stream.batches if self.stream else int(dataset.cardinality())
        # Our own streams end where `start` sets the end; Keras continues other data sets across epochs.
        self.keras_steps_per_epoch = None if self.stream else steps_per_epoch
        if count == tf.data.INFINITE_CARDINALITY and steps_per_epoch is None:
            raise ValueError(
                f"{self.name} repeats without end: pass `steps_per_epoch`, or leave out `.repeat()` "
                "(an epoch is one pass, and `fit` makes as many as `epochs`)."
            )
        if count == 0 or 0 < count < k:
            raise ValueError(
                f"{self.name} has {count} batches, fewer than the {k} that one step takes "
                f"(discriminator_steps={k}). Use more images or a smaller batch size."
            )
        if steps_per_epoch is None and count > 0:
            self.steps_per_epoch = count // k
        self.first = None if self.stream else FirstBatches()
        dataset = checked(takes, dataset, self.name, training=True, first=self.first)
        check_split(dataset, takes.replicas)
        if k > 1:
            dataset = self._regroup(dataset)
        dataset = dataset.prefetch(tf.data.AUTOTUNE)
        if self.stream:
            steps = self.steps_per_epoch
            dataset.cardinality = lambda: tf.constant(steps, tf.int64)
        elif k > 1 and count > 0:
            dataset = dataset.apply(tf.data.experimental.assert_cardinality(count // k))
        self.dataset = dataset
        # Everything that determines the order of the images, as JSON.
        self.identity = {"name": self.name, "steps_per_epoch": self.steps_per_epoch, "k": k}
        if self.stream:
            stream = self.stream
            self.identity |= {"size": stream.size, "batch_size": stream.batch_size, "seed": stream.seed}
            self.identity |= {"class_names": stream.class_names}

    def _regroup(self, dataset):
        batch_size = tf.nest.flatten(dataset.element_spec)[0].shape[0]
        if batch_size is None:
            raise ValueError(
                f"With discriminator_steps={self.k} a step takes {self.k} batches of one known size: "
                "write `dataset.batch(batch_size, drop_remainder=True)`."
            )
        dataset = dataset.rebatch(self.k * batch_size, drop_remainder=True)

        # A strategy of one device uses the batch size from before `rebatch` (TensorFlow 2.21), unless another
        # operation follows.
        def sized(batch):
            return {
                name: tf.ensure_shape(x, (self.k * batch_size, *x.shape[1:])) for name, x in batch.items()
            }

        return untuned(dataset.map(sized))

    def start(self, epoch, position):
        """Let the next iterator begin at a step of an epoch; return the step at which it begins."""
        if self.stream:
            self.stream.start(epoch, position * self.k, self.steps_per_epoch * self.k)
            return position
        if self.below:
            self.below.start(epoch, 0, self.below.batches)
        if position:
            warnings.warn(
                f"{self.name} has an order that keras_gan cannot restore: the epoch, which was at step "
                f"{position}, begins anew. Data sets of keras_gan.data resume at the exact step.",
                stacklevel=2,
            )
        return 0

    @contextlib.contextmanager
    def quiet_end(self):
        """Suppress Keras' warning that an epoch is short if it was resumed in its middle."""
        with warnings.catch_warnings():
            if self.stream:
                warnings.filterwarnings("ignore", message="Your input ran out of data")
            yield


def training_batches(
    takes,
    x,
    y,
    sample_weight,
    *,
    batch_size,
    shuffle,
    steps_per_epoch,
    validation_split,
    validation_data,
):
    """Turn the data arguments of `fit` into `TrainingBatches`, and split off held-out arrays."""
    if isinstance(x, tf.data.Dataset):
        for name, value in {"y": y, "sample_weight": sample_weight, "batch_size": batch_size}.items():
            if value is not None:
                raise ValueError(
                    f"`{name}` goes with arrays; a data set brings its own. Received: {name}={value!r}"
                )
        if validation_split:
            raise ValueError("`validation_split` goes with arrays. Pass `validation_data` instead.")
        dataset = x
    else:
        arrays = _arrays(takes, x, y, sample_weight)
        if validation_split:
            cut = int(len(arrays["image"]) * (1.0 - validation_split))
            validation_data = {name: array[cut:] for name, array in arrays.items()}
            arrays = {name: array[:cut] for name, array in arrays.items()}
        stream = Stream(
            gather_from(arrays),
            len(arrays["image"]),
            batch_size or 32,
            seed=takes.seed,
            shuffle=shuffle,
            name="the arrays",
        )
        dataset = stream.dataset()
    return TrainingBatches(takes, dataset, steps_per_epoch), validation_data


def validation_batches(takes, x, y=None, sample_weight=None):
    """Turn held-out data into checked data that Keras can batch."""
    if isinstance(x, tf.data.Dataset):
        return checked(takes, from_the_start(x), "the validation data", training=False)
    return array_batch(takes, x, y, sample_weight, "the validation data")


def array_batch(takes, x, y=None, sample_weight=None, where="the batch"):
    """Return arrays as a checked dict."""
    arrays = _arrays(takes, x, y, sample_weight)
    specs = {name: tf.TensorSpec(array.shape, array.dtype) for name, array in arrays.items()}
    check_spec(specs, takes, where)
    condition = takes.condition
    for holds, message in [] if condition is None else condition.requirements(arrays, where):
        if not bool(holds):
            raise ValueError(message if isinstance(message, str) else message.numpy().decode())
    return arrays


def _arrays(takes, x, y, sample_weight):
    arrays = {}
    whole = isinstance(x, dict) or (isinstance(x, tuple) and y is None)
    for name, value in unpack(x if whole else (x, y, sample_weight), takes.keys).items():
        if not hasattr(value, "shape") and name == "image" and not isinstance(value, (list, tuple)):
            raise ValueError(
                "`fit` takes an array of images, a dict of arrays, a tf.data.Dataset or another iterable of batches. "
                f"Received: {type(value).__name__}"
            )
        if isinstance(value, list) and np.ndim(value[0] if value else 0) > 3:
            raise ValueError(
                f"`fit` takes one array of images, or (images, labels). Received: a list of {len(value)} arrays, the first "
                f"of shape {np.shape(value[0])}"
            )
        arrays[name] = np.asarray(value)
        if name == "label" and arrays[name].dtype.kind in "USO":
            raise ValueError(
                "The labels are strings, and must be numbers from 0: `class_names, labels = np.unique(names, "
                "return_inverse=True)`; the names go into the model, `ConditionalGAN(..., class_names=class_names)`."
            )
    takes.modality.check_array(arrays["image"], takes.modality.name.capitalize())
    if takes.condition is not None:
        takes.condition.check_arrays(arrays)
    for name, array in arrays.items():
        if len(array) != len(arrays["image"]):
            raise ValueError(
                f"`{name}` has {len(array)} rows for {len(arrays['image'])} images; there must be one each."
            )
    return arrays
