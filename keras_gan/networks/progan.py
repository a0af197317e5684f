"""The networks of ProGAN, which grow."""

import keras
from keras import layers, ops

from keras_gan.layers import EqualizedConv2D, EqualizedDense, MinibatchStdDev, PixelNormalization
from keras_gan.networks.checks import check_image_shape, check_positive


def progan(image_shape, latent_dim=512, *, filters=None, group_size=4):
    """Generator and discriminator that grow from 4 x 4 to their full size, stage by stage.

    Args:
        image_shape: (size, size, channels), size a power of two of at least 8.
        latent_dim: int. Default 512.
        filters: list of ints, channels at 4, 8, 16, ... Default: the paper's, 16384 / size and 512 at most.
        group_size: int, of the minibatch standard deviation. Default 4.

    Returns:
        `ProGANGenerator` (batch, latent_dim) -> images, not bounded, and `ProGANDiscriminator` images -> logits (batch,
        1), at their last stage.

    Example:
    >>> generator, discriminator = keras_gan.networks.progan((16, 16, 3), latent_dim=8, filters=[16, 16, 8])
    >>> generator.stage = 1
    >>> generator(np.zeros((2, 8), "float32"), training=True).shape
    TensorShape([2, 8, 8, 3])

    Reference: Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and Variation", 2018,
    https://arxiv.org/abs/1710.10196
    """
    return (
        ProGANGenerator(image_shape, latent_dim, filters),
        ProGANDiscriminator(image_shape, filters, group_size),
    )


