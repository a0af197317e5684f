"""The conditional GAN."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_count, check_seed
from keras_gan.models import checks
from keras_gan.models.gan import GAN


@keras.saving.register_keras_serializable("keras_gan")
class ConditionalGAN(GAN):
    """A GAN whose networks are told what to draw: a class, or a vector of attributes.

    It trains on batches `(images, labels)` or dicts with `label` (classes) or `condition` (vectors).
    How the networks use the condition is theirs: concatenated (`networks.dcgan(num_classes=10)`),
    or by projection and conditional batch normalisation (`conditioning="projection"`).

    Args:
        generator: keras.Model from [latents, condition] to images.
        discriminator: keras.Model from [images, condition] to logits; one that takes images alone
            is not told.
        num_classes: int; the condition is a label, an int in 0 .. num_classes - 1. `None` for
            float vectors of the generator's second input's shape.
        ema_decay, seed: as in `GAN`.

    Images without a label (label -1) are not supported: they are refused.

    Example:
    >>> networks = keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8, num_classes=10)
    >>> gan = keras_gan.ConditionalGAN(*networks, num_classes=10)
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (32, 28, 28, 1)).astype("float32")
    >>> history = gan.fit(images, np.arange(32) % 10, verbose=0)
    >>> gan.generate(4, labels=3, seed=0).shape
    (4, 28, 28, 1)

    Reference: Mirza & Osindero, "Conditional Generative Adversarial Nets", 2014,
    https://arxiv.org/abs/1411.1784; projection: Miyato & Koyama, "cGANs with Projection
    Discriminator", 2018, https://arxiv.org/abs/1802.05637
    """

    conditional = True

    def __init__(self, generator, discriminator, *, num_classes=None, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        self.num_classes = num_classes
        if num_classes is not None and len(self.class_names or ()) > num_classes:
            raise ValueError(
                f"`class_names` has {len(self.class_names)} names for num_classes={num_classes}: {self.class_names}"
            )
        if self.conditional:
            self._check_condition_inputs()

    def _check_condition_inputs(self):
        shapes, num_classes = self.generator.input_shape, self.num_classes
        if not (isinstance(shapes, list) and len(shapes) == 2):
            raise ValueError(
                "The generator of a conditional GAN takes [latents, condition]. "
                f"Received: generator.input_shape={shapes}. Build it with `num_classes=`, for example by "
                "`keras_gan.networks.dcgan(..., num_classes=10)`."
            )
        if num_classes is not None:
            check_count(num_classes, "num_classes")
        found = checks.classes_of(self.generator)
        if num_classes is None and len(shapes[1]) == 1:
            number = found.pop() if len(found) == 1 else "N"
            raise ValueError(
                f"These networks take labels: say of how many classes, `{type(self).__name__}(..., num_classes={number})`."
            )
        # More than labels use is allowed, such as one for "no class".
        if num_classes is not None and found and max(found) < num_classes:
            raise ValueError(
                f"The generator was built with num_classes={max(found)}. Received: num_classes={num_classes}"
            )
        if (num_classes is None) != (len(shapes[1]) == 2):
            raise ValueError(
                "`num_classes` says how many classes the labels have; leave it out only for networks that "
                f"take vectors of attributes. Received: num_classes={num_classes}, condition of shape {shapes[1]}"
            )

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}

    @property
    def _key(self):
        return "condition" if self.num_classes is None else "label"

    @property
    def condition_spec(self):
        if self.num_classes is not None:
            return tf.TensorSpec([None], tf.int32, name="labels")
        return tf.TensorSpec(self.generator.input_shape[1], tf.float32, name="condition")

    def condition(self, batch):
        return tf.cast(batch[self._key], self.condition_spec.dtype)

    # === Checks ===

    def check_condition(self, spec, where):
        value, key = spec.get(self._key), self._key
        if value is None:
            raise ValueError(
                f"{where} has no `{key}`: a conditional GAN trains on (images, labels), or on dicts with "
                "`image` and `label` (`condition` for vectors). `data.load(..., labels=True)` gives them."
            )
        if self.num_classes is not None:
            if not value.dtype.is_integer or value.shape.rank != 1:
                raise ValueError(
                    f"Labels must be ints of shape (batch,), one for each image. Received in {where}: "
                    f"dtype={value.dtype.name}, shape={value.shape}. {_label_hint(value)}"
                )
        elif not value.dtype.is_floating or not value.shape[1:].is_compatible_with(
            self.condition_spec.shape[1:]
        ):
            raise ValueError(
                f"`condition` must be floats of shape {tuple(self.condition_spec.shape)}. Received in "
                f"{where}: dtype={value.dtype.name}, shape={value.shape}"
            )

    def condition_requirements(self, batch, where):
        value = batch[self._key]
        if self.num_classes is None:
            return [(tf.reduce_all(tf.math.is_finite(value)), f"The conditions of {where} contain NaN.")]
        low, high = tf.as_string(tf.reduce_min(value)), tf.as_string(tf.reduce_max(value))
        message = f"Labels must be in 0 .. {self.num_classes - 1} (num_classes={self.num_classes}). {where}: "
        inside = tf.reduce_all((value >= 0) & (value < self.num_classes))
        return [(inside, tf.strings.join([message, "received ", low, " to ", high, "."]))]

    def as_condition(self, labels, n):
        """A label (an int, or a name of `class_names`) or vector, or one for each of n images, as an array of n."""
        given = np.asarray(labels)
        if self.num_classes is not None and given.dtype.kind in "UO":
            given = np.asarray(checks.numbers_of_classes(labels, self.class_names))
        if self.num_classes is not None:
            if given.dtype.kind not in "iu" or given.shape not in ((), (n,)):
                raise ValueError(
                    f"`labels` must be an int, or {n} ints, one for each image. Received: {labels!r}"
                )
            if given.size and (given.min() < 0 or given.max() >= self.num_classes):
                raise ValueError(f"`labels` must be in 0 .. {self.num_classes - 1}. Received: {labels!r}")
            return np.broadcast_to(given, (n,)).astype("int32")
        size = self.condition_spec.shape[1]
        if given.dtype.kind not in "iuf" or given.shape not in ((size,), (n, size)):
            raise ValueError(
                f"`labels` must be a vector of {size} floats, or {n} of them. Received: shape={given.shape}"
            )
        return np.broadcast_to(given, (n, size)).astype("float32")

    # === Use ===

    def generate(self, n, seed=None, batch_size=64, truncation=1.0, labels=None):
        """Generate images of given classes.

        Args:
            n, seed, batch_size, truncation: as in `GAN.generate`.
            labels: int or a name of `class_names`, or n of them; `None` for classes drawn at random, the same for the
                same seed. Where the condition is a vector: that, or n of them.

        Returns:
            uint8 array of shape (n, height, width, channels).
        """
        check_count(n, "n")
        check_seed(seed)
        if seed is None:
            seed = int(np.random.default_rng().integers(2**31))
        if labels is None:
            if self.num_classes is None:
                raise ValueError(f"`labels` must be given: vectors of {self.condition_spec.shape[1]} floats.")
            labels = self.random_condition(n, tf.constant(seed, "int64")).numpy()
        condition = self.as_condition(labels, n)
        return self.images_of(self.sample_latents(n, seed, truncation), condition, batch_size)

    def random_condition(self, n, seed):
        """n labels that are a function of an int64 seed."""
        return tf.random.stateless_uniform(
            [n], tf.stack([seed, tf.ones_like(seed)]), 0, self.num_classes, tf.int32
        )

    @property
    def no_label(self):
        """What an exported `sample` takes for "no label was given"; vectors must be given."""
        return -1 if self.num_classes is not None else [float("nan")] * self.condition_spec.shape[1]

    def export_condition(self, labels, n, seed):
        """The condition of n images of an exported sampler, from one or n labels or vectors."""
        labels = tf.reshape(labels, [-1, *self.condition_spec.shape[1:]])
        labels = tf.broadcast_to(labels, [n, *self.condition_spec.shape[1:]])
        self.assert_condition(labels, lowest=-1)
        if self.num_classes is None:
            return labels
        return tf.where(labels < 0, self.random_condition(n, seed), labels)

    def assert_condition(self, labels, lowest=0):
        """Let an exported function fail where labels are out of range or vectors not finite."""
        if self.num_classes is None:
            tf.debugging.assert_all_finite(labels, "`labels` must be given, as finite vectors")
        else:
            inside = tf.reduce_all((labels >= lowest) & (labels < self.num_classes))
            tf.debugging.Assert(inside, [f"labels are out of range: 0 to {self.num_classes - 1}", labels])

    @property
    def grid_rows(self):
        """Rows of a sample grid: one for each class, of the first 32."""
        return 8 if self.num_classes is None else min(self.num_classes, 32)

    def grid_inputs(self, rows, columns, seed, truncation=1.0):
        """Latents, the same for each row, and labels, a class for each row."""
        latents = np.tile(self.sample_latents(columns, seed, truncation), (rows, 1))
        if self.num_classes is None:
            size = (rows, self.condition_spec.shape[1])
            condition = tf.random.stateless_normal(size, [seed, 1]).numpy().repeat(columns, axis=0)
        else:
            condition = (np.arange(rows) % self.num_classes).repeat(columns).astype("int32")
        return latents, condition


def _label_hint(value):
    """What to write for labels of a wrong form, of a tensor or array."""
    if value.dtype.name == "string":
        return "Turn names into numbers: `[class_names.index(name) for name in names]`."
    if value.shape.rank == 2 and value.shape[1] == 1:
        return "Take the one column: `labels[:, 0]`" + (
            "." if value.dtype.is_integer else ", and `.astype('int32')`."
        )
    if value.shape.rank == 2:
        return "Of one-hot labels take `labels.argmax(axis=-1)`."
    return "Write `labels.astype('int32')`." if value.shape.rank == 1 else ""
