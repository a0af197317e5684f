"""Moving averages of any length, made after the training out of snapshots of two."""

import pathlib
import re

import numpy as np

NAME = re.compile(r"ema-(\d+)\.npz")


def exponent(length):
    """The exponent gamma of a power-function average.

    Such an average of weights theta(tau), 0 < tau <= t, weighs them by tau^gamma; its length is the standard deviation of that
    profile as a share of t, sqrt(gamma + 1) / ((gamma + 2) sqrt(gamma + 3)).

    Args:
        length: float, above 0 and at most .28.

    Example:
    >>> round(keras_gan.post_hoc_ema.exponent(0.05), 2), round(keras_gan.post_hoc_ema.exponent(0.1), 2)
    (16.97, 6.94)

    Reference: Karras et al., "Analyzing and Improving the Training Dynamics of Diffusion Models", 2024, equation 123,
    https://arxiv.org/abs/2312.02696
    """
    if isinstance(length, bool) or not isinstance(length, (int, float)) or not 0.0 < length <= 0.28:
        raise ValueError(
            f"`length` is a share of the training, above 0 and at most .28, such as .05. Received: {length!r}"
        )
    inverse = 1.0 / length**2
    return float(np.roots([1.0, 7.0, 16.0 - inverse, 12.0 - inverse]).real.max())


def coefficients(steps, exponents, step, gamma):
    """How much of each snapshot makes the average of another length: the least squares fit of its profile.

    Args:
        steps, exponents: arrays of shape (n,), of the snapshots.
        step, gamma: of the average that is wanted.

    Returns:
        float64 array of shape (n,).
    """
    steps, exponents = np.asarray(steps, "float64"), np.asarray(exponents, "float64")
    products = _product(steps[:, None], exponents[:, None], steps, exponents)
    return np.linalg.solve(products, _product(steps, exponents, float(step), float(gamma)))


def _product(t_a, gamma_a, t_b, gamma_b):
    """Inner product of two profiles, each of integral 1 over (0, t]; equation 146."""
    # Written with a ratio of at most 1: powers of steps themselves overflow.
    ratio = t_a / t_b
    power = np.where(t_a < t_b, ratio**gamma_b, (1.0 / ratio) ** gamma_a)
    return (gamma_a + 1.0) * (gamma_b + 1.0) * power / ((gamma_a + gamma_b + 1.0) * np.maximum(t_a, t_b))


def snapshots(folder):
    """The snapshots that `callbacks.PostHocEMA` wrote into a folder: dict from step to path, in order.

    Raises:
        ValueError: where there is none.
    """
    found = {int(m[1]): p for p in pathlib.Path(folder).glob("ema-*.npz") if (m := NAME.fullmatch(p.name))}
    if not found:
        raise ValueError(
            f"There are no snapshots in {folder}: train with `callbacks.PostHocEMA`, --post-hoc-ema on the command line."
        )
    return dict(sorted(found.items()))


def reconstruct(folder, length, step=None):
    """The weights of an average of a length, out of the snapshots up to a step.

    Args:
        folder: of the snapshots.
        length: float, as in `exponent`; lengths near those that were kept, and between them, are met best.
        step: int, of a snapshot. Default: the last.

    Returns:
        Dict from the name of each network to the list of its weights, in the order of `network.weights`; what is not trained, such
        as moving statistics, as it was at the step.

    Raises:
        ValueError: where there is no snapshot of the step, and for an impossible length.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2))
    >>> gan.compile()
    >>> keep = keras_gan.callbacks.PostHocEMA("/tmp/keras_gan_ema", every_steps=4, interval=1)
    >>> _ = gan.fit(np.random.normal(size=(512, 2)).astype("float32"), callbacks=[keep], verbose=0)
    >>> weights = keras_gan.post_hoc_ema.reconstruct("/tmp/keras_gan_ema", 0.07)
    >>> [len(weights["generator"]) == len(gan.generator.weights), list(weights)]
    [True, ['generator']]
    """
    gamma, found = exponent(length), snapshots(folder)
    step = max(found) if step is None else step
    if step not in found:
        raise ValueError(
            f"There is no snapshot of step {step} in {folder}: there are of {', '.join(map(str, found))}."
        )
    found = {t: path for t, path in found.items() if t <= step}
    with np.load(found[step]) as last:
        lengths = last["lengths"].tolist()
        made = {key: last[key] for key in last.files if key.endswith("/last")}
    steps = np.repeat(list(found), len(lengths))
    exponents = np.tile([exponent(value) for value in lengths], len(found))
    shares = coefficients(steps, exponents, step, gamma).reshape(len(found), len(lengths))
    for path, of_lengths in zip(found.values(), shares, strict=True):
        with np.load(path) as arrays:
            for key in arrays.files:
                name, _, kind = key.rpartition("/")
                if kind.isdigit():
                    made[name] = made.get(name, 0.0) + of_lengths[int(kind)] * arrays[key].astype("float64")
    weights = {}
    for key in sorted(made, key=lambda key: int(key.split("/")[1])):
        weights.setdefault(key.split("/")[0], []).append(np.asarray(made[key], "float32"))
    return weights


def apply(model, folder, length, step=None):
    """Give a model's moving averages (`ema_generator` and others) the weights of `reconstruct`; returns the model.

    Raises:
        ValueError: for a model without a moving average, and for weights of other networks.
    """
    if model.ema_decay is None:
        raise ValueError("The model keeps no moving average to be replaced: make it with an `ema_decay`.")
    weights = reconstruct(folder, length, step)
    averages = {name: getattr(model, f"ema_{name}") for name in model.averaged}
    shapes = {name: [tuple(v.shape) for v in network.weights] for name, network in averages.items()}
    kept = {name: [array.shape for array in arrays] for name, arrays in weights.items()}
    if kept != shapes:
        raise ValueError(f"The snapshots in {folder} are of other networks than the model's.")
    for name, network in averages.items():
        network.set_weights(weights[name])
    return model
