"""Base classes of the metrics of real and generated images."""

import keras
from keras import ops

from keras_gan import parts
from keras_gan.features import extractor as extractors


class ImageMetric(keras.metrics.Metric):
    """A metric over batches of real and generated images.

    Subclasses store their arguments under their names, make their variables in `make_variables`,
    add a batch in `take`, and return a value, or a dict of values by name, in `compute`.

    Pass metrics to `compile(metrics=[...])`: `evaluate` and validation compute them, with as many images of
    the EMA generator as there are real ones. Or call `update_state(real, fake)` and `result()`.
    """

    # Whether `update_state` needs the labels of the images, which real and generated ones share.
    takes_labels = False

    # Smallest number of real and of generated images from which the metric can be computed.
    fewest = 1

    @property
    def figure_names(self):
        """Names under which its values are logged."""
        return [self.name]

    def __init__(self, name):
        super().__init__(name=name, dtype="float32")
        self.built = False

    def get_config(self):
        return parts.Part.get_config(self)

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def prepare(self, image_shape, model=None):
        """Check the shape of the images, and make the variables, once.

        Args:
            image_shape: (height, width, channels).
            model: the `GAN` that is evaluated, for metrics that generate images themselves.
        """
        if not self.built:
            self.check(image_shape)
            self.keep("images_seen", (), "int64")
            self.keep("bad_images", (), "int64")
            self.make_variables(image_shape)
            self.built = True

    def check(self, image_shape):
        """Raise a ValueError if the metric cannot take images of this shape."""

    def make_variables(self, image_shape):
        """Make the variables that are kept between batches, with `keep`."""

    def keep(self, name, shape, dtype):
        """Make a variable of zeros. Every replica receives the same values."""
        variable = self.add_variable(shape, "zeros", dtype=dtype, name=name, aggregation="only_first_replica")
        setattr(self, name, variable)

    def update_state(self, real, fake, labels=None):
        """Add a batch.

        Args:
            real, fake: images of shape (batch, height, width, channels), floats in [-1, 1] or uint8.
            labels: int labels of shape (batch,), shared by both, for metrics that need them.
        """
        real, fake = ops.convert_to_tensor(real), ops.convert_to_tensor(fake)
        self.prepare(tuple(real.shape[1:]))
        if self.takes_labels and labels is None:
            raise ValueError(f"{type(self).__name__} needs labels: `update_state(real, fake, labels)`.")
        # A graph cannot raise an error, and uint8 has no NaN: bad images are counted, and `result` raises.
        self.images_seen.assign_add(ops.cast(ops.shape(fake)[0], "int64"))
        self.bad_images.assign_add(not_finite(real) + not_finite(fake))
        self.take(real, fake, labels)

    def take(self, real, fake, labels):
        raise NotImplementedError(f"{type(self).__name__} must define `take`.")

    def result(self):
        """The value for the images so far, or a dict of values.

        Raises:
            ValueError: for too few images, and for NaN in them.
        """
        seen = int(self.images_seen.numpy()) if self.built else 0
        bad = int(self.bad_images.numpy()) if self.built else 0
        if seen < self.fewest:
            raise ValueError(
                f"The metric {self.name!r} needs at least {self.fewest} images. It was given {seen}."
            )
        if bad:
            raise ValueError(
                f"{bad} of the images given to the metric {self.name!r} hold NaN or infinite values."
            )
        return self.compute()

    def compute(self):
        raise NotImplementedError(f"{type(self).__name__} must define `compute`.")


def not_finite(images):
    """The number of images with values that are not finite: an int64 scalar."""
    if "int" in keras.backend.standardize_dtype(images.dtype):
        return ops.zeros((), "int64")
    bad = ops.logical_not(ops.all(ops.isfinite(images), axis=tuple(range(1, len(images.shape)))))
    return ops.sum(ops.cast(bad, "int64"))


class FeatureMetric(ImageMetric):
    """A metric over features of images.

    Args:
        extractor: `Extractor`, or a `source` for one: "inception", a name of `keras.applications`, a
            path, a keras.Model.
    """

    def __init__(self, extractor, name):
        super().__init__(name)
        self.extractor = None if extractor is None else extractors.get(extractor)

    def check(self, image_shape):
        self.extractor.check(image_shape)


class Sample:
    """Stores the first `size` rows that are added, in a variable of a metric.

    Args:
        metric: the metric that owns the variables.
        name: of the variables.
        size: int, rows.
        shape: of a row.
        dtype: of the rows.
    """

    def __init__(self, metric, name, size, shape, dtype="float32"):
        self.size = size
        # The last row receives all rows beyond `size`.
        metric.keep(name, (size + 1, *shape), dtype)
        metric.keep(f"{name}_count", (), "int64")
        self.rows, self.count = getattr(metric, name), getattr(metric, f"{name}_count")

    def add(self, rows):
        count = self.count.value
        places = count + ops.arange(ops.shape(rows)[0], dtype="int64")
        places = ops.minimum(places, self.size)[:, None]
        rows = ops.cast(rows, self.rows.dtype)
        self.rows.assign(ops.scatter_update(self.rows.value, places, rows))
        self.count.assign(ops.minimum(count + ops.cast(ops.shape(rows)[0], "int64"), self.size))

    def numpy(self):
        """The rows so far, a NumPy array."""
        return self.rows.numpy()[: int(self.count.numpy())]
