"""JPEG as a layer with a gradient."""

import keras
import numpy as np
from keras import ops

from keras_gan.arguments import check_int

# Quantisation tables of the standard's annex K for brightness and colour, at quality 50.
BRIGHTNESS = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    "float32",
)
COLOUR = np.full((8, 8), 99, "float32")
COLOUR[:4, :4] = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]]

_FREQUENCY, _PLACE = np.mgrid[:8, :8]
# The rows are the basis vectors of the discrete cosine transform, of length one.
DCT = (np.sqrt(np.where(_FREQUENCY == 0, 1, 2) / 8) * np.cos(np.pi / 8 * _FREQUENCY * (_PLACE + 0.5))).astype(
    "float32"
)
TO_YCC = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], "float32"
)


@keras.saving.register_keras_serializable("keras_gan")
class JPEG(keras.layers.Layer):
    """Compresses images in [-1, 1] as JPEG and decodes them, for networks whose output must survive that.

    The layer halves the resolution of the colour, applies the cosine transform to blocks of 8 x 8 and rounds
    with the standard's quantisation tables. The gradient ignores the rounding.

    Args:
        quality: int from 1 to 100, on libjpeg's scale. Default 75. `call(images, quality=)` takes other
            values, one for each image.

    Input and output shape: (batch, height, width, 1 or 3).

    Example:
    >>> images = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 3)).astype("float32")
    >>> [float(abs(keras_gan.layers.JPEG(quality)(images) - images).numpy().mean()) > 0.1 for quality in (50, 100)]
    [True, True]

    Reference: ITU-T T.81; the gradient as in Zhu et al., "HiDDeN", 2018, https://arxiv.org/abs/1807.09937
    """

    def __init__(self, quality=75, **kwargs):
        super().__init__(**kwargs)
        self.quality = check_int(quality, "quality")
        if quality > 100:
            raise ValueError(f"`quality` must be from 1 to 100. Received: quality={quality}")

    def build(self, input_shape):
        if len(input_shape) != 4 or input_shape[-1] not in (1, 3):
            raise ValueError(
                f"JPEG takes images of shape (height, width, 1 or 3). Received: {tuple(input_shape)}"
            )
        if min(input_shape[1:3]) < 8:
            raise ValueError(
                f"JPEG's blocks have 8 x 8 pixels, but the images have {input_shape[1]} x {input_shape[2]}."
            )

    def call(self, inputs, quality=None):
        _, height, width, channels = inputs.shape
        levels = 127.5 * (ops.cast(inputs, "float32") + 1.0)
        quality = ops.cast(self.quality if quality is None else quality, "float32")
        if channels == 1:
            return ops.cast(self._coded(levels, BRIGHTNESS, quality) / 127.5 - 1.0, inputs.dtype)
        planes = ops.matmul(levels, TO_YCC.T)
        bright = self._coded(planes[..., :1], BRIGHTNESS, quality)
        # If the size is odd, the last row and column are repeated.
        hue = ops.pad(planes[..., 1:], [[0, 0], [0, height % 2], [0, width % 2], [0, 0]], mode="symmetric")
        hue = ops.average_pool(hue, 2)
        hue = self._coded(hue + 128.0, COLOUR, quality) - 128.0
        hue = ops.image.resize(hue, (height + height % 2, width + width % 2), "bilinear")[:, :height, :width]
        rgb = ops.matmul(ops.concatenate([bright, hue], axis=-1), np.linalg.inv(TO_YCC).T.astype("float32"))
        return ops.cast(ops.clip(rgb, 0.0, 255.0) / 127.5 - 1.0, inputs.dtype)

    def _coded(self, planes, table, quality):
        """Planes of levels from 0 to 255 after the frequencies of their blocks were rounded."""
        _, height, width, count = planes.shape
        rows, columns = -(-height // 8), -(-width // 8)
        padded = ops.pad(
            planes, [[0, 0], [0, 8 * rows - height], [0, 8 * columns - width], [0, 0]], mode="symmetric"
        )
        blocks = ops.reshape(padded - 128.0, (-1, rows, 8, columns, 8, count))
        # Few axes: TensorFlow broadcasts over five at most.
        strengths = ops.reshape(
            ops.einsum("ui,vj,nyixjc->nyxuvc", DCT, DCT, blocks), (-1, rows * columns, 64, count)
        )
        scale = ops.where(quality < 50, 5000.0 / quality, 200.0 - 2.0 * quality)
        steps = ops.clip(ops.floor((ops.reshape(scale, (-1, 1, 1)) * table + 50.0) / 100.0), 1.0, 255.0)
        steps = ops.reshape(steps, (-1, 1, 64, 1))
        counted = strengths / steps
        rounded = counted + ops.stop_gradient(ops.round(counted) - counted)
        strengths = ops.reshape(rounded * steps, (-1, rows, columns, 8, 8, count))
        blocks = ops.einsum("ui,vj,nyxuvc->nyixjc", DCT, DCT, strengths)
        found = ops.reshape(blocks, (-1, 8 * rows, 8 * columns, count))[:, :height, :width] + 128.0
        found = ops.clip(found, 0.0, 255.0)
        return found + ops.stop_gradient(ops.round(found) - found)

    def get_config(self):
        return {**super().get_config(), "quality": self.quality}
