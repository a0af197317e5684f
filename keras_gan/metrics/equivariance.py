"""Equivariance metrics EQ-T and EQ-R: whether generated images move and rotate with the input."""

import functools

import keras
import numpy as np
from keras import ops

from keras_gan.arguments import check_int
from keras_gan.metrics.metric import ImageMetric

# Largest shift, as a share of the side. Half width of the Lanczos windows, in pixels.
SHIFT, LANCZOS = 0.125, 3


class _Equivariance(ImageMetric):
    """Peak signal-to-noise ratio, in dB, between transformed images and images of transformed input.

    Args:
        num_samples: int, images. Default 500 (the official values are of 50,000).
        seed: int.
        batch_size: int.
        name: str.
    """

    fewest = 0

    def __init__(self, num_samples, seed, batch_size, name):
        super().__init__(name=name)
        check_int(num_samples, "num_samples")
        check_int(batch_size, "batch_size")
        self.num_samples, self.seed, self.batch_size = num_samples, seed, batch_size
        self.model = None

    def prepare(self, image_shape, model=None):
        super().prepare(image_shape, model)
        self.model = model or self.model
        if self.model is not None:
            self._input()

    def _input(self):
        """The layer whose `transform` moves the image."""
        generator = self.model.ema_generator
        names = [layer.name for layer in generator.layers]
        synthesis = generator.get_layer("synthesis") if "synthesis" in names else generator
        for layer in synthesis.layers:
            if hasattr(layer, "transform"):
                return layer
        raise ValueError(
            f"`{self.name}` needs a generator that begins with `FourierFeatures` (StyleGAN3). Received: "
            f"{type(self.model).__name__}"
        )

    def take(self, real, fake, labels):
        """Does nothing: `result` generates its own images."""

    def compute(self):
        if self.model is None:
            raise ValueError(
                f"{type(self).__name__} needs a model: `evaluate`, or `prepare(image_shape, gan)`."
            )
        layer, rng = self._input(), np.random.default_rng(self.seed)
        before = layer.transform.numpy()
        latents = self.model.sample_latents(self.num_samples, self.seed)
        error = weight = 0.0
        try:
            for start in range(0, self.num_samples, self.batch_size):
                part = ops.convert_to_tensor(latents[start : start + self.batch_size])
                condition = None
                if self.model.condition is not None:
                    condition = ops.convert_to_tensor(self.model.grid_inputs(len(part), 1, self.seed)[1])

                def images(matrix, part=part, condition=condition):
                    layer.transform.assign(matrix)
                    made = self.model.synthesize(part, condition)
                    return ops.convert_to_numpy(made).astype("float64")

                first, second, mask = self.pair(images, rng)
                error += (np.square(first - second) * mask).sum()
                weight += mask.sum() * len(first) * first.shape[-1]
        finally:
            layer.transform.assign(before)
        # The range of the images is 2.
        return float(10 * np.log10(4 / (error / weight)))


@keras.saving.register_keras_serializable("keras_gan")
class TranslationEquivariance(_Equivariance):
    """EQ-T: PSNR in dB between images moved by whole pixels and images whose input was moved.

        10 log10(4 / E (t(G(w)) - G_t(w))^2),   shifts t up to 1/8 of the side, over pixels that both have

    For generators that begin with `FourierFeatures`, as StyleGAN3's do; higher is better.

    Args:
        num_samples: int, images. Default 500 (the official values are of 50,000).
        seed: int. Default 0.
        batch_size: int, number of images that share a shift. Default 8.
        name: default "eq_t".

    Example:
    >>> networks = keras_gan.networks.stylegan3(
    ...     (16, 16, 3), latent_dim=8, channel_base=128, channel_max=8, synthesis_layers=4
    ... )
    >>> metric = keras_gan.metrics.TranslationEquivariance(num_samples=4)
    >>> metric.prepare((16, 16, 3), keras_gan.StyleGAN3(*networks))
    >>> metric.result() > 20
    True

    Reference: Karras et al., "Alias-Free Generative Adversarial Networks", 2021, section 2 and appendix E,
    https://arxiv.org/abs/2106.12423
    """

    def __init__(self, num_samples=500, seed=0, batch_size=8, name="eq_t"):
        super().__init__(num_samples, seed, batch_size, name)

    def pair(self, images, rng):
        plain = images(np.eye(3))
        size = np.array(plain.shape[1:3])
        shift = np.round(rng.uniform(-SHIFT, SHIFT, 2) * size).astype(int)
        matrix = np.eye(3)
        matrix[:2, 2] = -(shift / size)[::-1]  # (x, y)
        moved = images(matrix)
        (y, x), (height, width) = shift, size
        inner = np.zeros((height, width))
        inner[max(y, 0) : height + min(y, 0), max(x, 0) : width + min(x, 0)] = 1
        return np.roll(plain, (y, x), axis=(1, 2)), moved, inner[None, :, :, None]


