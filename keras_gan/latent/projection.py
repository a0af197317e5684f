"""Projection: finding the w that makes a given image."""

import dataclasses

import keras
import numpy as np
from keras import ops

from keras_gan import gradients
from keras_gan.arguments import check_int, check_rate
from keras_gan.data.images import from_uint8
from keras_gan.features.extractor import get as get_extractor
from keras_gan.latent.paths import _condition
from keras_gan.latent.styles import check_style_model
from keras_gan.layers import NoiseInjection
from keras_gan.moving_average import clone


@dataclasses.dataclass(frozen=True)
class Projection:
    """What `project` found.

    Attributes:
        w: float32 array of shape (1, layers, w_dim), for `edit` and `images_of`.
        image: uint8 array of shape (height, width, channels), made with the noise that was found.
        distance: float, between the extractor's features, at the end.
        distances: list of floats, at each step.
        frames: uint8 array of shape (n, height, width, channels), images during the optimisation.
    """

    w: object
    image: object
    distance: float
    distances: list
    frames: object


def project(
    gan,
    image,
    extractor,
    steps=1000,
    *,
    learning_rate=0.1,
    pixel_weight=0.0,
    noise_weight=1e5,
    every_layer=False,
    frames=50,
    seed=0,
    label=None,
    verbose=True,
):
    """Find the w and the noise images that make the nearest image to a given one, by a perceptual distance.

    The search begins at the mean of w, with noise on w that falls to zero. A penalty on the autocorrelation
    of the noise images at every scale prevents them from encoding the image. The learning rate rises in the
    first twentieth and falls in the last quarter of the steps.

    Args:
        gan: a StyleGAN (or `keras_gan.runs.Generator` of one). It is not changed.
        image: uint8 array of shape (height, width, channels), of the model's size.
        extractor: `keras_gan.metrics.Extractor`, or a value that makes one; the distance is the mean square
            of the difference of its features, divided by the mean square of the image's features.
        steps: int. Default 1000.
        learning_rate: float. Default 0.1.
        pixel_weight: float, weight of the mean squared difference of pixels in [-1, 1], added to the
            distance. Default 0.
        noise_weight: float, weight of the penalty on noise. Default 1e5.
        every_layer: bool, whether each layer has its own w (W+): the result is nearer, and less editable.
            Default False.
        frames: int, number of intermediate images to keep. Default 50.
        seed: int, of the noise on w.
        label: int, class of a conditional model.
        verbose: bool, whether to show progress.

    Returns:
        `Projection`.

    Raises:
        ValueError: for a model without styles and an image of another shape.

    Example:
    >>> networks = keras_gan.networks.stylegan2(
    ...     (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    ... )
    >>> gan, pixels = keras_gan.StyleGAN2(*networks), keras.layers.Input((16, 16, 3))
    >>> extractor = keras_gan.metrics.Extractor(keras.Model(pixels, keras.layers.Flatten()(pixels)))
    >>> found = keras_gan.latent.project(gan, gan.generate(1, seed=0)[0], extractor, steps=2, verbose=False)
    >>> found.w.shape, found.image.shape
    ((1, 6, 8), (16, 16, 3))

    Reference: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2020, appendix D,
    https://arxiv.org/abs/1912.04958
    """
    gan, extractor = check_style_model(gan), get_extractor(extractor)
    target = np.asarray(image)
    if target.dtype != np.uint8 or target.shape != gan.image_shape:
        raise ValueError(
            f"`image` must be uint8 of shape {gan.image_shape}. Received: {target.dtype} of shape {target.shape}"
        )
    for name, value in (("steps", steps), ("frames", frames)):
        check_int(value, name)
    # A copy, whose noise images are optimised.
    generator = clone(gan.ema_generator)
    generator.set_weights(gan.ema_generator.get_weights())
    synthesis = generator.get_layer("synthesis")
    noises = [layer.fixed for layer in synthesis.layers if isinstance(layer, NoiseInjection)]
    rng = np.random.default_rng(seed)
    latents = rng.normal(size=(10_000, gan.sample_latents(1, 0).shape[1])).astype("float32")
    samples = ops.convert_to_numpy(gan.style(latents, _condition(gan, len(latents), label)))[:, 0]
    mean, count = samples.mean(axis=0), synthesis.input_shape[1]
    deviation = np.sqrt(np.square(samples - mean).sum(axis=1).mean())
    start = np.broadcast_to(mean, (1, count if every_layer else 1, len(mean)))
    w = keras.Variable(start.astype("float32"), name="w")
    jitter = keras.Variable(np.zeros_like(start), trainable=False, name="jitter")
    for noise in noises:
        noise.assign(rng.normal(size=noise.shape))
    reals = ops.convert_to_tensor(from_uint8(target[None]))
    features = ops.stop_gradient(extractor.of_floats(reals))
    spread = ops.maximum(ops.mean(ops.square(features)), 1e-12)

    def picture(shift=0.0):
        return synthesis(ops.broadcast_to(w + shift, (1, count, w.shape[-1])), training=False)

    def loss():
        made = picture(jitter)
        distance = ops.mean(ops.square(extractor.of_floats(made) - features)) / spread
        total = distance + pixel_weight * ops.mean(ops.square(made - reals))
        if noises:
            total = total + noise_weight * sum(
                _autocorrelation(ops.convert_to_tensor(noise)) for noise in noises
            )
        return total, distance

    optimizer = keras.optimizers.Adam(check_rate(learning_rate), 0.9, 0.999)
    minimize = gradients.minimizer(loss, [w, *noises], optimizer)
    shown = np.unique(np.linspace(0, steps - 1, min(frames, steps)).astype(int))
    bar = keras.utils.Progbar(steps, unit_name="step", verbose=int(verbose))
    distances, kept = [], []
    for step in range(steps):
        done = step / steps
        optimizer.learning_rate = learning_rate * _ramp(done)
        scale = deviation * 0.05 * max(0.0, 1.0 - done / 0.75) ** 2
        jitter.assign(scale * rng.normal(size=start.shape))
        distances.append(float(minimize()))
        if not np.isfinite(distances[-1]):
            raise ValueError(f"The distance is not finite at step {step}: lower `learning_rate`.")
        for noise in noises:
            value = noise.numpy()
            noise.assign((value - value.mean()) / max(value.std(), 1e-12))
        if step in shown:
            kept.append(_as_image(picture()))
        bar.update(step + 1, [("distance", distances[-1])])
    final = np.repeat(w.numpy(), count // w.shape[1], axis=1)
    return Projection(final, _as_image(picture()), distances[-1], distances, np.stack(kept))


def _ramp(done):
    """Factor of the learning rate: rises in the first 5%, falls along a cosine in the last 25%."""
    falling = min(1.0, (1.0 - done) / 0.25)
    return (0.5 - 0.5 * np.cos(falling * np.pi)) * min(1.0, done / 0.05)


def _autocorrelation(noise):
    """Squared correlations of noise with itself shifted by one pixel, at every scale down to 8 x 8."""
    x, total = noise[None, :, :, None], 0.0
    while True:
        for axis in (1, 2):
            total = total + ops.square(ops.mean(x * ops.roll(x, 1, axis=axis)))
        if x.shape[1] <= 8:
            return total
        x = ops.average_pool(x, 2, 2)


def _as_image(images):
    from keras_gan.data.images import to_uint8

    return ops.convert_to_numpy(to_uint8(images))[0]
