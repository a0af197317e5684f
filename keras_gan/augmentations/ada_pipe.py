"""The transformations of StyleGAN2-ADA: geometry, colour, filter, noise, cutout, each drawn independently."""

import functools
import math

import numpy as np
from keras import ops

from keras_gan.layers.upfirdn import upfirdn

# Probability of each transformation relative to p, by group.
GROUPS = {
    "blit": ("xflip", "rotate90", "xint"),
    "geom": ("scale", "rotate", "aniso", "xfrac"),
    "color": ("brightness", "contrast", "lumaflip", "hue", "saturation"),
    "filter": ("imgfilter",),
    "noise": ("noise",),
    "cutout": ("cutout",),
}
TRANSFORMATIONS = tuple(name for names in GROUPS.values() for name in names)

# Low-pass filters of orthogonal wavelets (Daubechies' least asymmetric ones).
SYM2 = (-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025)
SYM6 = (
    *(0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633),
    *(0.4910559419267466, 0.787641141030194, 0.3379294217276218, -0.07263752278646252),
    *(-0.021060292512300564, 0.04472490177066578, 0.0017677118642428036, -0.007800708325034148),
)
# Standard deviations and largest values, as in the official code.
SHIFT, SCALE, ANISO, FRACTION = 0.125, 0.2, 0.2, 0.125
BRIGHTNESS, CONTRAST, SATURATION, FILTER, NOISE, CUTOUT = 0.2, 0.5, 1.0, 1.0, 0.1, 0.5
# Power of natural images in the four bands of the filter.
BAND_POWER = np.array([10.0, 1.0, 1.0, 1.0]) / 13.0


def augment(images, strengths, draws):
    """Transform each image at random.

    Args:
        images: float32 of shape (batch, height, width, channels) in [-1, 1], with a static size.
        strengths: dict from names of `TRANSFORMATIONS` to the probability of each, a float or scalar tensor.
            Transformations that are left out are not applied.
        draws: source of randomness: `uniform(name, shape)`, `normal(name, shape)`, and `coin(name, shape,
            probability)`, a float tensor of ones and zeros.

    Returns:
        Images of the same shape, not clipped.

    Reference: Karras et al., "Training Generative Adversarial Networks with Limited Data", 2020,
    appendix B, https://arxiv.org/abs/2006.06676
    """
    if any(name in strengths for name in (*GROUPS["blit"], *GROUPS["geom"])):
        images = _resample(images, _geometry(images, strengths, draws))
    if any(name in strengths for name in GROUPS["color"]):
        images = _recolor(images, _colors(images, strengths, draws))
    if "imgfilter" in strengths:
        images = _filter(images, strengths["imgfilter"], draws)
    n, height, width, _ = _shape(images)
    if "noise" in strengths:
        sigma = NOISE * ops.abs(draws.normal("noise", (n, 1, 1, 1)))
        sigma = sigma * draws.coin("noise", (n, 1, 1, 1), strengths["noise"])
        images = images + sigma * draws.normal("noise_image", _shape(images))
    if "cutout" in strengths:
        size = CUTOUT * draws.coin("cutout", (n, 1, 1, 1), strengths["cutout"])
        across = draws.uniform("cutout_x", (n, 1, 1, 1))
        along = draws.uniform("cutout_y", (n, 1, 1, 1))
        x = (np.arange(width, dtype="float32")[None, None, :, None] + 0.5) / width
        y = (np.arange(height, dtype="float32")[None, :, None, None] + 0.5) / height
        outside = ops.logical_or(ops.abs(x - across) >= size / 2, ops.abs(y - along) >= size / 2)
        images = images * ops.cast(outside, images.dtype)
    return images


def _shape(images):
    return (ops.shape(images)[0], *images.shape[1:])


def _mirrored(x, pad, axis):
    """x padded by `pad` pixels on both sides, mirrored at its border, repeatedly if necessary."""
    last = x.shape[axis] - 1
    if pad <= last:
        # Under XLA the second derivative of `take` fails inside a branch, such as a lazy penalty's.
        return ops.pad(x, [[pad, pad] if i == axis else [0, 0] for i in range(4)], mode="reflect")
    places = np.arange(-pad, last + 1 + pad) % (2 * last)
    return ops.take(x, np.minimum(places, 2 * last - places), axis=axis)


def _matrix(rows):
    """(batch, n, n) matrices from entries that are tensors of shape (batch,) or numbers."""
    entries = [entry for row in rows for entry in row]
    like = next(entry for entry in entries if not isinstance(entry, (int, float)))
    # One tensor for each number that occurs: a graph of few operations is traced and compiled faster.
    zero = ops.zeros_like(like)
    filled = {e: zero + e for e in entries if isinstance(e, (int, float))}
    flat = ops.stack([filled[e] if isinstance(e, (int, float)) else e for e in entries], axis=-1)
    return ops.reshape(flat, (-1, len(rows), len(rows)))