@keras.saving.register_keras_serializable("keras_gan")
class RotationEquivariance(_Equivariance):
    """EQ-R: PSNR in dB between images rotated by any angle and images whose input was rotated.

    Images are rotated with a filter that is the convolution of both orientations' windowed sincs; the
    images whose input was rotated are filtered with it too. The PSNR is over pixels that both have.

    Args:
        num_samples, seed, batch_size: as in `TranslationEquivariance`.
        name: default "eq_r".

    Example:
    >>> networks = keras_gan.networks.stylegan3(
    ...     (16, 16, 3), latent_dim=8, configuration="r", channel_base=128, channel_max=8, synthesis_layers=4
    ... )
    >>> metric = keras_gan.metrics.RotationEquivariance(num_samples=4)
    >>> metric.prepare((16, 16, 3), keras_gan.StyleGAN3(*networks))
    >>> bool(np.isfinite(metric.result()))
    True

    Reference: Karras et al., 2021, appendix E.3, https://arxiv.org/abs/2106.12423
    """

    def __init__(self, num_samples=500, seed=0, batch_size=8, name="eq_r"):
        super().__init__(num_samples, seed, batch_size, name)

    def pair(self, images, rng):
        angle = rng.uniform(-np.pi, np.pi)
        plain, matrix = images(np.eye(3)), np.eye(3)
        matrix[:2, :2] = _rotation(-angle)
        turned, inner = _turn(plain, angle)
        filtered, also_inner = _filter_as_turned(images(matrix), angle)
        return turned, filtered, inner * also_inner


# === Rotation by any angle ===


def _rotation(angle):
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s], [-s, c]])


def _lanczos(x):
    return np.where(np.abs(x) < LANCZOS, np.sinc(x / LANCZOS), 0.0)


def _filter(angle, up):
    """Convolution of the windowed sincs of a pixel and of a rotated pixel, with `up` weights per pixel.

    The weights at each of the `up` x `up` positions add up to one.
    """
    # Wide enough for the tails of the sincs.
    reach, wide = 2 * LANCZOS, 64
    places = np.roll((np.arange(2 * wide * up - 1) + 1) / up - wide, 1 - wide * up)
    y, x = np.meshgrid(places, places, indexing="ij")
    turned = np.stack([x, y], axis=-1) @ _rotation(angle).T

    def convolved(window):
        from scipy import fft  # imported here, as it takes a tenth of a second

        straight = window(x) * window(y)
        other = window(turned[..., 0]) * window(turned[..., 1])
        return fft.ifft2(fft.fft2(straight) * fft.fft2(other)).real

    taps = np.roll(convolved(np.sinc) * convolved(_lanczos), (wide * up - 1,) * 2, axis=(0, 1))
    cut = (wide - reach) * up
    taps = np.pad(taps[cut:-cut, cut:-cut], ((0, 1), (0, 1))).reshape(2 * reach, up, 2 * reach, up)
    taps = taps / taps.sum(axis=(0, 2), keepdims=True)
    return taps.reshape(2 * reach * up, 2 * reach * up)[:-1, :-1]


def _turn(images, angle, up=4):
    """Images rotated about their centre, and a mask of pixels whose filter lies within the image."""
    from scipy import ndimage, signal  # imported here, as it takes a tenth of a second

    n, height, width, channels = images.shape
    taps = _filter(angle, up)
    half = len(taps) // 2
    spread = np.zeros((n, up * height, up * width, channels))
    spread[:, ::up, ::up] = images
    wide = signal.fftconvolve(spread, taps[::-1, ::-1][None, :, :, None], mode="full", axes=(1, 2))
    # Each pixel of the result is read at the position in `wide` that the rotation moves to it.
    y, x = np.meshgrid(
        np.arange(height) + 0.5 - height / 2, np.arange(width) + 0.5 - width / 2, indexing="ij"
    )
    back = np.stack([x, y], axis=-1) @ np.linalg.inv(_rotation(angle)).T
    # The first of the `up` positions of a pixel is its centre.
    at = [up * (back[..., i] + (height, width)[1 - i] / 2 - 0.5) + half for i in (1, 0)]
    sample = functools.partial(ndimage.map_coordinates, order=1, mode="constant")
    turned = np.stack(
        [np.stack([sample(wide[i, :, :, c], at) for c in range(channels)], axis=-1) for i in range(n)]
    )
    whole = np.zeros(wide.shape[1:3])
    whole[2 * half + 1 : -2 * half - 1, 2 * half + 1 : -2 * half - 1] = 1
    inner = ndimage.map_coordinates(whole, at, order=0, mode="constant")
    return turned, inner[None, :, :, None]


def _filter_as_turned(images, angle):
    """Images filtered as `_turn` does but not rotated, and a mask as of `_turn`."""
    from scipy import signal  # imported here, as it takes a tenth of a second

    taps = _filter(-angle, 1)
    half = len(taps) // 2
    filtered = signal.fftconvolve(images, taps[::-1, ::-1][None, :, :, None], mode="same", axes=(1, 2))
    whole = np.zeros(images.shape[1:3])
    whole[half:-half, half:-half] = 1
    return filtered, whole[None, :, :, None]
