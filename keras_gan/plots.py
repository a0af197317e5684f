"""Plots of a training, for notebooks: each function returns a matplotlib Figure."""

import csv
import functools
import io
import math
import pathlib

import numpy as np

from keras_gan import latent


def history(source, figures=None):
    """Plot the curves of the logged losses and metrics; those that belong together share a panel.

    Args:
        source: `History` that `fit` returned, its dict, or the path of a `history.csv` or run folder.
        figures: names of the curves to show. Default: all.

    Returns:
        matplotlib Figure: losses, scores, penalties, each metric.

    Example:
    >>> figure = keras_gan.plots.history({"d_loss": [1.4, 1.2], "g_loss": [0.7, 0.9], "val_fid": [80.0, 40.0]})
    >>> [axis.get_title() for axis in figure.axes]
    ['losses', 'fid']
    """
    curves = read_history(source)
    unknown = sorted(set(figures or []) - set(curves))
    if unknown or not curves:
        raise ValueError(f"The history has {sorted(curves)}. Received: {unknown}")
    panels = {}
    for name, values in curves.items():
        if figures is None or name in figures:
            panels.setdefault(panel_of(name), {})[name] = values
    epochs = max(map(len, curves.values()))
    columns = min(3, len(panels))
    rows = math.ceil(len(panels) / columns)
    figure, axes = _subplots(rows, columns, 4.2 * columns, 2.8 * rows)
    for axis, (title, lines) in zip(axes.flat, panels.items(), strict=False):
        for name, values in lines.items():
            # Validation may be rarer than epochs: only every n-th epoch, or with gaps.
            at = np.arange(1, len(values) + 1) * (epochs // len(values))
            there = np.isfinite(values)
            axis.plot(at[there], values[there], label=name, marker="." if there.sum() < 3 else None)
        axis.set(title=title, xlabel="epoch")
        axis.legend(fontsize=7)
        axis.grid(alpha=0.3)
    for axis in list(axes.flat)[len(panels) :]:
        axis.remove()
    return figure


def read_history(source):
    """Return a dict from curve name to a float array of its values by epoch; NaN if there is none."""
    if isinstance(source, (str, pathlib.Path)):
        path = pathlib.Path(source)
        path = path / "history.csv" if path.is_dir() else path
        if not path.exists():
            raise ValueError(f"There is no history {str(path)!r}.")
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        names = [name for name in (rows[0] if rows else {}) if name and name != "epoch"]
        curves = {name: [row[name] for row in rows] for name in names}
    else:
        curves = getattr(source, "history", source)
    curves = {name: np.array([_number(value) for value in values]) for name, values in curves.items()}
    # A CSVLogger writes columns for validation even if there is none.
    return {name: values for name, values in curves.items() if np.isfinite(values).any()}


def panel_of(name):
    """Return the title of the panel for a curve; curves of training and of validation share a panel."""
    plain = name.removeprefix("val_")
    if plain in ("d_loss", "g_loss", "d_adversarial", "g_adversarial"):
        return "losses"
    if plain in ("real_score", "fake_score"):
        return "scores"
    if plain.startswith("learning_rate"):
        return "learning rates"
    return plain.removesuffix("_std")


def _number(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def grid(images, columns=None, title=None, row_names=None):
    """Images in rows.

    Args:
        images: uint8 array of shape (n, height, width, 1 or 3).
        columns, row_names: as in `keras_gan.grid.image_grid`.
        title: str.

    Returns:
        matplotlib Figure.

    Example:
    >>> figure = keras_gan.plots.grid(np.zeros((6, 28, 28, 1), "uint8"), columns=3, title="digits")
    >>> figure.axes[0].get_title()
    'digits'
    """
    from keras_gan.grid import image_grid

    picture = image_grid(images, columns, row_names=row_names)
    figure, axes = _subplots(1, 1, picture.width / 80, picture.height / 80 + 0.3)
    axes.flat[0].imshow(np.asarray(picture), cmap="gray", vmin=0, vmax=255)
    axes.flat[0].set_axis_off()
    axes.flat[0].set_title(title or "")
    return figure


def interpolation(gan, rows=4, columns=8, path="slerp", seed=0, label=None):
    """Plot interpolations of latents, one per row; arguments as `keras_gan.latent.interpolation_sheet`."""
    return grid(
        latent.interpolation_sheet(gan, rows, columns, path, seed, label), columns, f"interpolation ({path})"
    )


def logits(gan, real, labels=None, n=1000, held_out=None):
    """Plot histograms of the discriminator's logits for real and for generated images.

    If the two modes are far apart, the discriminator is too strong. If the logits of training images are
    higher than those of held-out images, it over-fits.

    Args:
        gan: a `GAN`.
        real: training images in [-1, 1]. At most n are used.
        labels: for conditional models: int labels of these images; the generated images have the same labels.
        n: int.
        held_out: for models without labels: images that were not trained on.

    Returns:
        matplotlib Figure.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> figure = keras_gan.plots.logits(gan, np.random.uniform(-1, 1, (16, 28, 28, 1)).astype("float32"))
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['real', 'generated']
    """
    import tensorflow as tf

    real = np.asarray(real[:n])
    if gan.condition is not None and labels is None:
        raise ValueError(f"{type(gan).__name__} takes images with their labels: pass `labels`.")
    batch = {"image": real} | ({} if labels is None else {"label": np.asarray(labels[:n])})
    parts = {"real": [], "generated": []}
    for start in range(0, len(real), 64):
        part = gan.unpack({name: values[start : start + 64] for name, values in batch.items()})
        condition = made = gan.condition_of(part)
        if gan.condition is not None:
            drawn = gan.condition.draws(len(part["image"]), tf.constant([0, start], "int64"))
            made = gan.condition_to_make({**part, **drawn})
        noise = tf.constant(gan.sample_latents(len(part["image"]), seed=start))
        for name, images in (("real", part["image"]), ("generated", gan.synthesize(noise, made))):
            parts[name].append(np.asarray(gan.discriminate(images, condition, training=False)).ravel())
    if held_out is not None:
        held_out = np.asarray(held_out[:n])
        parts["held out"] = [
            np.asarray(gan.discriminate(tf.constant(held_out[i : i + 64]), training=False)).ravel()
            for i in range(0, len(held_out), 64)
        ]
    values = {name: np.concatenate(part).astype("float64") for name, part in parts.items()}
    figure, axes = _subplots(1, 1, 5, 3)
    bins = np.histogram_bin_edges(np.concatenate(list(values.values())), 40)
    for name, part in values.items():
        axes.flat[0].hist(part, bins, density=True, alpha=0.5, label=name)
    axes.flat[0].set(xlabel="discriminator's logit (high: real)", ylabel="density")
    axes.flat[0].legend()
    return figure


def columns(real, generated, title=None):
    """Plot each column of a generated table beside the real one: shares of values, or of frequent categories.

    Args:
        real, generated: pandas DataFrames with the same columns.
        title: str above the plots, or None.

    Returns:
        matplotlib Figure.

    Example:
    >>> import pandas
    >>> frame = pandas.DataFrame({"age": np.arange(100.0), "city": ["Rome", "Oslo"] * 50})
    >>> len(keras_gan.plots.columns(frame, frame).axes)
    2
    """
    from keras_gan.data.columns import dates_of, pandas_of

    pandas = pandas_of()
    types, names = pandas.api.types, list(real.columns)
    across = min(4, len(names))
    down = -(-len(names) // across)
    figure, axes = _subplots(down, across, 3.2 * across, 2.4 * down)
    for axis in axes.reshape(-1)[len(names) :]:
        axis.set_visible(False)
    for name, axis in zip(names, axes.reshape(-1)):
        pair = [frame[name].dropna() for frame in (real, generated)]
        days = [dates_of(series) for series in pair]
        if all(seconds is not None for seconds in days):
            pair = [pandas.Series(seconds / 86_400.0) for seconds in days]
            axis.xaxis_date()
            axis.tick_params(axis="x", rotation=90, labelsize=6)
        if types.is_numeric_dtype(pair[0]) and not types.is_bool_dtype(pair[0]):
            pair = [series.astype("float64") for series in pair]
        if types.is_float_dtype(pair[0]):
            both = [series.to_numpy() for series in pair]
            edges = np.histogram_bin_edges(np.concatenate(both).astype("float64"), 30)
            for values, label in zip(both, ("real", "generated"), strict=True):
                values = values.astype("float64")
                share = np.full(len(values), 1.0 / max(1, len(values)))
                axis.hist(values, edges, weights=share, alpha=0.6, label=label)
        else:
            texts = [series.astype(str).value_counts(normalize=True) for series in pair]
            shown = list(texts[0].index[:12])
            for place, share, label in zip((-0.2, 0.2), texts, ("real", "generated"), strict=True):
                heights = [share.get(value, 0.0) for value in shown]
                axis.bar(np.arange(len(shown)) + place, heights, 0.4, alpha=0.8, label=label)
            axis.set_xticks(range(len(shown)), [value[:14] for value in shown], rotation=90, fontsize=6)
        axis.set_title(name, fontsize=9)
    axes.reshape(-1)[0].legend(fontsize=7)
    if title:
        figure.suptitle(title)
    return figure


@functools.cache
def _figure_class():
    # Not through pyplot, which would keep every figure in memory and need a backend for a display.
    from matplotlib.figure import Figure

    class Picture(Figure):
        """A matplotlib Figure that notebooks show as an image."""

        def _repr_png_(self):
            buffer = io.BytesIO()
            self.savefig(buffer, format="png")
            return buffer.getvalue()

    return Picture


def _subplots(rows, columns, width, height):
    figure = _figure_class()(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)
