"""Operations on a StyleGAN's w's: mixing, and moving along directions."""

import keras
import numpy as np

from keras_gan.latent.paths import _condition, style_model


def styles_of(gan, seeds, label=None, truncation=1.0):
    """The w's of seeds: those of `gan.generate(1, seed)`, for a conditional model with `labels=label`.

    Args:
        gan: a StyleGAN, or `keras_gan.runs.Generator` of one.
        seeds: ints.
        label: int, class of a conditional model. Default 0.
        truncation: float, as in `StyleGAN2.generate`.

    Returns:
        float32 array of shape (len(seeds), layers, w_dim).

    Raises:
        ValueError: for a model without styles.

    Example:
    >>> networks = keras_gan.networks.stylegan2(
    ...     (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    ... )
    >>> keras_gan.latent.styles_of(keras_gan.StyleGAN2(*networks), seeds=(0, 1, 2)).shape
    (3, 6, 8)
    """
    gan = check_style_model(gan)
    latents = np.concatenate([gan.sample_latents(1, seed) for seed in seeds])
    ws = keras.ops.convert_to_numpy(gan.style(latents, _condition(gan, len(latents), label)))
    average = keras.ops.convert_to_numpy(gan.average_style)
    return (average + truncation * (ws - average)).astype("float32")


def check_style_model(generator):
    gan = style_model(generator)
    if gan is None:
        raise ValueError(
            "This needs a model with styles: StyleGAN, StyleGAN2 or StyleGAN3, as a run, a `.keras` file or an object (an "
            f"exported SavedModel has none). Received: {type(generator).__name__}"
        )
    return gan


def style_mixing_sheet(
    gan, rows=(0, 1, 2), columns=(10, 11, 12, 13), layers=range(4), label=None, truncation=0.7
):
    """Images in which some layers have the styles of one image and the others those of another.

    Args:
        gan, label, truncation: as in `styles_of`.
        rows: seeds of the images that give all other layers.
        columns: seeds of the images that give `layers`.
        layers: ints. Default: the first four. In StyleGAN and StyleGAN2 these are the layers of 4 x 4 and 8 x
            8, for pose and shape; the last ones are for colours. StyleGAN3's layers have no such sizes, but
            the first ones are the coarse ones there too.

    Returns:
        uint8 array of shape ((1 + len(rows)) * (1 + len(columns)), height, width, channels): the first row
        contains the images of `columns`, the first column those of `rows`; the first cell is white.

    Example:
    >>> networks = keras_gan.networks.stylegan2(
    ...     (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    ... )
    >>> keras_gan.latent.style_mixing_sheet(keras_gan.StyleGAN2(*networks)).shape
    (20, 16, 16, 3)
    """
    gan = check_style_model(gan)
    if not len(rows) or not len(columns):
        raise ValueError(f"`rows` and `columns` must be seeds, at least one. Received: {rows} and {columns}")
    of_rows, of_columns = (styles_of(gan, seeds, label, truncation) for seeds in (rows, columns))
    layers = check_layers(layers, of_rows.shape[1])
    mixed = np.repeat(of_rows[:, None], len(columns), axis=1)
    mixed[:, :, layers] = of_columns[None][:, :, layers]
    top, left = gan.images_of(of_columns), gan.images_of(of_rows)
    inner = gan.images_of(mixed.reshape(-1, *of_rows.shape[1:])).reshape(*mixed.shape[:2], *top.shape[1:])
    lines = [
        [np.full_like(top[0], 255), *top],
        *([image, *line] for image, line in zip(left, inner, strict=True)),
    ]
    return np.stack([image for line in lines for image in line])


def check_layers(layers, count):
    """Layers as a list of ints from 0 to count - 1; None for all."""
    layers = list(range(count)) if layers is None else [int(layer) for layer in layers]
    if not layers or min(layers) < 0 or max(layers) >= count:
        received = f"{min(layers)} to {max(layers)}" if layers else "none"
        raise ValueError(f"`layers` must be of 0 to {count - 1}. Received: {received}")
    return layers


def edit(gan, ws, direction, amounts=(-3.0, -1.5, 0.0, 1.5, 3.0), layers=None):
    """Images of w's moved along a direction, one row for each w.

    Args:
        gan: as in `styles_of`.
        ws: of shape (n, layers, w_dim), from `styles_of` or `project`.
        direction: of shape (w_dim,), from `sefa`, `ganspace` or `attribute_direction`.
        amounts: floats, distances in units of the direction's length.
        layers: ints, layers whose w is moved. Default: all.

    Returns:
        uint8 array of shape (n * len(amounts), height, width, channels).

    Example:
    >>> networks = keras_gan.networks.stylegan2(
    ...     (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    ... )
    >>> gan = keras_gan.StyleGAN2(*networks)
    >>> keras_gan.latent.edit(gan, keras_gan.latent.styles_of(gan, [0, 1]), np.eye(8)[0]).shape
    (10, 16, 16, 3)
    """
    gan, ws, direction = check_style_model(gan), np.asarray(ws, "float32"), np.asarray(direction, "float32")
    if ws.ndim != 3 or direction.shape != ws.shape[-1:]:
        raise ValueError(
            f"`ws` must have shape (n, layers, w_dim) and `direction` (w_dim,). Received: {ws.shape} and {direction.shape}"
        )
    count = gan.ema_generator.get_layer("synthesis").input_shape[1:]
    if ws.shape[1:] != count:
        raise ValueError(
            f"These w's are of another model: this one's have shape (n, {count[0]}, {count[1]}). Received: {ws.shape}"
        )
    if not (len(amounts) and np.isfinite(amounts).all() and np.isfinite(direction).all()):
        raise ValueError(
            f"`amounts` must be finite numbers, at least one, and `direction` too. Received: {amounts}"
        )
    moved = np.repeat(ws[:, None], len(amounts), axis=1)
    steps = np.asarray(amounts, "float32")[None, :, None, None] * direction
    moved[:, :, check_layers(layers, ws.shape[1])] += steps
    return gan.images_of(moved.reshape(-1, *ws.shape[1:]))