# === Geometry: matrices from positions in the result to positions in the image ===


def _scaled(x, y):
    return _matrix([[1.0 / x, 0.0, 0.0], [0.0, 1.0 / y, 0.0], [0.0, 0.0, 1.0]])


def _moved(x, y):
    return _matrix([[1.0, 0.0, -x], [0.0, 1.0, -y], [0.0, 0.0, 1.0]])


def _turned(angle):
    c, s = ops.cos(angle), ops.sin(angle)
    return _matrix([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def _geometry(images, strengths, draws):
    n, height, width, _ = _shape(images)
    inverse = _moved(ops.zeros((n,)), ops.zeros((n,)))

    def coin(name, probability=None):
        return draws.coin(name, (n,), strengths[name.split("-")[0]] if probability is None else probability)

    def power(name, stddev):
        """2^(stddev N(0, 1)) where the coin is 1, else 1."""
        return ops.exp(math.log(2.0) * stddev * draws.normal(name, (n,)) * coin(name))

    if "xflip" in strengths:
        flipped = ops.floor(2.0 * draws.uniform("xflip", (n,))) * coin("xflip")
        inverse = ops.matmul(inverse, _scaled(1.0 - 2.0 * flipped, 1.0 + 0.0 * flipped))
    if "rotate90" in strengths:
        quarters = ops.floor(4.0 * draws.uniform("rotate90", (n,))) * coin("rotate90")
        inverse = ops.matmul(inverse, _turned(-math.pi / 2 * quarters))
    if "xint" in strengths:
        shifts = SHIFT * (2.0 * draws.uniform("xint", (n, 2)) - 1.0) * coin("xint")[:, None]
        inverse = ops.matmul(
            inverse, _moved(ops.round(shifts[:, 0] * width), ops.round(shifts[:, 1] * height))
        )
    if "scale" in strengths:
        scale = power("scale", SCALE)
        inverse = ops.matmul(inverse, _scaled(scale, scale))
    if "rotate" in strengths:
        # Rotations before and after the anisotropic scaling; at least one occurs with the given probability.
        share = 1.0 - ops.sqrt(
            ops.clip(1.0 - ops.convert_to_tensor(strengths["rotate"], "float32"), 0.0, 1.0)
        )

    def rotation(name):
        angle = math.pi * (2.0 * draws.uniform(name, (n,)) - 1.0) * coin(name, share)
        return _turned(-angle)

    if "rotate" in strengths:
        inverse = ops.matmul(inverse, rotation("rotate-before"))
    if "aniso" in strengths:
        scale = power("aniso", ANISO)
        inverse = ops.matmul(inverse, _scaled(scale, 1.0 / scale))
    if "rotate" in strengths:
        inverse = ops.matmul(inverse, rotation("rotate-after"))
    if "xfrac" in strengths:
        shifts = FRACTION * draws.normal("xfrac", (n, 2)) * coin("xfrac")[:, None]
        inverse = ops.matmul(inverse, _moved(shifts[:, 0] * width, shifts[:, 1] * height))
    return inverse


# Pixels around the result that the downsampling filter needs.
EDGE = len(SYM6) // 4
# Largest side for which a matrix for each axis is faster than filters: its cost grows with the third power.
LARGEST = 256


@functools.cache
def _upsampling(size):
    """(size, 6 size - 2): the matrix of `_upsampled` for an axis."""
    mirrored = np.pad(np.eye(size), [(0, 0), (size - 1, size - 1)], mode="reflect")
    spread = np.zeros((size, 2 * mirrored.shape[1]))
    spread[:, ::2] = mirrored
    up = (len(SYM6) + 1) // 2
    spread = np.pad(spread, [(0, 0), (up, up - 1)])
    taps = 2.0 * np.array(SYM6) / np.sum(SYM6)
    filtered = [np.convolve(row, taps, "valid") for row in spread]
    return np.pad(filtered, [(0, 0), (1, 1)]).astype("float32")


@functools.cache
def _downsampling(size):
    """(2 (size + 2 EDGE), size): the matrix of `_downsampled` for an axis."""
    rows = np.eye(2 * (size + 2 * EDGE))
    crop = 2 * EDGE - (len(SYM6) - 1) // 2
    taps = np.array(SYM6[::-1]) / np.sum(SYM6)
    filtered = [np.convolve(row[crop : len(row) - crop], taps, "valid")[::2] for row in rows]
    return np.array(filtered, "float32")


def _along(x, of_height, of_width):
    """Multiply the height axis and the width axis of images by a matrix each."""

    # XLA cannot differentiate the transpositions twice within a condition. The function is linear, so the
    # gradient is written by hand.
    @ops.custom_gradient
    def product(x):
        height, width, channels = x.shape[1:]
        y = ops.reshape(ops.transpose(x, (0, 1, 3, 2)), (-1, width))
        y = ops.reshape(ops.matmul(y, of_width), (-1, height, channels * of_width.shape[1]))
        y = ops.matmul(of_height.T, y)
        y = ops.reshape(y, (-1, of_height.shape[1], channels, of_width.shape[1]))
        return ops.transpose(y, (0, 1, 3, 2)), lambda upstream: _along(upstream, of_height.T, of_width.T)

    return product(x)


def _upsampled(images):
    """Images mirrored beyond their border, at twice their resolution, with a border of one zero.

    They are padded by the largest possible mirrored border. The official code pads only as much as the batch
    needs, which gives the same result.
    """
    height, width = images.shape[1:3]
    if max(height, width) <= LARGEST:
        return _along(images, _upsampling(height), _upsampling(width))
    x = _mirrored(_mirrored(images, height - 1, axis=1), width - 1, axis=2)
    up = (len(SYM6) + 1) // 2
    x = upfirdn(x, SYM6, up=2, padding=(up, up - 1), gain=4.0)
    return ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])


