"""Base class of models that generate from latents."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan import export
from keras_gan.arguments import check_int, check_seed, check_truncation
from keras_gan.conditions.several import rows_of
from keras_gan.data.volumes import to_units
from keras_gan.networks.outputs import first
from keras_gan.noise import Normal


class Generative:
    """Generates images from latents: `generate`, sample grids and exports; a mixin for `Game`.

    The model has a network `generator`, from latents of shape (batch, latent_dim) to images or vectors, and
    `ema_generator`, which may be the same network.
    """

    @property
    def input_shape(self):
        """Shape of the input of `call`; experiment trackers read it."""
        return self.generator.input_shape

    @property
    def output_shape(self):
        """Shape of the output of `call`."""
        return self.generator.output_shape

    # === Latents and images ===

    def draw(self, count, seed):
        """Random values that `forward` needs in addition to data, a dict; arguments as `random.normal`."""
        drawn = {"latents": self.noise.draw(count, seed)}
        return drawn if self.condition is None else {**drawn, **self.condition.draws(count, seed)}

    @property
    def noise(self):
        """Distribution of the generator's latents, a `keras_gan.noise.Noise`."""
        return self._noise or Normal(first(self.generator.input_shape)[1:])

    _noise = None

    def synthesize(self, latents, condition=None, training=False):
        """Generate images from latents: in training with `generator`, otherwise with `ema_generator`."""
        network = self.generator if training else self.ema_generator
        return network(inputs_of(network, latents, condition), training=training)

    # === Use ===

    def call(self, inputs, training=False):
        """Generate images from latents, or from [latents, condition], with `ema_generator`."""
        return self.ema_generator(inputs, training=training)

    def generate(self, n, seed=None, batch_size=64, truncation=1.0, labels=None, units=False):
        """Generate images.

        Args:
            n: int, number of images.
            seed: int for the same images at every call; `None` for new ones.
            batch_size: int, images at once.
            truncation: float; less than 1 gives more typical and less varied images. The latents are
                multiplied by it; for `noise.TruncatedNormal` its threshold is multiplied by it.
            labels: for a model with a condition: an int or a name of `class_names`, or n of them; `None` for
                classes drawn at random, the same for the same seed. If the condition is a vector: that, or n
                of them; if it is `conditions.Texts`: a text, or n of them.
            units: bool, whether to return images in the units of the training data, such as Hounsfield units,
                by the `value_range` that the data were loaded with.

        Returns:
            uint8 array of shape (n, height, width, channels); float32 with `units`, and if the generator
            makes vectors.

        Raises:
            ValueError: for bad arguments, and for `units` if the data were loaded without a `value_range`.

        Example:
        >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
        >>> bool((gan.generate(2, seed=3) == gan.generate(2, seed=3)).all())
        True
        """
        seed = self.checked_seed(n, seed, truncation)
        return self.images_of(
            self.sample_latents(n, seed, truncation), self.labels_of(labels, n, seed), batch_size, units
        )

    @staticmethod
    def checked_seed(n, seed, truncation=1.0):
        """Return the seed, or a random one for None; raise a ValueError for bad arguments of `generate`."""
        check_int(n, "n")
        check_seed(seed)
        check_truncation(truncation)
        return int(np.random.default_rng().integers(2**31)) if seed is None else seed

    def labels_of(self, labels, n, seed):
        """Turn the `labels` of `generate` into an array of n conditions; None for a model without one."""
        if self.condition is None:
            if labels is not None:
                raise ValueError(f"This model has no classes. Received: labels={labels!r}")
            return None
        if labels is None:
            drawn = self.condition.draw(n, tf.constant(seed, "int64"))
            return tf.nest.map_structure(lambda values: values.numpy(), drawn)
        return self.condition.as_array(labels, n, self.class_names)

    def sample_latents(self, n, seed=None, truncation=1.0):
        """Draw latents of shape (n, latent_dim), the same for the same int seed; float32 array."""
        seed = self.checked_seed(n, seed, truncation)
        return self.export_latents(n, tf.constant(seed, "int64"), truncation).numpy()

    def export_latents(self, n, seed, truncation):
        """Latents for an exported sampler, a function of only n, an int64 seed and the truncation."""
        return self.noise.truncated(n, tf.stack([seed, tf.zeros_like(seed)]), truncation)

    def exported_sample(self, n, seed, truncation, condition=None):
        """Float images for an exported sampler; arguments as `export_latents`."""
        return self.synthesize(self.export_latents(n, seed, truncation), condition)

    def images_of(self, latents, condition=None, batch_size=64, units=False, **options):
        """Generate images from given latents; returns as `generate`, options as those of `synthesize`."""
        check_int(batch_size, "batch_size")
        if units and self.value_range is None:
            raise ValueError(
                "The model has no units: it was trained on data without a `value_range`. Give one to `keras_gan.data.load`, or "
                "take `keras_gan.data.to_units(images, value_range)`."
            )
        outputs = []
        for start in range(0, len(latents), batch_size):
            part = slice(start, start + batch_size)
            beside = (
                tf.nest.map_structure(tf.constant, rows_of(condition, part))
                if condition is not None
                else None
            )
            images = self.synthesize(tf.constant(latents[part]), beside, **options)
            outputs.append(
                to_units(keras.ops.convert_to_numpy(images), self.value_range)
                if units
                else self.modality.to_storage(images)
            )
        return np.concatenate([keras.ops.convert_to_numpy(images) for images in outputs])

    @property
    def exported_variables(self):
        """All variables that exported functions read."""
        return self.ema_generator.weights

    # Caption of a sample grid, in addition to the epoch.
    grid_caption = None

    @property
    def grid_rows(self):
        """Number of rows of a sample grid: one for each of the first 32 classes."""
        return 8 if self.condition is None else self.condition.rows

    def row_names(self, rows):
        """Names of the rows of a sample grid, or None."""
        return None if self.condition is None else self.condition.row_names(rows, self.class_names)

    def grid_inputs(self, rows, columns, seed, truncation=1.0):
        """Latents and conditions of the cells of a sample grid, row by row.

        Each row has one condition, and all rows have the same latents.
        """
        if self.condition is None:
            return self.sample_latents(rows * columns, seed, truncation), None
        latents = np.tile(self.sample_latents(columns, seed, truncation), (rows, 1))
        drawn = self.condition.grid(rows, seed, self.examples)
        return latents, tf.nest.map_structure(lambda values: values.repeat(columns, axis=0), drawn)

    def grid_images(self, inputs, columns):
        """The cells of a sample grid as uint8 images, and the number of cells in a row."""
        return self.images_of(*inputs), columns

    def export(self, filepath, format="saved_model", metadata=None, **options):
        """Write the EMA generator for use without keras_gan: see `keras_gan.export.export`."""
        return export.export(self, filepath, format=format, metadata=metadata, **options)


def inputs_of(network, first, condition):
    if not isinstance(network.input_shape, list):
        return first
    return [tf.convert_to_tensor(each) for each in [first, *tf.nest.flatten(condition)]]
