"""Base classes of the metrics that compare each image with its target."""

import numpy as np
from keras import ops

from keras_gan.arguments import check_int
from keras_gan.data.images import to_uint8
from keras_gan.metrics.metric import ImageMetric

CHANNELS = ("rgb", "y")


class PairMetric(ImageMetric):
    """The mean over images of a value for each image and its target; subclasses define `of_pairs`.

    For models from image to image, where each generated image is compared with the real one of the same pair.
    """

    def prepare(self, image_shape, model=None):
        if model is not None and not model.paired:
            raise ValueError(
                f"The metric {self.name!r} compares each image with its target, and {type(model).__name__} "
                "has none: it is for models from image to image with pairs."
            )
        super().prepare(image_shape, model)

    def make_variables(self, image_shape):
        self.keep("total", (), "float32")

    def take(self, real, fake, labels):
        self.total.assign_add(ops.sum(self.of_pairs(real, fake)))

    def of_pairs(self, real, fake):
        """Return the values, float32 of shape (batch,), for images in [-1, 1] or uint8."""
        raise NotImplementedError(f"{type(self).__name__} must define `of_pairs`.")

    def compute(self):
        return float(self.total.numpy()) / int(self.images_seen.numpy())


class LevelsMetric(PairMetric):
    """A pair metric of the 256 levels of images, or of their luma, without a border.

    Args:
        channels: "rgb" (default): all channels; "y": the luma of BT.601 in [16, 235], as super-resolution is
            usually measured; grey images are used as they are.
        border: int, pixels left out on each side, usually the scale of the super-resolution. Default 0.
        name: under which it is logged.
    """

    # Smallest height and width of images that can be measured.
    least = 1

    def __init__(self, channels, border, name):
        super().__init__(name)
        if channels not in CHANNELS:
            raise ValueError(f"`channels` must be one of {CHANNELS}. Received: {channels!r}")
        check_int(border, "border", least=0)
        self.channels, self.border = channels, border

    def check(self, image_shape):
        check_luma(self.channels, image_shape[-1])
        if min(image_shape[:2]) - 2 * self.border < self.least:
            raise ValueError(
                f"`{self.name}` needs {self.least} pixels and more inside the border of {self.border}. Received: "
                f"images of shape {tuple(image_shape)}"
            )

    def of_pairs(self, real, fake):
        return self.of_levels(*(levels(images, self.channels, self.border) for images in (real, fake)))

    def of_levels(self, real, fake):
        """Return the values, float32 of shape (batch,), for images in [0, 255]."""
        raise NotImplementedError(f"{type(self).__name__} must define `of_levels`.")


def check_luma(channels, count):
    if channels == "y" and count not in (1, 3):
        raise ValueError(f'`channels="y"` is the luma of RGB or grey images. Received: {count} channels')


def levels(images, channels="rgb", border=0):
    """Images in [-1, 1], or uint8, as whole levels in [0, 255] or their luma, float32, without a border."""
    images = ops.convert_to_tensor(images)
    if "int" not in str(images.dtype):
        images = to_uint8(images)
    images = ops.cast(images, "float32")
    if border:
        images = images[:, border:-border, border:-border]
    check_luma(channels, images.shape[-1])
    if channels == "y" and images.shape[-1] == 3:
        weights = np.array([65.481, 128.553, 24.966], "float32") / 255.0
        images = ops.sum(images * weights, axis=-1, keepdims=True) + 16.0
    return images
