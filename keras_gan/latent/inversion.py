"""From images back to the latents that make them, of any model."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan.arguments import check_int, check_weight
from keras_gan.conditions.several import rows_of
from keras_gan.data.images import from_uint8, to_uint8
from keras_gan.latent.projection import project
from keras_gan.networks.outputs import first


@dataclasses.dataclass(frozen=True)
class Inversion:
    """What `invert` found.

    Attributes:
        latents: float32 array of shape (n, latent_dim), of the method "styles" (n, layers, w_dim), for `images_of`.
        images: uint8 array of shape (n, height, width, channels), or float32 vectors: what the generator makes of them.
        distances: float array of shape (n,), mean squared difference to the images that were given, in [-1, 1].

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=8, filters=4))
    >>> found = keras_gan.latent.invert(gan, gan.generate(1, seed=0), steps=2, restarts=1)
    >>> type(found).__name__, found.latents.shape
    ('Inversion', (1, 8))
    """

    latents: object
    images: object
    distances: object


def invert(
    gan,
    images,
    method="search",
    *,
    encoder=None,
    extractor=None,
    steps=1000,
    restarts=8,
    learning_rate=0.1,
    labels=None,
    seed=0,
    batch_size=64,
):
    """Find the latents whose images are nearest to given ones, by mean squared difference.

    "search" begins at `restarts` random latents, goes a tenth of the steps from each, and on from the nearest; a single
    start mostly ends in another image. "encoder" takes what an encoder gives, "hybrid" searches on from there. "styles" finds the
    w of a StyleGAN by a perceptual distance, each image by `project`.

    Args:
        gan: a model with latents: a `GAN` of any kind but from image to image, `VAE`, `VAEGAN`, `FAnoGAN`. It stays as it is.
        images: uint8, or floats in [-1, 1], of shape (n, height, width, channels), or vectors (n, size).
        method: "search", "encoder", "hybrid" or "styles".
        encoder: keras.Model from images to latents, such as `train_encoder` gives. Default: the model's own `encode`, of those
            that have one.
        extractor: of "styles", as in `project`.
        steps: int, of Adam, at a rate that falls to zero by half a cosine. Default 1000.
        restarts: int, of "search". Default 8.
        learning_rate: float. Default 0.1.
        labels: of a model with a condition, what the images show, as in `generate`.
        seed: int, of the random latents.
        batch_size: int, latents that move at once.

    Returns:
        `Inversion`.

    Raises:
        ValueError: for images that the model does not make, an unknown method, and a model without an encoder.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=8, filters=4))
    >>> found = keras_gan.latent.invert(gan, gan.generate(2, seed=0), steps=10, restarts=2)
    >>> found.latents.shape, found.images.shape, found.distances.shape
    ((2, 8), (2, 28, 28, 1), (2,))

    Reference: Lipton & Tripathi, "Precise Recovery of Latent Vectors from Generative Adversarial Networks", 2017; the hybrid:
    Zhu et al., "Generative Visual Manipulation on the Natural Image Manifold", 2016, https://arxiv.org/abs/1609.03552
    """
    for name, value in (("steps", steps), ("restarts", restarts), ("batch_size", batch_size)):
        check_int(value, name)
    methods = ("search", "encoder", "hybrid", "styles")
    if method not in methods:
        raise ValueError(f"`method` must be one of {methods}. Received: {method!r}")
    if (extractor is None) == (method == "styles"):
        raise ValueError(
            f'`extractor` is for the method "styles", which needs one. Received: {extractor!r:.100}, method={method!r}'
        )
    images = checked_images(gan, images)
    check_weight(learning_rate, "learning_rate")
    if encoder is not None and (method in ("search", "styles") or not isinstance(encoder, keras.Model)):
        raise ValueError(
            f'`encoder` is a keras.Model, for the methods "encoder" and "hybrid". Received: {encoder!r:.100}, method={method!r}'
        )
    if gan.condition is not None and labels is None:
        raise ValueError(
            f"This model is conditioned on {gan.condition}: say which of it the images show, `labels=`."
        )
    if encoder is None and method in ("encoder", "hybrid") and not callable(getattr(gan, "codes", None)):
        raise ValueError(
            f"{type(gan).__name__} has no encoder: give one, `encoder=latent.train_encoder(gan)`, or search."
        )
    condition = gan.labels_of(labels, len(images), seed)
    if method == "styles":
        return _of_styles(gan, images, extractor, condition, steps, learning_rate, seed)
    found = np.empty((len(images), first(gan.generator.input_shape)[-1]), "float32")
    distances = np.empty(len(images))
    parts = max(1, batch_size // (restarts if method == "search" else 1))
    search = Search(gan.synthesize, steps, learning_rate)
    for start in range(0, len(images), parts):
        part = slice(start, start + parts)
        beside = None if condition is None else tf.nest.map_structure(tf.constant, rows_of(condition, part))
        targets = tf.constant(images[part])
        if method == "search":
            latents, distance = search.with_restarts(targets, gan.sample_latents(restarts, seed), beside)
        else:
            latents = encoder(targets, training=False) if encoder is not None else gan.codes(targets)
            latents = ops.convert_to_numpy(latents).astype("float32")
            latents, distance = search(targets, latents, beside, steps if method == "hybrid" else 0)
        found[part], distances[part] = latents, distance
    return Inversion(found, gan.images_of(found, condition, batch_size), distances)


def _of_styles(gan, images, extractor, condition, steps, learning_rate, seed):
    """`project` of each image, an `Inversion`."""
    options = {"steps": steps, "learning_rate": learning_rate, "seed": seed, "frames": 1, "verbose": False}
    found = [
        project(gan, image, extractor, label=None if condition is None else int(condition[i]), **options)
        for i, image in enumerate(to_uint8(images).numpy())
    ]
    made = np.stack([each.image for each in found])
    errors = np.square(from_uint8(made).numpy() - images).reshape(len(images), -1).mean(1)
    return Inversion(np.concatenate([each.w for each in found]), made, errors)


def train_encoder(gan, steps=2000, *, filters=32, learning_rate=1e-3, batch_size=64, seed=0, verbose=True):
    """Train an encoder for a generator, on latents and the images of those, which are others than those of any `generate(seed=)`.

    The seeds of Python, NumPy and Keras are set.

    Args:
        gan: a model of images without a condition, as in `invert`. It stays as it is.
        steps: int, of Adam, at a rate that falls to zero by half a cosine.
        filters: int, of `networks.encoder`.
        learning_rate, batch_size, seed: as usual.
        verbose: bool, whether to show progress.

    Returns:
        keras.Model from images to latents.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=8, filters=4))
    >>> encoder = keras_gan.latent.train_encoder(gan, steps=2, filters=4, verbose=False)
    >>> found = keras_gan.latent.invert(gan, gan.generate(2, seed=0), "encoder", encoder=encoder)
    >>> found.latents.shape
    (2, 8)
    """
    from keras_gan.networks import encoder as encoder_network

    check_int(steps, "steps")
    check_int(batch_size, "batch_size")
    check_model(gan)
    if gan.condition is not None or len(gan.output_shape) != 4:
        raise ValueError(
            f"`train_encoder` is of models of images without a condition. Received: {type(gan).__name__} on {gan.condition}, of "
            f"{gan.output_shape[1:]}. Give `invert` an encoder of your own."
        )
    keras.utils.set_random_seed(seed)
    network = encoder_network(gan.output_shape[1:], first(gan.generator.input_shape)[-1], filters=filters)

    def pairs(i):
        # Another second word than that of `generate`.
        latents = gan.noise.truncated(batch_size, tf.stack([tf.cast(i, "int64"), seed + 1]), 1.0)
        return gan.synthesize(latents), latents

    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(network.trainable_variables)

    @tf.function
    def step(i):
        made, latents = pairs(i)
        with tf.GradientTape() as tape:
            loss = ops.mean(ops.square(network(made, training=True) - latents))
        optimizer.apply(tape.gradient(loss, [v.value for v in network.trainable_variables]))
        return loss

    bar = keras.utils.Progbar(steps, unit_name="step", verbose=int(verbose))
    for i in range(steps):
        bar.update(i + 1, [("loss", float(step(tf.constant(i))))])
    return network


class Search:
    """Gradient descent from latents to images: Adam, whose rate falls to zero.

    Args:
        synthesize: function from latents, and a condition, to images in [-1, 1].
        steps, learning_rate: as in `invert`.
        distance: function from targets and images to a distance of each row. Default: mean squared difference.
    """

    def __init__(self, synthesize, steps, learning_rate, distance=None):
        self.synthesize, self.steps, self.rate = synthesize, steps, learning_rate
        self.distance = distance or mean_square

    def __call__(self, targets, latents, condition=None, steps=None):
        """Latents and their distances, arrays, after so many steps from `latents`."""
        steps = self.steps if steps is None else steps
        variable = keras.Variable(latents)
        optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(self.rate, max(1, steps)))
        optimizer.build([variable])

        def distances():
            return self.distance(targets, self.synthesize(tf.convert_to_tensor(variable.value), condition))

        @tf.function
        def step():
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(variable.value)
                # Of each row by itself: the others' gradients do not reach it.
                total = ops.sum(distances())
            optimizer.apply([tape.gradient(total, variable.value)])

        for _ in range(steps):
            step()
        found = ops.convert_to_numpy(distances())
        if not np.isfinite(found).all():
            raise ValueError("The distance is not finite: lower `learning_rate`.")
        return variable.numpy(), found

    def with_restarts(self, targets, starts, condition=None):
        """The same from the best of several starts, (restarts, size), after a tenth of the steps from each."""
        restarts, count = len(starts), len(targets)
        many, beside = tf.repeat(targets, restarts, axis=0), None
        if condition is not None:
            beside = tf.nest.map_structure(lambda x: tf.repeat(x, restarts, axis=0), condition)
        latents, distances = self(many, np.tile(starts, (count, 1)), beside, -(-self.steps // 10))
        best = distances.reshape(count, restarts).argmin(axis=1)
        latents = latents.reshape(count, restarts, -1)[np.arange(count), best]
        return self(targets, latents, condition)


def mean_square(targets, images):
    """Mean squared difference of each row."""
    difference = ops.square(ops.cast(targets, "float32") - ops.cast(images, "float32"))
    return ops.mean(difference, axis=tuple(range(1, len(targets.shape))))


def checked_images(gan, images):
    """Images as float32 in [-1, 1], or vectors; a ValueError for what the model does not make."""
    check_model(gan)
    images = np.asarray(images)
    if images.shape[1:] != tuple(gan.output_shape[1:]) or not len(images):
        raise ValueError(
            f"`images` must have shape {('n', *gan.output_shape[1:])}. Received: shape={images.shape}"
        )
    if images.dtype == np.uint8:
        return from_uint8(images).numpy()
    gan.modality.check_array(images, "Images")
    return images.astype("float32")


def check_model(gan):
    """Raise a ValueError for what does not make images of latents."""
    if getattr(gan, "from_images", True) or not hasattr(gan, "sample_latents"):
        raise ValueError(
            f"Latents are found of models that make images of latents. Received: {type(gan).__name__}"
        )
