"""Moving averages of any length, computed after the training from snapshots of two averages."""

import pathlib
import re
import warnings

import numpy as np

NAME = re.compile(r"ema-(\d+)\.npz")
# A relative error of a profile above this gives a warning.
TOLERANCE = 0.2


def exponent(length):
    """Return the exponent gamma of a power-function average.

    Such an average of weights theta(tau), 0 < tau <= t, weights them by tau^gamma. Its length is the standard
    deviation of that profile as a share of t, sqrt(gamma + 1) / ((gamma + 2) sqrt(gamma + 3)).

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
    """Return the snapshots' coefficients in an average of another length: a least squares fit of sum 1.

    Solves A x = b, where A_ij are the inner products of the snapshots' profiles and b_i those with the wanted
    profile, and x has sum 1.

    Args:
        steps, exponents: arrays of shape (n,), of the snapshots.
        step, gamma: of the wanted average.

    Returns:
        (x, error): float64 array of shape (n,), and the distance of the fit from the wanted profile over that profile's norm.

    Example:
    >>> x, error = keras_gan.post_hoc_ema.coefficients([10, 10], [16.97, 6.94], step=10, gamma=6.94)
    >>> x.round(6), error < 1e-6
    (array([0., 1.]), True)

    Reference: as in `exponent`, section C.3, without the constraint on the sum
    """
    steps, exponents = np.asarray(steps, "float64"), np.asarray(exponents, "float64")
    step, gamma, n = float(step), float(gamma), len(steps)
    products = _product(steps[:, None], exponents[:, None], steps, exponents)
    wanted = _product(steps, exponents, step, gamma)
    # A Lagrange multiplier for the sum; without it all weights would shrink if the fit is poor.
    system = np.ones((n + 1, n + 1))
    # In units of the profiles' norms, the ones and the products have a similar magnitude.
    norm = _product(step, gamma, step, gamma)
    system[:n, :n], system[n, n] = products / norm, 0.0
    x = np.linalg.solve(system, np.append(wanted / norm, 1.0))[:n]
    square = 1.0 - 2.0 * x @ wanted / norm + x @ products @ x / norm
    return x, float(np.sqrt(max(square, 0.0)))


def _product(t_a, gamma_a, t_b, gamma_b):
    """Inner product of two profiles, each of integral 1 over (0, t]; equation 146."""
    # Written with a ratio of at most 1: powers of the steps would overflow.
    ratio = t_a / t_b
    power = np.where(t_a < t_b, ratio**gamma_b, (1.0 / ratio) ** gamma_a)
    return (gamma_a + 1.0) * (gamma_b + 1.0) * power / ((gamma_a + gamma_b + 1.0) * np.maximum(t_a, t_b))


def find(folder):
    """Find the snapshots in a folder, if any: dict from step to path, in order."""
    found = {int(m[1]): p for p in pathlib.Path(folder).glob("ema-*.npz") if (m := NAME.fullmatch(p.name))}
    return dict(sorted(found.items()))


def snapshots(folder):
    """Find the snapshots that `callbacks.PostHocEMA` wrote into a folder: dict from step to path, in order.

    Raises:
        ValueError: if there is none.
    """
    found = find(folder)
    if not found:
        raise ValueError(
            f"There are no snapshots in {folder}: train with `callbacks.PostHocEMA`, --post-hoc-ema on the command line."
        )
    return found


def check_step(folder, step):
    """Return the step if it has a snapshot; for None, the step of the last snapshot.

    Raises:
        ValueError: if there is no snapshot of that step.
    """
    found = snapshots(folder)
    if step is not None and step not in found:
        raise ValueError(
            f"There is no snapshot of step {step} in {folder}: there are of {', '.join(map(str, found))}."
        )
    return max(found) if step is None else step


def reconstruct(folder, length, step=None):
    """Compute the weights of an average of a given length from the snapshots up to a step.

    Args:
        folder: folder with the snapshots.
        length: float, as in `exponent`; the result is best for lengths near those of the snapshots, or
            between them.
        step: int, step of a snapshot. Default: the last.

    Returns:
        Dict from the name of each network to the list of its weights, in the order of `network.weights`.
        Weights that are not trained, such as moving statistics, have their values at the step.

    Raises:
        ValueError: if there is no snapshot of the step, and for an impossible length.

    Example:
    >>> import tempfile
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2))
    >>> gan.compile()
    >>> folder = tempfile.mkdtemp()
    >>> keep = keras_gan.callbacks.PostHocEMA(folder, every_steps=4, interval=1)
    >>> _ = gan.fit(np.random.normal(size=(512, 2)).astype("float32"), callbacks=[keep], verbose=0)
    >>> weights = keras_gan.post_hoc_ema.reconstruct(folder, 0.07)
    >>> [len(weights["generator"]) == len(gan.generator.weights), list(weights)]
    [True, ['generator']]
    """
    gamma, step = exponent(length), check_step(folder, step)
    found = {t: path for t, path in snapshots(folder).items() if t <= step}
    with np.load(found[step]) as last:
        lengths, began = last["lengths"].tolist(), int(last["began"])
        made = {key: last[key] for key in last.files if key.endswith("/last")}
    steps = np.repeat([t - began for t in found], len(lengths))
    exponents = np.tile([exponent(value) for value in lengths], len(found))
    shares, error = coefficients(steps, exponents, step - began, gamma)
    if error > TOLERANCE:
        warnings.warn(
            f"The profile of length {length:g} is met within {error:.0%} only by {len(found)} snapshots of lengths "
            f"{lengths}: more snapshots, or a length nearer to these, are met better.",
            stacklevel=2,
        )
    shares = shares.reshape(len(found), len(lengths))
    for path, of_lengths in zip(found.values(), shares, strict=True):
        with np.load(path) as arrays:
            if arrays["lengths"].tolist() != lengths or int(arrays["began"]) != began:
                raise ValueError(f"{folder} has snapshots of several trainings: {path.name} is of another.")
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
