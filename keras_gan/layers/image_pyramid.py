"""Images of several sizes in one tensor, so that one input of a discriminator holds them all."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class ImagePyramid(keras.layers.Layer):
    """Joins images of several sizes in one tensor.

    Each image is enlarged to the size of the last one by repeating its pixels; all are concatenated along the
    channels.

    Inputs: a list of images (batch, side, side, channels), each side twice the one before. Output: (batch,
    last side, last side, number of images x channels). `PyramidLevels` undoes it.

    Example:
    >>> images = [np.zeros((2, side, side, 3), "float32") for side in (8, 16)]
    >>> keras_gan.layers.ImagePyramid()(images).shape
    TensorShape([2, 16, 16, 6])
    """

    def call(self, inputs):
        side = inputs[-1].shape[1]
        return ops.concatenate([_enlarged(images, side // images.shape[1]) for images in inputs], axis=-1)

    def compute_output_shape(self, input_shape):
        channels = sum(shape[-1] for shape in input_shape)
        return (*input_shape[-1][:-1], channels)


@keras.saving.register_keras_serializable("keras_gan")
class PyramidLevels(keras.layers.Layer):
    """Splits the output of `ImagePyramid` into the images of several sizes.

    Args:
        sides: list of int, heights of the images, smallest first.

    Example:
    >>> [images.shape[1] for images in keras_gan.layers.PyramidLevels([8, 16])(np.zeros((2, 16, 16, 6), "float32"))]
    [8, 16]
    """

    def __init__(self, sides, **kwargs):
        super().__init__(**kwargs)
        self.sides = list(sides)
        if not self.sides or any(self.sides[-1] % side for side in self.sides):
            raise ValueError(f"`sides` must divide the last one. Received: sides={self.sides}")

    def build(self, input_shape):
        if input_shape[-1] % len(self.sides) or input_shape[1] != self.sides[-1]:
            raise ValueError(
                f"A pyramid of the sides {self.sides} has that last height, and channels for all. Received: {tuple(input_shape)}"
            )

    def call(self, inputs):
        channels = inputs.shape[-1] // len(self.sides)
        return [
            inputs[:, :: self.sides[-1] // side, :: self.sides[-1] // side, i * channels : (i + 1) * channels]
            for i, side in enumerate(self.sides)
        ]

    def compute_output_shape(self, input_shape):
        channels = input_shape[-1] // len(self.sides)
        return [(input_shape[0], side, side, channels) for side in self.sides]

    def get_config(self):
        return {**super().get_config(), "sides": self.sides}


def image_pyramid(images, sides):
    """The pyramid of images; each smaller size is made by average pooling."""
    factors = [sides[-1] // side for side in sides]
    return ImagePyramid(dtype=images.dtype)(
        [ops.average_pool(images, f, f, padding="valid") if f > 1 else images for f in factors]
    )


def _enlarged(images, factor):
    if factor == 1:
        return images
    return ops.repeat(ops.repeat(images, factor, axis=1), factor, axis=2)
