"""StackGAN-v2."""

import itertools

import keras
from keras import ops

from keras_gan.arguments import check_weight
from keras_gan.layers import ImagePyramid, PyramidLevels
from keras_gan.layers.image_pyramid import image_pyramid
from keras_gan.models.stackgan import StackGAN
from keras_gan.networks.outputs import first
from keras_gan.parts import as_list


@keras.saving.register_keras_serializable("keras_gan")
class StackGAN2(StackGAN):
    """StackGAN-v2: one generator makes an image at each of several sizes; all are trained together.

    Within the model an "image" is a pyramid: the images of all sizes in one tensor (`layers.ImagePyramid`).
    `generate`, metrics and exports use the largest image. It trains on images of that size; the smaller ones
    are means over their pixels.

    For each size the discriminator returns logits for images with their text (c) and, with
    `networks.stackgan2(..., unconditional=True)`, for images alone (u). It minimises the sum over sizes of

        real_c + mismatched_c + fake_c + 2 real_u + fake_u

    Without u the summand is real_c + (mismatched_c + fake_c) / 2; for a model without a condition it is
    real_u + fake_u. The generator adds the divergence of `StackGAN` and colour consistency, logged as
    `g_color`: `color_weight` times the mean squared difference between the channel means of neighbouring
    sizes, plus five times that of their channel covariances. The smaller image is the target.

    Args:
        generator, discriminator: such as `networks.stackgan2(...)`.
        color_weight: float. Default 0 with a condition, 50 without one.
        kl_weight, condition, noise, ema_decay, seed: as in `StackGAN`. Networks that take latents and images
            alone have no condition.

    Example:
    >>> networks = keras_gan.networks.stackgan2(
    ...     (16, 16, 3), 4, 3, branches=2, embedding_dim=2, filters=4, discriminator_filters=2
    ... )
    >>> gan = keras_gan.StackGAN2(*networks)
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (8, 16, 16, 3)).astype("float32")
    >>> embeddings = np.random.normal(size=(8, 4)).astype("float32")
    >>> history = gan.fit({"image": images, "condition": embeddings}, batch_size=4, verbose=0)
    >>> gan.generate(2, labels=embeddings[:2], seed=0).shape
    (2, 16, 16, 3)

    Reference: Zhang et al., "StackGAN++: Realistic Image Synthesis with Stacked Generative Adversarial Networks", 2018,
    https://arxiv.org/abs/1710.10916; losses: the official code
    """

    def __init__(self, generator, discriminator, *, color_weight=None, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        if color_weight is None:
            color_weight = 50.0 if self.condition is None else 0.0
        self.color_weight = check_weight(color_weight, "color_weight")

    def chosen_condition(self, condition, generator):
        if condition is None and not isinstance(getattr(generator, "input_shape", None), list):
            return None
        return super().chosen_condition(condition, generator)

    def get_config(self):
        return {**super().get_config(), "color_weight": self.color_weight}

    # === Pyramids ===

    @property
    def levels(self):
        """The layer that splits a pyramid into its images."""
        return next(layer for layer in self.discriminator.layers if isinstance(layer, PyramidLevels))

    @property
    def image_shape(self):
        side, _, channels = first(self.discriminator.input_shape)[1:]
        return (side, side, channels // len(self.levels.sides))

    @property
    def output_shape(self):
        return (None, *self.image_shape)

    mean_is_trained = True

    def check_networks(self, generator, discriminator):
        super().check_networks(generator, discriminator)
        made = [layer for layer in generator.layers if isinstance(layer, ImagePyramid)]
        sides = [tensor.shape[1] for tensor in keras.tree.flatten(made[-1].input)] if made else None
        wanted = next(layer.sides for layer in discriminator.layers if isinstance(layer, PyramidLevels))
        if sides != wanted:
            raise ValueError(
                f"The generator must make images of the sides {wanted} that the discriminator takes. Received: {sides}"
            )

    def check_maps(self, discriminator):
        levels = [layer for layer in discriminator.layers if isinstance(layer, PyramidLevels)]
        if len(levels) != 1:
            raise ValueError(
                "The discriminator of a StackGAN2 must begin with one `keras_gan.layers.PyramidLevels`, and "
                "its generator end in "
                f"`layers.ImagePyramid`: build them with `networks.stackgan2`. It has {len(levels)} of them."
            )
        sizes, shapes = len(levels[0].sides), discriminator.output_shape
        count = len(shapes) if isinstance(shapes, list) else 1
        wanted = (sizes, 2 * sizes) if isinstance(discriminator.input_shape, list) else (sizes,)
        if count not in wanted:
            raise ValueError(
                f"The discriminator of a StackGAN2 with {sizes} sizes must return "
                f"{' or '.join(map(str, wanted))} logits. Received: {count}"
            )

    def visible(self, images):
        """The largest image of each pyramid."""
        return images[..., -self.image_shape[-1] :]

    def side_by_side(self, images):
        """The images of a pyramid, all at the size of the last one."""
        return ops.split(images, len(self.levels.sides), axis=-1)

    def arrange(self, batch, training=True):
        """The batch with pyramids as its images."""
        return {**batch, "image": image_pyramid(batch["image"], self.levels.sides)}

    def forward(self, batch, training=True):
        return super().synthesize(batch["latents"], self.condition_to_make(batch), training)

    def synthesize(self, latents, condition=None, training=False):
        """In training the generator's pyramids, otherwise the largest images of `ema_generator`."""
        images = super().synthesize(latents, condition, training)
        return images if training else self.visible(images)

    def call(self, inputs, training=False):
        return self.visible(super().call(inputs, training))

    def assess(self, batch):
        """As `GAN.assess`; the images are the largest ones, the logits are those of all sizes."""
        real, fake, *logits = super().assess(batch)
        return self.visible(real), self.visible(fake), *logits

    # === Objectives ===

    @property
    def term_names(self):
        names = ("g_kl",) if self.condition is not None else ()
        return {"discriminator": (), "generator": names + (("g_color",) if self.color_weight else ())}

    def discriminator_loss(self, turn):
        loss, weight = self.adversarial_loss, turn.batch.get("sample_weight")
        if self.condition is None:
            return loss.discriminator_loss(turn.real_logits, turn.fake_logits, weight)
        mismatched = as_list(turn.mismatched_logits)
        maps = list(zip(as_list(turn.real_logits), as_list(turn.fake_logits), mismatched, strict=True))
        each, total = len(maps) // len(self.levels.sides), 0.0
        for real, fake, other in maps[::each]:
            real, fake = loss.sides(real, fake, weight)
            _, other = loss.sides(other, other)
            total = total + (real + (fake + other) / 2.0 if each == 1 else real + fake + other)
        for real, fake, other in maps[1::each] if each == 2 else ():
            # Without its text, an image of a mismatched pair is a real image.
            other, _ = loss.sides(other, other, weight)
            total = total + sum(loss.sides(real, fake, weight)) + other
        return total

    def generator_terms(self, turn):
        terms = super().generator_terms(turn) if self.condition is not None else {}
        if self.color_weight:
            terms["g_color"] = self.color_weight * self.color_difference(turn.fake)
        return terms

    def color_difference(self, pyramids):
        """Mean squared difference of channel means, plus 5 x that of covariances, of neighbouring sizes."""
        found = [mean_and_covariance(images) for images in self.levels(pyramids)]
        total = 0.0
        for target, image in itertools.pairwise(found):
            mean, covariance = (
                ops.mean(ops.square(ops.stop_gradient(t) - x)) for t, x in zip(target, image, strict=True)
            )
            total = total + mean + 5.0 * covariance
        return total


def mean_and_covariance(images):
    """Mean (batch, channels) and covariance (batch, channels, channels) over the pixels of each image, in float32."""
    shape = ops.shape(images)
    pixels = ops.reshape(ops.cast(images, "float32"), (-1, shape[1] * shape[2], shape[3]))
    mean = ops.mean(pixels, axis=1, keepdims=True)
    centred = pixels - mean
    covariance = ops.matmul(ops.transpose(centred, (0, 2, 1)), centred) / ops.cast(
        shape[1] * shape[2], "float32"
    )
    return mean[:, 0], covariance
