"""Interpolation in latent space, and images along the paths."""

import pathlib

import keras
import numpy as np

from keras_gan.data.videos import write_video
from keras_gan.networks.outputs import first


def interpolate(first, last, t, path="slerp"):
    """Latents between two sets, row by row.

    Args:
        first, last: float arrays of shape (n, latent_dim).
        t: float or array that broadcasts to (n, 1): 0 is `first`, 1 is `last`.
        path: "slerp", along great circles with linearly changing length, which keeps normal latents typical;
            or "lerp", straight lines.

    Returns:
        float64 array of shape (n, latent_dim).

    Raises:
        ValueError: for shapes that differ and unknown paths.

    Example:
    >>> keras_gan.latent.interpolate([[1.0, 0.0]], [[0.0, 1.0]], 0.5).round(4)
    array([[0.7071, 0.7071]])

    Reference: White, "Sampling Generative Networks", 2016, https://arxiv.org/abs/1609.04468
    """
    first, last = np.asarray(first, "float64"), np.asarray(last, "float64")
    if first.shape != last.shape or first.ndim != 2:
        raise ValueError(f"Both must have shape (n, latent_dim). Received: {first.shape} and {last.shape}")
    if path == "lerp":
        return first + t * (last - first)
    if path != "slerp":
        raise ValueError(f"`path` must be 'slerp' or 'lerp'. Received: {path!r}")
    lengths = [np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12) for x in (first, last)]
    cosine = np.clip((first * last).sum(axis=1, keepdims=True) / (lengths[0] * lengths[1]), -1.0, 1.0)
    angle = np.arccos(cosine)
    # Nearly parallel latents are joined by a straight line.
    sine = np.where(np.sin(angle) < 1e-6, 1.0, np.sin(angle))
    near = np.sin(angle) < 1e-6
    weights = [np.where(near, w, np.sin(w * angle) / sine) for w in (1.0 - t, t + 0.0 * angle)]
    between = weights[0] * first / lengths[0] + weights[1] * last / lengths[1]
    return between * (lengths[0] + t * (lengths[1] - lengths[0]))


def walk(keys, frames, path="slerp"):
    """Latents along a closed path through key latents.

    Args:
        keys: float array of shape (count, ..., latent_dim): points on the path, for one or many latents at
            once.
        frames: int, number of latents, evenly spaced between the keys.
        path: as in `interpolate`.

    Returns:
        float32 array of shape (frames, ..., latent_dim); the path returns from the last to the first.

    Example:
    >>> keys = np.random.default_rng(0).normal(size=(3, 4, 64))
    >>> keras_gan.latent.walk(keys, frames=30).shape
    (30, 4, 64)
    """
    keys = np.asarray(keys, "float64")
    if keys.ndim < 2 or len(keys) < 2 or frames < len(keys):
        raise ValueError(
            "A walk needs at least 2 keys of shape (count, ..., latent_dim) and as many frames as keys. "
            f"Received: keys of shape {keys.shape}, frames={frames}"
        )
    steps, flat = [], keys.reshape(len(keys), -1, keys.shape[-1])
    for frame in range(frames):
        place, t = divmod(frame * len(keys) / frames, 1.0)
        first, last = flat[int(place)], flat[(int(place) + 1) % len(keys)]
        steps.append(interpolate(first, last, t, path))
    return np.stack(steps).reshape(frames, *keys.shape[1:]).astype("float32")


def interpolation_sheet(generator, rows=4, columns=8, path=None, seed=0, label=None, space=None):
    """Images of interpolations between latents, one in each row.

    Args:
        generator: a `GAN`, or `keras_gan.runs.Generator`.
        rows, columns: ints, number of interpolations, and of images on each.
        path: as in `interpolate`. Default: "slerp" between latents, "lerp" in W.
        seed: int, of the latents.
        label: int, class of a conditional model.
        space: "z", the latents, or "w", the mapped latents of a StyleGAN. Default: "w" for a StyleGAN.

    Returns:
        uint8 array of shape (rows * columns, height, width, channels).

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> keras_gan.latent.interpolation_sheet(gan, rows=2, columns=5).shape
    (10, 28, 28, 1)
    """
    space, path = _space_and_path(generator, space, path)
    ends = _points(generator, (2, rows), seed, label, space)
    along = [interpolate(*ends, t, path) for t in np.linspace(0.0, 1.0, columns)]
    return _images(generator, np.stack(along, axis=1), label, space)


def walk_frames(generator, samples=16, keys=4, frames=80, path=None, seed=0, label=None, space=None):
    """Images of a closed walk of several latents at once.

    Args:
        generator, path, seed, label, space: as in `interpolation_sheet`.
        samples: int, number of latents that move.
        keys: int, number of key latents on each path.
        frames: int.

    Returns:
        uint8 array of shape (frames, samples, height, width, channels), for `image_grid` and
        `save_animation`.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    >>> keras_gan.latent.walk_frames(gan, samples=4, frames=5).shape
    (5, 4, 16, 16, 1)
    """
    space, path = _space_and_path(generator, space, path)
    points = walk(_points(generator, (keys, samples), seed, label, space), frames, path)
    images = _images(generator, points, label, space)
    return images.reshape(frames, samples, *images.shape[1:])


