"""Directions in W along which one property of images changes."""

import keras
import numpy as np
from scipy import optimize

from keras_gan.arguments import check_int
from keras_gan.latent.paths import style_model
from keras_gan.latent.styles import check_layers, check_style_model


def sefa(gan, count=10, layers=None):
    """Directions that change the styles of some layers most, in closed form from the weights alone.

        eigenvectors of A A^T,   A the weights from w to styles, each column of length one

    Args:
        gan: a StyleGAN (or `Generator` of one); or a GAN whose latents enter one layer only, whose weights
            are then A.
        count: int, number of directions; at most the number of dimensions of w, or of the latents.
        layers: ints, rows of w's, as in `edit`. Default: all. If a convolution and an image's colours share a
            row, it counts as the convolution's.

    Returns:
        (directions, shares): unit vectors of shape (count, w_dim), or (count, latent_dim) for a GAN without
        styles, and their shares of the sum of eigenvalues, in falling order.

    Raises:
        ValueError: for a generator without styles whose latents enter several layers, or one layer without
        weights.

    Example:
    >>> networks = keras_gan.networks.stylegan2(
    ...     (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    ... )
    >>> directions, shares = keras_gan.latent.sefa(keras_gan.StyleGAN2(*networks), count=3)
    >>> directions.shape
    (3, 8)

    Reference: Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", 2021,
    https://arxiv.org/abs/2007.06600
    """
    check_int(count, "count")
    plain = getattr(gan, "gan", gan)
    if plain is not None and style_model(gan) is None and layers is None:
        kernels = [first_kernel(plain)]
    else:
        kernels = affine_kernels(check_style_model(gan).ema_generator.get_layer("synthesis"))
        kernels = [kernels[i] for i in check_layers(layers, len(kernels))]
    weights = np.concatenate(kernels, axis=1)
    weights = weights / np.maximum(np.linalg.norm(weights, axis=0, keepdims=True), 1e-12)
    values, vectors = np.linalg.eigh(weights @ weights.T)
    order = np.argsort(values)[::-1][:count]
    return vectors[:, order].T, values[order] / values.sum()


def first_kernel(gan):
    """The weights of the layer that takes the latents, as a matrix (latent_dim, outputs)."""
    generator = getattr(gan, "ema_generator", None)
    tensor = generator.inputs[0] if hasattr(generator, "inputs") else None
    rows = None if tensor is None else slice(0, tensor.shape[-1])
    while tensor is not None:
        layers = [x for x in generator.layers if any(tensor is each for each in keras.tree.flatten(x.input))]
        layers = [layer for layer in layers if not isinstance(layer, keras.layers.InputLayer)]
        if len(layers) != 1:
            break
        (layer,) = layers
        if isinstance(layer, keras.layers.Dense):
            return layer.kernel.numpy()[rows]
        if isinstance(layer, keras.layers.Conv2DTranspose):
            kernel = layer.kernel.numpy()  # (height, width, outputs, inputs)
            return kernel.reshape(-1, kernel.shape[-1]).T[rows]
        if isinstance(layer, keras.layers.Concatenate):  # with the embedding of a class
            before = [each is tensor for each in layer.input].index(True)
            start = rows.start + sum(each.shape[-1] for each in layer.input[:before])
            rows = slice(start, start + rows.stop - rows.start)
        elif not isinstance(layer, keras.layers.Reshape):
            break
        tensor = layer.output
    raise ValueError(
        "Directions in closed form need a StyleGAN, or a generator whose latents enter one layer alone, Dense or Conv2DTranspose. "
        f"Received: {type(gan).__name__}"
    )


def affine_kernels(synthesis):
    """The weights from w to styles, one matrix for each row of w's."""
    rows = {}
    for layer in synthesis.layers:
        affine, inputs = getattr(layer, "affine", None), layer.input
        if layer.name.endswith("_affine"):
            affine = layer
        if affine is None:
            continue
        # The row of w's that the layer takes: an output of `ops.unstack(ws, axis=1)`.
        history = (inputs[-1] if isinstance(inputs, list) else inputs)._keras_history
        if type(history.operation).__name__ != "Unstack":
            raise ValueError(
                "The layers of this generator do not get their w's by `ops.unstack(ws, axis=1)`: it was made by an earlier "
                "version, or by hand. Build it by `keras_gan.networks` and give it these weights (`set_weights`)."
            )
        row = history.tensor_index
        if row not in rows or "torgb" not in layer.name:
            rows[row] = getattr(affine, "kernel", affine).numpy()
    return [rows[row] for row in sorted(rows)]


