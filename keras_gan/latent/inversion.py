"""Inversion: finding the latents that make given images, for any model."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan.arguments import check_int, check_rate
from keras_gan.conditions.several import rows_of
from keras_gan.data.images import from_uint8, to_uint8
from keras_gan.latent.projection import project
from keras_gan.latent.search import LeastSquares, Search, mean_square
from keras_gan.networks.outputs import first


@dataclasses.dataclass(frozen=True)
class Inversion:
    """What `invert` found.

    Attributes:
        latents: float32 array of shape (n, latent_dim), with the method "styles" (n, layers, w_dim), for
            `images_of`.
        images: uint8 array of shape (n, height, width, channels), or float32 vectors: the generator's output
            for these latents.
        distances: float array of shape (n,), mean squared difference to the given images, in [-1, 1].

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=8, filters=4))
    >>> found = keras_gan.latent.invert(gan, gan.generate(1, seed=0), rounds=1, verbose=False)
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
    steps=None,
    restarts=8,
    refinements=20,
    rounds=6,
    learning_rate=None,
    labels=None,
    seed=0,
    batch_size=64,
    verbose=True,
):
    """Find the latents whose images are nearest to given ones, by mean squared difference.

    "search" begins at `restarts` random latents, takes a tenth of the steps from each, and continues from the
    nearest; a single start usually ends at a different image. "encoder" takes the output of an encoder;
    "hybrid" searches from there. Both end with steps of least squares, and repeat these in further rounds, which
    begin at the best latents so far with a quarter of their axes drawn anew: this leaves local minima.
    "styles" finds the w of a StyleGAN by a perceptual distance, with `project` for each image.

    Args:
        gan: a model with one vector of latents for each image: a `GAN` of any kind except image to image,
            `VAE`, `VAEGAN`, `BiGAN`, `FAnoGAN`. It is not changed.
        images: uint8, or floats in [-1, 1], of shape (n, height, width, channels), or vectors (n, size).
        method: "search", "encoder", "hybrid" or "styles".
        encoder: keras.Model from images to latents, such as `train_encoder` returns. Default: the model's own
            `encode`, if it has one.
        extractor: for "styles", as in `project`.
        steps: int, steps of Adam; the learning rate falls to zero along half a cosine. Default 200, for
            "styles" 1000.
        restarts: int, random starts of "search". Default 8.
        refinements: int, steps of least squares (Levenberg-Marquardt); each generates as many images as there
            are latent axes. Default 20; 0 for none.
        rounds: int, repetitions of both, for images that are not yet recovered (squared difference above
            1e-6). Default 6.
        learning_rate: float. Default 0.1 from a random latent and for "styles", 0.05 from a near one.
        labels: for a model with a condition, the condition of the images, as in `generate`.
        seed: int, of the random latents.
        batch_size: int, latents that are optimised at once.
        verbose: bool, whether to show progress.

    Returns:
        `Inversion`.

    Raises:
        ValueError: for images of a form that the model does not make, an unknown method, and a model without
        an encoder.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=8, filters=4))
    >>> found = keras_gan.latent.invert(gan, gan.generate(2, seed=0), rounds=1, verbose=False)
    >>> found.latents.shape, found.images.shape, found.distances.shape
    ((2, 8), (2, 28, 28, 1), (2,))

    Reference: Lipton & Tripathi, "Precise Recovery of Latent Vectors from Generative Adversarial Networks", 2017; the hybrid:
    Zhu et al., "Generative Visual Manipulation on the Natural Image Manifold", 2016, https://arxiv.org/abs/1609.03552; least
    squares: Marquardt, "An Algorithm for Least-Squares Estimation of Nonlinear Parameters", 1963
    """
    steps = (1000 if method == "styles" else 200) if steps is None else steps
    for name, value in (
        ("steps", steps),
        ("restarts", restarts),
        ("rounds", rounds),
        ("batch_size", batch_size),
    ):
        check_int(value, name)
    check_int(refinements, "refinements", least=0)
    methods = ("search", "encoder", "hybrid", "styles")
    if method not in methods:
        raise ValueError(f"`method` must be one of {methods}. Received: {method!r}")
    if (extractor is None) == (method == "styles"):
        raise ValueError(
            f'`extractor` is for the method "styles", which needs one. Received: {extractor!r:.100}, method={method!r}'
        )
    images = checked_images(gan, images)
    if learning_rate is not None:
        check_rate(learning_rate)
    if encoder is not None and (method in ("search", "styles") or not isinstance(encoder, keras.Model)):
        raise ValueError(
            f'`encoder` is a keras.Model, for the methods "encoder" and "hybrid". Received: {encoder!r:.100}, method={method!r}'
        )
    condition = _condition_of(gan, labels, len(images), seed)
    if encoder is None and method in ("encoder", "hybrid") and not callable(getattr(gan, "codes", None)):
        raise ValueError(
            f"{type(gan).__name__} has no encoder: give one, `encoder=latent.train_encoder(gan)`, or search."
        )
    if encoder is not None:
        wanted = (tuple(gan.output_shape), (None, first(gan.generator.input_shape)[-1]))
        if (encoder.input_shape, encoder.output_shape) != wanted:
            raise ValueError(
                f"`encoder` must be from images {wanted[0]} to latents {wanted[1]}. Received: {encoder.input_shape} to "
                f"{encoder.output_shape}"
            )
    if method == "styles":
        return _of_styles(gan, images, extractor, condition, steps, learning_rate or 0.1, seed, verbose)
    if method == "encoder":
        steps, refinements, rounds = 0, 0, 1
    anew, onward = (Search(gan.synthesize, steps, learning_rate or rate) for rate in (0.1, 0.05))
    refine = LeastSquares(gan.synthesize, refinements)
    found = np.empty((len(images), first(gan.generator.input_shape)[-1]), "float32")
    distances = np.empty(len(images))
    drawn = np.random.default_rng(seed)
    bar = keras.utils.Progbar(len(images), unit_name="image", verbose=int(verbose))
    parts = max(1, batch_size // (restarts if method == "search" else 1))
    for start in range(0, len(images), parts):
        rows = np.arange(start, min(start + parts, len(images)))
        targets, beside = _of_rows(images, condition, rows)
        if method == "search":
            starts = np.tile(gan.sample_latents(restarts, seed), (len(rows), 1, 1))
            latents, _ = anew.from_best(targets, starts, beside)
        else:
            latents = encoder(targets, training=False) if encoder is not None else gan.codes(targets)
            latents, _ = onward(targets, ops.convert_to_numpy(latents).astype("float32"), beside)
        found[rows], distances[rows] = refine(targets, latents, beside)
        for _ in range(rounds - 1):
            # Only images that are not recovered yet continue.
            rows = rows[distances[rows] > 1e-6]
            if not len(rows):
                break
            targets, beside = _of_rows(images, condition, rows)
            fresh = gan.sample_latents(len(rows), int(drawn.integers(2**31)))
            starts = np.where(drawn.random(fresh.shape) < 0.25, fresh, found[rows])
            latents, _ = onward(targets, starts, beside)
            latents, nearer = refine(targets, latents, beside)
            better = nearer < distances[rows]
            found[rows[better]], distances[rows[better]] = latents[better], nearer[better]
        bar.update(min(start + parts, len(images)))
    return Inversion(found, gan.images_of(found, condition, batch_size), distances)


def _of_rows(images, condition, rows):
    """The selected rows of images, and of a condition or None."""
    beside = None if condition is None else tf.nest.map_structure(tf.constant, rows_of(condition, rows))
    return tf.constant(images[rows]), beside


def _of_styles(gan, images, extractor, condition, steps, learning_rate, seed, verbose):
    """Run `project` on each image; returns an `Inversion`."""
    options = {"steps": steps, "learning_rate": learning_rate, "seed": seed, "frames": 1, "verbose": False}
    bar, found = keras.utils.Progbar(len(images), unit_name="image", verbose=int(verbose)), []
    for i, image in enumerate(to_uint8(images).numpy()):
        label = None if condition is None else int(condition[i])
        found.append(project(gan, image, extractor, label=label, **options))
        bar.update(i + 1)
    made = np.stack([each.image for each in found])
    errors = np.square(from_uint8(made).numpy() - images).reshape(len(images), -1).mean(1)
    return Inversion(np.concatenate([each.w for each in found]), made, errors)


def train_encoder(
    gan,
    steps=2000,
    *,
    images=None,
    labels=None,
    filters=32,
    learning_rate=1e-3,
    batch_size=64,
    seed=0,
    verbose=True,
):
    """Train an encoder for a generator, on pairs of latents and generated images, and on images.

        loss = mean (E(G(z)) - z)^2 + mean (G(E(x)) - x)^2

    Without images x it is the first term alone, and the encoder may be inaccurate on images that the generator does
    not make. The latents differ from those of any `generate(seed=)`. The classes of a model with classes are
    drawn at random; the encoder sees the images alone.

    The seeds of Python, NumPy and Keras are set.

    Args:
        gan: a model of images, as in `invert`. It is not changed.
        steps: int, steps of Adam; the learning rate falls to zero along half a cosine.
        images: real images, as in `invert`, or None.
        labels: for `images` and a model with a condition, their condition, as in `generate`.
        filters: int, of `networks.encoder`.
        learning_rate, batch_size, seed: as usual.
        verbose: bool, whether to show progress.

    Returns:
        keras.Model from images to latents.

    Raises:
        ValueError: for a model of vectors, for a condition that cannot be drawn at random, such as vectors of texts, and as
            `invert` for images and labels.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=8, filters=4))
    >>> encoder = keras_gan.latent.train_encoder(gan, steps=2, filters=4, verbose=False)
    >>> found = keras_gan.latent.invert(gan, gan.generate(2, seed=0), "encoder", encoder=encoder, verbose=False)
    >>> found.latents.shape
    (2, 8)
    """
    from keras_gan.networks import encoder as encoder_network

    check_int(steps, "steps")
    check_int(batch_size, "batch_size")
    check_rate(learning_rate)
    check_model(gan)
    if len(gan.output_shape) != 4:
        raise ValueError(
            "`train_encoder` needs a model of images. Received: "
            f"{type(gan).__name__}, of {gan.output_shape[1:]}. Give `invert` an encoder of your own."
        )
    # A condition that must be given has no pairs: this raises.
    gan.labels_of(None, 1, seed)
    condition = None
    if images is not None:
        images = checked_images(gan, images)
        condition = _condition_of(gan, labels, len(images), seed)
    elif labels is not None:
        raise ValueError("`labels` are those of `images`, which are missing.")
    keras.utils.set_random_seed(seed)
    network = encoder_network(gan.output_shape[1:], first(gan.generator.input_shape)[-1], filters=filters)

    def pairs(i):
        # The second word of the seed differs from that of `generate`.
        drawn = tf.stack([tf.cast(i, "int64"), seed + 1])
        beside = None if gan.condition is None else gan.condition.draw(batch_size, tf.reduce_sum(drawn))
        latents = gan.noise.truncated(batch_size, drawn, 1.0)
        return gan.synthesize(latents, beside), latents

    def reconstruction(i):
        rows = tf.random.stateless_uniform(
            [batch_size], tf.stack([tf.cast(i, "int64"), seed + 2]), 0, len(images), "int64"
        )
        real = tf.numpy_function(lambda rows: images[rows], [rows], "float32", stateful=False)
        real = tf.ensure_shape(real, (batch_size, *images.shape[1:]))
        beside = (
            tf.nest.map_structure(lambda x: tf.gather(x, rows), condition) if condition is not None else None
        )
        return ops.mean(mean_square(real, gan.synthesize(network(real, training=True), beside)))

    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(network.trainable_variables)

    @tf.function
    def step(i):
        made, latents = pairs(i)
        with tf.GradientTape() as tape:
            loss = ops.mean(ops.square(network(made, training=True) - latents))
            if images is not None:
                loss = loss + reconstruction(i)
        optimizer.apply(tape.gradient(loss, [v.value for v in network.trainable_variables]))
        return loss

    bar = keras.utils.Progbar(steps, unit_name="step", verbose=int(verbose))
    for i in range(steps):
        bar.update(i + 1, [("loss", float(step(tf.constant(i))))])
    return network


def _condition_of(gan, labels, count, seed):
    """The condition of given images, as `synthesize` takes it; None for a model without one."""
    if gan.condition is not None and labels is None:
        raise ValueError(
            f"This model is conditioned on {gan.condition}: say which of it the images show, `labels=`."
        )
    return gan.labels_of(labels, count, seed)


def checked_images(gan, images):
    """Images as float32 in [-1, 1], or vectors; raises a ValueError if the shape is not the model's."""
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
    """Raise a ValueError for models that do not make images from latents."""
    if (
        getattr(gan, "from_images", True)
        or not hasattr(gan, "sample_latents")
        or len(first(gan.generator.input_shape)) != 2
    ):
        raise ValueError(
            f"Inversion needs a model that makes images from latents, a vector for each. Received: {type(gan).__name__}"
        )