def _downsampled(x, height, width):
    """x, which has twice the size of the result with EDGE pixels around it, downsampled to height x width."""
    if max(height, width) <= LARGEST:
        return _along(x, _downsampling(height), _downsampling(width))
    crop = (len(SYM6) - 1) // 2 - 2 * EDGE
    return upfirdn(x, SYM6[::-1], down=2, padding=(crop, crop))


def _resample(images, inverse):
    """Transform images by matrices: sampled at twice the resolution, mirrored beyond their border."""
    _, height, width, _ = _shape(images)
    x = _upsampled(images)
    # Positions in the result and in the border that its filter needs, in pixels from the centre of the image.
    rows, columns = 2 * (height + 2 * EDGE), 2 * (width + 2 * EDGE)
    at_x = (np.arange(columns, dtype="float32") + 0.5 - columns / 2) / 2
    at_y = (np.arange(rows, dtype="float32") + 0.5 - rows / 2) / 2
    # 0.25 below is the offset of half a pixel of the upsampled image.
    at_x, at_y = at_x[None, None, :], at_y[None, :, None]
    m = [[inverse[:, i, j][:, None, None] for j in range(3)] for i in range(2)]
    from_x = m[0][0] * (at_x + 0.25) + m[0][1] * (at_y + 0.25) + m[0][2] - 0.25
    from_y = m[1][0] * (at_x + 0.25) + m[1][1] * (at_y + 0.25) + m[1][2] - 0.25
    x = _bilinear(x, 2.0 * from_x + x.shape[2] / 2 - 0.5, 2.0 * from_y + x.shape[1] / 2 - 0.5)
    return _downsampled(x, height, width)


def _bilinear(x, across, along):
    """Pixels of x at positions (batch, rows, columns) in pixels; zero at its border and beyond."""
    height, width, channels = x.shape[1:]
    across = ops.clip(across, 0.0, width - 1.0)
    along = ops.clip(along, 0.0, height - 1.0)
    left = ops.minimum(ops.floor(across), width - 2.0)
    top = ops.minimum(ops.floor(along), height - 2.0)
    right_share, lower_share = (across - left)[..., None], (along - top)[..., None]
    first = ops.cast(top, "int32") * width + ops.cast(left, "int32")
    # Gathers from one list of all pixels: several times as fast as gathering within each image.
    pixels = ops.reshape(x, (-1, channels))
    first = first + height * width * ops.arange(ops.shape(first)[0], dtype="int32")[:, None, None]

    def at(offset):
        return ops.take(pixels, first + offset, axis=0)

    upper = at(0) * (1.0 - right_share) + at(1) * right_share
    lower = at(width) * (1.0 - right_share) + at(width + 1) * right_share
    return upper * (1.0 - lower_share) + lower * lower_share


# === Colour: matrices of (red, green, blue, 1) ===