class _Grown(keras.Model):
    """Base class of both networks.

    Attributes:
        stage: int, 0 for 4 x 4. Above 0 the layers of the previous stage are blended with those of this
            stage.
        alpha: weight, the share of the newest layers; not trained.
    """

    def __init__(self, image_shape, filters, stage, **kwargs):
        super().__init__(**kwargs)
        height, width, channels = check_image_shape(image_shape)
        if height != width or height < 8 or height & (height - 1):
            raise ValueError(
                "ProGAN's images must be square, with a power of two of at least 8. Received: image_shape="
                f"{tuple(image_shape)}. Resize to one with `image_size` in `data.load`, --image-size on the command line."
            )
        if channels not in (1, 3, 4):
            raise ValueError(
                f"Images must be grey, RGB or RGBA, with 1, 3 or 4 channels. Received: {tuple(image_shape)}"
            )
        self.image_shape = (height, width, channels)
        self.sizes = [1 << i for i in range(2, height.bit_length())]
        self.filters = [min(16384 // size, 512) for size in self.sizes] if filters is None else list(filters)
        if len(self.filters) != len(self.sizes):
            raise ValueError(
                f"`filters` has one number for each size of {self.sizes}. Received: filters={self.filters}"
            )
        check_positive(**{f"filters[{i}]": width for i, width in enumerate(self.filters)})
        self.stage = len(self.sizes) - 1 if stage is None else stage
        self.alpha = self.add_weight(
            shape=(), initializer="ones", trainable=False, aggregation="only_first_replica", name="alpha"
        )

    def get_config(self):
        return {
            "image_shape": self.image_shape,
            "filters": self.filters,
            "stage": self.stage,
            "name": self.name,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    @property
    def size(self):
        """Height and width of the images at this stage."""
        return self.sizes[self.stage]

    def stage_variables(self):
        """The trained weights that images of this stage use."""
        used = self.stage_layers()
        return [v for layer in used for v in layer.trainable_variables]

    def blend(self, older, newer):
        alpha = ops.cast(self.alpha, newer.dtype)
        return newer * alpha + older * (1.0 - alpha)


def convolution(filters, name, dtype, kernel_size=3, activation="leaky_relu"):
    return EqualizedConv2D(filters, kernel_size, activation, name=name, dtype=dtype)


def half(images):
    """Images of half the size: means of 2 x 2 pixels."""
    return ops.average_pool(images, 2, 2)


def double(images):
    """Images of twice the size: each pixel is repeated 2 x 2 times."""
    return ops.repeat(ops.repeat(images, 2, axis=1), 2, axis=2)


@keras.saving.register_keras_serializable("keras_gan")
class ProGANGenerator(_Grown):
    """ProGAN's generator.

    In training its images have the size of its stage; otherwise they have the full size, with repeated
    pixels.

    Args:
        image_shape, latent_dim, filters: as in `progan`.
        stage: int, from 0. Default: the last.
    """

    def __init__(self, image_shape, latent_dim=512, filters=None, stage=None, **kwargs):
        super().__init__(image_shape, filters, stage, **{"name": "generator", **kwargs})
        dtype = self.dtype_policy
        check_positive(latent_dim=latent_dim)
        self.latent_dim = latent_dim
        self.norm = PixelNormalization(dtype=dtype)
        first = self.filters[0]
        self.dense = EqualizedDense(16 * first, "leaky_relu", name="dense", dtype=dtype)
        self.dense.build((None, latent_dim))
        self.blocks, self.to_image = [], []
        for i, (size, width) in enumerate(zip(self.sizes, self.filters, strict=True)):
            block = [convolution(width, f"{size}_conv{j}", dtype) for j in range(1 if i == 0 else 2)]
            for j, layer in enumerate(block):
                layer.build((None, size, size, self.filters[i - 1] if i and j == 0 else width))
            self.blocks.append(block)
            image = convolution(self.image_shape[2], f"{size}_to_image", dtype, 1, "linear")
            image.build((None, size, size, width))
            self.to_image.append(image)
        self.built = True

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_dim}

    @property
    def input_shape(self):
        return (None, self.latent_dim)

    @property
    def output_shape(self):
        return (None, *self.image_shape)

    def stage_layers(self):
        blocks = [layer for block in self.blocks[: self.stage + 1] for layer in block]
        return [self.dense, *blocks, *self.to_image[max(self.stage - 1, 0) : self.stage + 1]]

    def call(self, latents, training=False):
        x = self.dense(self.norm(latents))
        # Latents as one pixel for convolutions: the channel is the last axis.
        x = self.norm(ops.reshape(x, (-1, 4, 4, self.filters[0])))
        for i in range(self.stage + 1):
            before, x = x, double(x) if i else x
            for layer in self.blocks[i]:
                x = self.norm(layer(x))
        images = self.to_image[self.stage](x)
        if self.stage:
            images = self.blend(double(self.to_image[self.stage - 1](before)), images)
        images = ops.cast(images, "float32")
        return images if training else self.enlarge(images)

    def enlarge(self, images):
        """Enlarge images of any stage to full size."""
        while images.shape[1] < self.sizes[-1]:
            images = double(images)
        return images


@keras.saving.register_keras_serializable("keras_gan")
class ProGANDiscriminator(_Grown):
    """ProGAN's discriminator. It takes images of the size of its stage, or larger ones, which it shrinks.

    Args:
        image_shape, filters, group_size: as in `progan`.
        stage: int, from 0. Default: the last.
    """

    def __init__(self, image_shape, filters=None, group_size=4, stage=None, **kwargs):
        super().__init__(image_shape, filters, stage, **{"name": "discriminator", **kwargs})
        check_positive(group_size=group_size)
        dtype = self.dtype_policy
        self.group_size = group_size
        self.deviation = MinibatchStdDev(group_size, dtype=dtype)
        self.from_image, self.blocks = [], []
        for i, (size, width) in enumerate(zip(self.sizes, self.filters, strict=True)):
            image = convolution(width, f"{size}_from_image", dtype, 1)
            image.build((None, size, size, self.image_shape[2]))
            self.from_image.append(image)
            widths = [self.filters[0]] if i == 0 else [width, self.filters[i - 1]]
            block = [convolution(w, f"{size}_conv{j}", dtype) for j, w in enumerate(widths)]
            for layer in block:
                layer.build((None, size, size, width + 1 if i == 0 else width))
            self.blocks.append(block)
        self.dense = EqualizedDense(self.filters[0], "leaky_relu", name="dense", dtype=dtype)
        self.dense.build((None, 16 * self.filters[0]))
        self.logits = EqualizedDense(1, name="logits", dtype=dtype)
        self.logits.build((None, self.filters[0]))
        self.built = True

    def get_config(self):
        return {**super().get_config(), "group_size": self.group_size}

    @property
    def input_shape(self):
        return (None, *self.image_shape)

    @property
    def output_shape(self):
        return (None, 1)

    def stage_layers(self):
        blocks = [layer for block in self.blocks[: self.stage + 1] for layer in block]
        images = self.from_image[max(self.stage - 1, 0) : self.stage + 1]
        return [*images, *blocks, self.dense, self.logits]

    def call(self, images, training=False):
        return ops.cast(self.logits(self.features(images)), "float32")

    def features(self, images, training=False):
        """Input of the last layer."""
        images = self.shrink(images)
        x = self.from_image[self.stage](images)
        for i in range(self.stage, 0, -1):
            for layer in self.blocks[i]:
                x = layer(x)
            x = half(x)
            if i == self.stage:
                x = self.blend(self.from_image[i - 1](half(images)), x)
        x = self.blocks[0][0](self.deviation(x))
        return self.dense(layers.Flatten()(x))

    def shrink(self, images):
        """Shrink images of full size to the size of the stage."""
        while images.shape[1] > self.size:
            images = half(images)
        return images