def ganspace(gan, count=10, samples=10_000, seed=0, label=None):
    """Principal components of w.

    Args:
        gan: a StyleGAN (or `Generator` of one).
        count: int, number of components; at most the number of dimensions of w.
        samples: int, number of w's from which they are computed.
        seed, label: of the latents.

    Returns:
        (directions, deviations): unit vectors of shape (count, w_dim), and the standard deviations of w along
        them, in falling order.

    Example:
    >>> networks = keras_gan.networks.stylegan2(
    ...     (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    ... )
    >>> directions, deviations = keras_gan.latent.ganspace(keras_gan.StyleGAN2(*networks), count=2, samples=100)
    >>> directions.shape, deviations.shape
    ((2, 8), (2,))

    Reference: Härkönen et al., "GANSpace: Discovering Interpretable GAN Controls", 2020,
    https://arxiv.org/abs/2004.02546
    """
    for name, value in (("count", count), ("samples", samples)):
        check_int(value, name)
    w = _samples(check_style_model(gan), samples, seed, label)
    values, vectors = np.linalg.eigh(np.cov(w, rowvar=False))
    order = np.argsort(values)[::-1][:count]
    return vectors[:, order].T, np.sqrt(np.maximum(values[order], 0.0))


def attribute_direction(gan, has, samples=2000, seed=0, label=None, batch_size=64):
    """The direction in W that separates images with an attribute from those without: logistic regression.

    Args:
        gan: a StyleGAN (or `Generator` of one).
        has: function from uint8 images of shape (n, height, width, channels) to n bools, or probabilities,
            where those above 1/2 count as True; or (ws, labels), labelled w's of shape (n, w_dim) or (n,
            layers, w_dim).
        samples: int, number of images to classify.
        seed, label: of the latents.
        batch_size: int.

    Returns:
        (direction, accuracy): the unit vector of shape (w_dim,), towards the attribute, and the share of
        images that it classifies correctly, among a quarter that was held out.

    Raises:
        ValueError: if less than a tenth of the images have, or lack, the attribute.

    Example:
    >>> networks = keras_gan.networks.stylegan2(
    ...     (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    ... )
    >>> gan = keras_gan.StyleGAN2(*networks)
    >>> ws = keras_gan.latent.styles_of(gan, range(40))
    >>> keras_gan.latent.attribute_direction(gan, (ws, ws[:, 0, 2] > 0))[0].shape
    (8,)

    Reference: Shen et al., "Interpreting the Latent Space of GANs for Semantic Face Editing", 2020,
    https://arxiv.org/abs/1907.10786
    """
    gan = check_style_model(gan)
    if callable(has):
        w = _samples(gan, samples, seed, label)
        count, found = gan.ema_generator.get_layer("synthesis").input_shape[1], []
        for start in range(0, samples, batch_size):
            ws = np.repeat(w[start : start + batch_size, None].astype("float32"), count, axis=1)
            values = np.asarray(has(gan.images_of(ws)))
            if values.size != len(ws):
                raise ValueError(
                    f"`has` gives one value for each image. Received: shape {values.shape} for {len(ws)} images"
                )
            found.append(values.reshape(len(ws)))
        found = np.concatenate(found)
    else:
        w, found = (np.asarray(values, "float64") for values in has)
        w = w[:, 0] if w.ndim == 3 else w
        samples = len(w)
        if w.shape[1:] != (gan.average_style.shape[0],) or found.shape != (samples,):
            raise ValueError(
                f"`has` is a function of images, or (ws, labels) with ws of shape (n, {gan.average_style.shape[0]}) and n labels. "
                f"Received: ws of shape {w.shape}, labels of shape {found.shape}"
            )
    found = found.astype("float64") > 0.5
    if not 0.1 <= found.mean() <= 0.9:
        raise ValueError(
            f"{found.mean():.0%} of {samples} images have the attribute: a direction needs a tenth on either side."
        )
    center, scale = w.mean(axis=0), w.std(axis=0) + 1e-8
    x, y = (w - center) / scale, np.where(found, 1.0, -1.0)
    train = 3 * samples // 4

    def loss(parameters):
        weights, bias = parameters[:-1], parameters[-1]
        margin = y[:train] * (x[:train] @ weights + bias)
        slope = -y[:train] / (1.0 + np.exp(np.minimum(margin, 500.0)))
        gradient = np.append(x[:train].T @ slope / train + 1e-3 * weights, slope.mean())
        return np.logaddexp(0.0, -margin).mean() + 5e-4 * weights @ weights, gradient

    solution = optimize.minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B").x
    right = (x[train:] @ solution[:-1] + solution[-1] > 0) == found[train:]
    direction = solution[:-1] / scale
    return direction / np.linalg.norm(direction), float(right.mean())


def _samples(gan, samples, seed, label):
    from keras_gan.latent.paths import _condition

    parts = []
    latents = gan.sample_latents(samples, seed)
    for start in range(0, samples, 1000):
        part = latents[start : start + 1000]
        ws = gan.style(part, _condition(gan, len(part), label))
        parts.append(keras.ops.convert_to_numpy(ws)[:, 0].astype("float64"))
    return np.concatenate(parts)