def _colors(images, strengths, draws):
    n, channels = _shape(images)[0], images.shape[-1]
    grey = np.zeros((4, 4), "float32")
    grey[:3, :3] = 1.0 / 3.0
    color = np.eye(4, dtype="float32")[None] + ops.zeros((n, 1, 1))

    def coin(name):
        return draws.coin(name, (n,), strengths[name])

    if "brightness" in strengths:
        b = BRIGHTNESS * draws.normal("brightness", (n,)) * coin("brightness")
        color = ops.matmul(
            _matrix([[1.0, 0.0, 0.0, b], [0.0, 1.0, 0.0, b], [0.0, 0.0, 1.0, b], [0.0, 0.0, 0.0, 1.0]]), color
        )
    if "contrast" in strengths:
        c = ops.exp(math.log(2.0) * CONTRAST * draws.normal("contrast", (n,)) * coin("contrast"))
        color = ops.matmul(
            _matrix([[c, 0.0, 0.0, 0.0], [0.0, c, 0.0, 0.0], [0.0, 0.0, c, 0.0], [0.0, 0.0, 0.0, 1.0]]), color
        )
    if "lumaflip" in strengths:
        flipped = ops.floor(2.0 * draws.uniform("lumaflip", (n,))) * coin("lumaflip")
        color = ops.matmul(np.eye(4, dtype="float32") - 2.0 * grey * flipped[:, None, None], color)
    if "hue" in strengths and channels > 1:
        angle = math.pi * (2.0 * draws.uniform("hue", (n,)) - 1.0) * coin("hue")
        color = ops.matmul(_about_grey(angle), color)
    if "saturation" in strengths and channels > 1:
        s = ops.exp(math.log(2.0) * SATURATION * draws.normal("saturation", (n,)) * coin("saturation"))
        color = ops.matmul(grey + (np.eye(4, dtype="float32") - grey) * s[:, None, None], color)
    return color


def _about_grey(angle):
    """Matrices of rotations about the grey axis."""
    v = 1.0 / math.sqrt(3.0)
    c, s = ops.cos(angle), ops.sin(angle)
    same, more, less = v * v * (1 - c) + c, v * v * (1 - c) + v * s, v * v * (1 - c) - v * s
    return _matrix(
        [[same, less, more, 0.0], [more, same, less, 0.0], [less, more, same, 0.0], [0.0, 0.0, 0.0, 1.0]]
    )


def _recolor(images, color):
    if images.shape[-1] == 1:
        color = ops.mean(color[:, :3], axis=1)
        scale = ops.sum(color[:, :3], axis=1)
        return images * scale[:, None, None, None] + color[:, 3][:, None, None, None]
    # An alpha channel is not changed.
    mixed = ops.einsum("bhwc,bdc->bhwd", images[..., :3], color[:, :3, :3]) + color[:, None, None, :3, 3]
    return mixed if images.shape[-1] == 3 else ops.concatenate([mixed, images[..., 3:]], axis=-1)


# === Filter: four bands, each amplified at random ===


@functools.cache
def filter_bank():
    """(4, taps): filters that split an image into four frequency bands, which add up to the image."""
    low = np.array(SYM2)
    high = low * (-1.0) ** np.arange(len(low))
    low2, high2 = np.convolve(low, low[::-1]) / 2, np.convolve(high, high[::-1]) / 2
    bank = np.eye(4, 1)
    for i in range(1, 4):
        wide = np.zeros((4, 2 * bank.shape[1] - 1))
        wide[:, ::2] = bank
        bank = np.stack([np.convolve(row, low2) for row in wide])
        start = (bank.shape[1] - len(high2)) // 2
        bank[i, start : start + len(high2)] += high2
    return bank.astype("float32")


def _filter(images, probability, draws):
    n = _shape(images)[0]
    gains = ops.ones((n, 4))
    for band in range(4):
        name = f"imgfilter-{band}"
        gain = ops.exp(
            math.log(2.0) * FILTER * draws.normal(name, (n,)) * draws.coin(name, (n,), probability)
        )
        one = np.arange(4) == band
        changed = ops.where(one[None], gain[:, None], ops.ones((n, 4)))
        gains = (
            gains
            * changed
            / ops.sqrt(ops.sum(BAND_POWER.astype("float32") * ops.square(changed), axis=1, keepdims=True))
        )
    bank = filter_bank()
    taps, pad = ops.matmul(gains, bank), bank.shape[1] // 2
    x = _mirrored(_mirrored(images, pad, axis=1), pad, axis=2)
    # Each image has its own filter: a sum over shifted images, along one axis after the other.
    height, width = images.shape[1:3]
    x = sum(taps[:, i][:, None, None, None] * x[:, i : i + height] for i in range(bank.shape[1]))
    return sum(taps[:, i][:, None, None, None] * x[:, :, i : i + width] for i in range(bank.shape[1]))