def truncation_sweep(generator, values=(0.0, 0.25, 0.5, 0.75, 1.0, 1.25), columns=8, seed=0, label=None):
    """Images of the same latents, with one truncation value in each row.

    Args:
        generator, seed: as in `interpolation_sheet`.
        values: truncations, as `generate` takes them: factors of the latents, for BigGAN of their threshold,
            for a StyleGAN of the distance of w from its mean.
        label: class of all images, its number or name. Default: each column has its own class, for a model
            with classes.
        columns: int, number of latents.

    Returns:
        uint8 array of shape (len(values) * columns, height, width, channels).

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    >>> keras_gan.latent.truncation_sweep(gan, values=(0.5, 1.0), columns=3).shape
    (6, 16, 16, 1)
    """
    classes = getattr(generator, "num_classes", None)
    if label is None and classes:
        label = [column % classes for column in range(columns)]
    if style_model(generator) is None:
        # A stored model, or a model in memory.
        sample = getattr(generator, "sample", None) if hasattr(generator, "latent_dim") else None
        rows = (
            sample(columns, seed, value, label)
            if sample
            else generator.generate(
                columns, seed, truncation=value, **({} if label is None else {"labels": label})
            )
            for value in values
        )
        return np.concatenate(list(rows))
    gan, latents = style_model(generator), _latents(generator, (columns,), seed).astype("float32")
    condition = _condition(gan, columns, label)
    return np.concatenate([gan.images_of(latents, condition, truncation=value) for value in values])


def style_model(generator):
    """The model with `style` of a `GAN` or `Generator`, or None."""
    gan = getattr(generator, "gan", generator)
    return gan if hasattr(gan, "style") else None


def _space_and_path(generator, space, path):
    styled = style_model(generator) is not None
    space = space or ("w" if styled else "z")
    if space not in ("z", "w"):
        raise ValueError(f"`space` must be 'z' or 'w'. Received: {space!r}")
    if space == "w" and not styled:
        raise ValueError(
            "Only StyleGANs have a space 'w' (not exported SavedModels: give the run or `.keras` file)."
        )
    return space, path or ("lerp" if space == "w" else "slerp")


def _latents(generator, shape, seed):
    latent_dim = getattr(generator, "latent_dim", None) or first(generator.generator.input_shape)[-1]
    if getattr(generator, "noise_dim", None):
        raise ValueError(
            "An InfoGAN's latents contain a category and codes, which cannot be interpolated: use "
            "`gan.noise.join(noise, category, codes)` with `interpolate` on the noise."
        )
    latents = np.random.default_rng(seed).normal(size=(*shape, latent_dim))
    threshold = getattr(getattr(getattr(generator, "gan", generator), "noise", None), "threshold", None)
    # Latents beyond the range of training are clipped to it.
    return latents if threshold is None else np.clip(latents, -threshold, threshold)


def _points(generator, shape, seed, label, space):
    """Latents, or the w of latents, of shape (*shape, size)."""
    latents = _latents(generator, shape, seed)
    if space == "z":
        return latents
    gan, flat = style_model(generator), latents.reshape(-1, latents.shape[-1]).astype("float32")
    ws = keras.ops.convert_to_numpy(gan.style(flat, _condition(gan, len(flat), label)))[:, 0]
    return ws.reshape(*shape, ws.shape[-1])


def _condition(gan, n, label):
    if gan.condition is not None:
        return gan.labels_of(0 if label is None else label, n, 0)
    if label is not None:
        raise ValueError(f"This model has no classes. Received: label={label!r}")
    return None


def _images(generator, points, label, space):
    points = points.reshape(-1, points.shape[-1]).astype("float32")
    if space == "w":
        gan = style_model(generator)
        count = gan.ema_generator.get_layer("synthesis").input_shape[1]
        return gan.images_of(np.repeat(points[:, None], count, axis=1))
    if hasattr(generator, "latent_dim"):
        return generator.images_of(points, label)
    return generator.images_of(points, _condition(generator, len(points), label))


def save_animation(frames, filepath, fps=20):
    """Write frames as a GIF or an MP4.

    Args:
        frames: list of PIL images of one size; transparent pixels are composited over white.
        filepath: ends in .gif or .mp4; MP4 needs `pip install 'keras-gan[video]'`.
        fps: frames per second.

    Raises:
        ValueError: for another ending. ImportError: for MP4 without imageio-ffmpeg.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    >>> frames = keras_gan.latent.walk_frames(gan, samples=4, frames=5)
    >>> frames = [keras_gan.grid.image_grid(images) for images in frames]
    >>> keras_gan.latent.save_animation(frames, "/tmp/keras_gan_walk.gif")
    """
    if pathlib.Path(filepath).suffix not in (".gif", ".mp4"):
        raise ValueError(f"An animation's name must end in .gif or .mp4. Received: {filepath}")
    write_video(filepath, list(frames), fps)
