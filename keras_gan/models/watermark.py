"""Watermarks: messages in images that survive common distortions, and generators that embed them."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan import random
from keras_gan.data.images import to_uint8
from keras_gan.layers.jpeg import JPEG
from keras_gan.losses.adversarial_loss import weighted_mean
from keras_gan.models.encoding import InParts
from keras_gan.models.generative import Generative
from keras_gan.moving_average import clone
from keras_gan.optimizers import Adam
from keras_gan.schedules import LinearRise, number_or_schedule, value_at
from keras_gan.training.game import Game
from keras_gan.trust.messages import bits_of, p_value


@keras.saving.register_keras_serializable("keras_gan")
class Watermark(InParts, Game):
    """Embeds bits in images, readable after JPEG, resizing, blur and noise, and in part after crops.

        loss = cross-entropy of D(disturbed(E(x, m))) against the bits m + distortion mean (E(x, m) - x)^2

    where E is the encoder, D the decoder, and m is drawn at random; each image gets another disturbance. One
    player, `coder`, trains both networks; Adam(1e-3). It logs `loss`, `bit_accuracy` under the disturbances,
    and `distortion`, the mean square.

    Args:
        encoder, decoder: both networks of `networks.watermark(image_shape, bits)`.
        ema_decay: as in `GAN`; default None. seed, dataset_name, class_names: as in `GAN`.

    `compile(coder_optimizer=, distortion=)`; `distortion` is a number or a schedule over steps. Default: 0
    for 400 steps, while the bits are learnt, then rising to 30 within 1,600 steps.

    Example:
    >>> mark = keras_gan.Watermark(*keras_gan.networks.watermark((16, 16, 1), bits=8, filters=4))
    >>> mark.compile()
    >>> images = np.random.uniform(-1, 1, (32, 16, 16, 1)).astype("float32")
    >>> history = mark.fit(images, verbose=0)
    >>> marked = mark.embed(images, "10110010")
    >>> mark.decode(marked).shape, len(mark.p_values(marked, "10110010"))
    ((32, 8), 32)

    Reference: as in `networks.watermark`
    """

    networks = ("encoder", "decoder")
    players = {"coder": ("encoder", "decoder")}
    loss_names = {"coder": "loss"}
    figure_names = validation_names = ("loss", "bit_accuracy", "distortion")

    def __init__(self, encoder, decoder, *, ema_decay=None, **kwargs):
        super().__init__(encoder, decoder, ema_decay=ema_decay, **kwargs)

    def check_networks(self, encoder, decoder):
        super().check_networks(encoder=encoder, decoder=decoder)
        shapes = encoder.input_shape
        if not isinstance(shapes, list) or len(shapes) != 2 or len(shapes[0]) != 4 or len(shapes[1]) != 2:
            raise ValueError(
                f"The encoder must take images and messages. Received: encoder.input_shape={shapes}"
            )
        if encoder.output_shape != shapes[0] or decoder.input_shape != shapes[0]:
            raise ValueError(
                f"The encoder must make, and the decoder take, images of shape {shapes[0]}. Received: "
                f"encoder.output_shape={encoder.output_shape}, decoder.input_shape={decoder.input_shape}"
            )
        if decoder.output_shape != shapes[1]:
            raise ValueError(
                f"The decoder must give a logit for each of {shapes[1][1]} bits. Received: decoder.output_shape={decoder.output_shape}"
            )

    @property
    def image_shape(self):
        return tuple(self.encoder.input_shape[0][1:])

    @property
    def bits(self):
        """Number of bits of a message."""
        return self.decoder.output_shape[-1]

    def defaults(self):
        return {"coder_optimizer": Adam(1e-3), "distortion": LinearRise(30.0, steps=1600, begin=400)}

    def _take_parts(self, *, distortion, **optimizers):
        super()._take_parts(distortion=number_or_schedule(distortion, "distortion"), **optimizers)

    # === The update ===

    def objective(self, batch, training=True):
        """The loss of a batch with `message` and `chance`; returns (loss, metrics) for `minimize`."""
        image, weight = batch["image"], batch.get("sample_weight")
        marked = ops.cast(self.encoder([image, batch["message"]], training=training), "float32")
        seen = disturbed(ops.clip(marked, -1.0, 1.0), batch["chance"], batch["noise"])
        logits = self.decoder(seen, training=training)
        loss, accuracy = read_loss(logits, batch["message"])
        change = ops.mean(ops.square(marked - ops.cast(image, "float32")), axis=(1, 2, 3))
        figures = {
            "bit_accuracy": weighted_mean(accuracy, weight),
            "distortion": weighted_mean(change, weight),
        }
        loss = (
            weighted_mean(loss, weight)
            + value_at(self.distortion, self.state.step.value) * figures["distortion"]
        )
        return loss, figures

    def draw(self, count, seed):
        """A message, and the random numbers of the disturbance, for each image."""
        message = ops.cast(random.uniform((count, self.bits), seed) < 0.5, "float32")
        return {"message": message, **chances(count, self.image_shape, seed)}

    def update(self, batch):
        batch = batch | self.draw(tf.shape(batch["image"])[0], self.seed_generator)
        return self.minimize("coder", lambda: self.objective(batch))

    def validate(self, batch):
        """Losses of a held-out batch; for metrics also its images, and the same images with messages."""
        loss, figures = self.objective(batch, training=False)
        return {**figures, "loss": loss}, batch["image"], self.encoder([batch["image"], batch["message"]])

    # === Use ===

    def embed(self, images, message, batch_size=256):
        """Embed a message in images.

        Args:
            images: of the networks' shape: uint8, or floats in [-1, 1].
            message: as many bits as the networks take: a str of 0 and 1, or ints.
            batch_size: int, images at once.

        Returns:
            uint8 array of the images' shape.

        Raises:
            ValueError: for a message of another length.
        """
        bits = self.bits_of(message)

        def marked(x):
            return [
                to_uint8(self.encoder([x, tf.repeat(bits[None], tf.shape(x)[0], axis=0)], training=False))
            ]

        return self.in_parts(marked, images, batch_size)[0]

    def decode(self, images, batch_size=256):
        """Decode bits from images, with or without a message: int array of 0 and 1, (n, bits).

        Arguments as in `embed`.
        """
        found = self.in_parts(lambda x: [self.decoder(x, training=False)], images, batch_size)[0]
        return (found > 0).astype("int64")

    def p_values(self, images, message, batch_size=256):
        """Probability that an image without the message agrees with it in as many bits, array of shape (n,).

        Conclude that an image has the message if its value is below a threshold, such as 1e-6, that is small
        enough for the number of images tested.
        """
        agree = (self.decode(images, batch_size) == self.bits_of(message).astype("int64")).sum(axis=1)
        return p_value(agree, self.bits)

    def bits_of(self, message):
        """A message as a float32 array of 0 and 1; raises a ValueError for anything else."""
        return bits_of(message, self.bits)


@keras.saving.register_keras_serializable("keras_gan")
class WatermarkedGenerator(Generative, Game):
    """A trained generator, trained further until all its images carry a message.

        loss = cross-entropy of D(disturbed(G(z))) against the bits m + distortion mean (G(z) - E(G_0(z), m))^2

    E and D are the networks of a trained `Watermark`, and G_0 is the original generator: the generator learns
    to make the same images with the message in them. `generate`, sample grids and exports work as those of
    the GAN. `fit` takes the GAN's data, but uses only the size of its batches. Adam(1e-3). It logs `loss`,
    `bit_accuracy` under the disturbances, and `distortion`, mean (G(z) - G_0(z))^2.

    Args:
        generator: the generator of a trained model, `gan.ema_generator`; a copy of it is trained.
        encoder, decoder: the networks of a trained `Watermark`.
        message: as in `Watermark.embed`.
        original: the original generator; saved files use it. Default: a copy of `generator`.
        noise, condition: `gan.noise`, if it is not normal, and `gan.condition`.
        ema_decay: as in `GAN`, for the generator. seed, dataset_name, class_names: as in `GAN`.

    `compile(generator_optimizer=, distortion=)`; `distortion` is a number or a schedule over steps. Default:
    rising to 60 within 1,000 steps.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    >>> mark = keras_gan.Watermark(*keras_gan.networks.watermark((16, 16, 1), bits=8, filters=4))
    >>> marked = keras_gan.WatermarkedGenerator(gan.ema_generator, mark.encoder, mark.decoder, "10110010")
    >>> marked.compile()
    >>> history = marked.fit(np.zeros((32, 16, 16, 1), "float32"), verbose=0)
    >>> marked.generate(3, seed=0).shape
    (3, 16, 16, 1)

    Reference: based on Fei et al., "Supervised GAN Watermarking for Intellectual Property Protection", 2022,
    https://arxiv.org/abs/2209.03466, who use a decoder alone
    """

    networks = ("generator", "encoder", "decoder", "original")
    players = {"generator": ("generator",)}
    averaged = ("generator",)
    loss_names = {"generator": "loss"}
    figure_names = validation_names = ("loss", "bit_accuracy", "distortion")

    def __init__(
        self,
        generator,
        encoder,
        decoder,
        message,
        original=None,
        *,
        noise=None,
        condition=None,
        ema_decay=0.99,
        **kwargs,
    ):
        if original is None:
            super().check_networks(generator=generator, encoder=encoder, decoder=decoder)
            given, (original, generator) = generator, (clone(generator), clone(generator))
            for copy in (original, generator):
                copy.set_weights(given.get_weights())
            # The layers of a moving average are frozen one by one, and are frozen in its copy too.
            for layer in (*generator._flatten_layers(include_self=False), generator):
                layer.trainable = True
        if isinstance(generator.input_shape, list) and condition is None:
            raise ValueError(
                "The generator takes a condition: give `condition=gan.condition`, and data with it to `fit`."
            )
        bits, given = decoder.output_shape[-1], [str(bit) for bit in message]
        if len(given) != bits or not set(given) <= {"0", "1"}:
            raise ValueError(f"`message` must be {bits} bits, 0 or 1. Received: {message!r}")
        super().__init__(generator, encoder, decoder, original, ema_decay=ema_decay, **kwargs)
        self._noise, self.condition = (
            keras.saving.deserialize_keras_object(part) if isinstance(part, dict) else part
            for part in (noise, condition)
        )
        self.message = "".join(given)

    def check_networks(self, generator, encoder, decoder, original):
        super().check_networks(generator=generator, encoder=encoder, decoder=decoder, original=original)
        if len(encoder.inputs) != 2 or encoder.input_shape[1] != decoder.output_shape:
            raise ValueError(
                f"The encoder must take images and as many bits as the decoder gives, {decoder.output_shape[-1]}. Received: "
                f"encoder.input_shape={encoder.input_shape}"
            )
        if generator.output_shape != decoder.input_shape:
            raise ValueError(
                f"The decoder must take what the generator makes. Received: generator.output_shape={generator.output_shape}, "
                f"decoder.input_shape={decoder.input_shape}"
            )

    def get_config(self):
        parts = {"noise": self._noise, "condition": self.condition}
        parts = {name: part and keras.saving.serialize_keras_object(part) for name, part in parts.items()}
        return {**super().get_config(), "message": self.message, **parts}

    def defaults(self):
        return {"generator_optimizer": Adam(1e-3), "distortion": LinearRise(60.0, steps=1000)}

    def _take_parts(self, *, distortion, **optimizers):
        super()._take_parts(distortion=number_or_schedule(distortion, "distortion"), **optimizers)

    @property
    def image_shape(self):
        return tuple(self.generator.output_shape[1:])

    # === The update ===

    def draw(self, count, seed):
        return {**super().draw(count, seed), **chances(count, self.image_shape, seed)}

    def objective(self, batch, training=True):
        """The loss of a batch with `latents` and `chance`; returns (loss, metrics) for `minimize`."""
        condition = None if self.condition is None else self.condition.of(batch)
        made = ops.cast(self.synthesize(batch["latents"], condition, training), "float32")
        inputs = (
            [batch["latents"], *tf.nest.flatten(condition)] if condition is not None else batch["latents"]
        )
        before = ops.cast(self.original(inputs, training=False), "float32")
        logits = self.decoder(disturbed(made, batch["chance"], batch["noise"]), training=False)
        message = ops.cast([int(bit) for bit in self.message], "float32")
        message = ops.broadcast_to(message, ops.shape(logits))
        wanted = ops.clip(ops.cast(self.encoder([before, message], training=False), "float32"), -1.0, 1.0)
        loss, accuracy = read_loss(logits, message)
        figures = {"bit_accuracy": ops.mean(accuracy), "distortion": ops.mean(ops.square(made - before))}
        distance = ops.mean(ops.square(made - wanted))
        return ops.mean(loss) + value_at(self.distortion, self.state.step.value) * distance, figures

    def update(self, batch):
        batch = batch | self.draw(tf.shape(batch["image"])[0], self.seed_generator)
        return self.minimize("generator", lambda: self.objective(batch))

    def validate(self, batch):
        """Losses of as many generated images as a held-out batch has; for metrics also both image sets."""
        loss, figures = self.objective(batch, training=False)
        condition = None if self.condition is None else self.condition.of(batch)
        return {**figures, "loss": loss}, batch["image"], self.synthesize(batch["latents"], condition)


def read_loss(logits, message):
    """Cross-entropy of each image's bits, and the share of correct bits, both (batch,), in float32."""
    logits = ops.cast(logits, "float32")
    loss = ops.softplus(ops.where(message > 0.5, -logits, logits))
    right = ops.cast(ops.equal(logits > 0, message > 0.5), "float32")
    return ops.mean(loss, axis=1), ops.mean(right, axis=1)


# === Disturbances ===


def chances(count, image_shape, seed):
    """Random arguments of `disturbed` for `count` images, a dict; seed as in `random.normal`."""
    if isinstance(seed, keras.random.SeedGenerator):
        return {
            "chance": random.uniform((count, 7), seed),
            "noise": random.normal((count, *image_shape), seed),
        }
    seed = tf.cast(seed, "int64")
    return {
        "chance": random.uniform((count, 7), seed + tf.constant([0, 1], seed.dtype)),
        "noise": random.normal((count, *image_shape), seed + tf.constant([0, 2], seed.dtype)),
    }


def disturbed(images, chance, noise):
    """Apply common distortions to images in [-1, 1], differentiably, and different ones to each image.

    A third of the images are cropped to .7 to 1 of each side and resized to their original size. A third are
    downscaled to .5 or .75 and upscaled again, or blurred by .5 or 1 pixels. Half of all images pass through
    JPEG of quality 50 to 95. All images get noise with a standard deviation of up to .05.

    Args:
        images: (batch, height, width, channels); images with other than 1, 3 or 4 channels skip JPEG.
        chance, noise: from `chances`.
    """
    _, height, width, channels = images.shape
    way = ops.floor(3.0 * chance[:, :1, None])
    fixed = ops.cast(ops.floor(4.0 * chance[:, 1]), "int32")
    share = 0.7 + 0.3 * chance[:, 2:3]
    for axis, size in ((1, height), (2, width)):
        cut = _cut(size, share, chance[:, 2 + axis : 3 + axis])
        other = ops.take(ops.convert_to_tensor(_resampled(size)), fixed, axis=0)
        matrix = ops.where(way < 0.5, cut, ops.where(way < 1.5, other, ops.eye(size)[None]))
        images = ops.einsum("nij,njwc->niwc" if axis == 1 else "nij,nhjc->nhic", matrix, images)
    if channels in (1, 3, 4):
        # Images that skip JPEG keep their values: even at a very high quality JPEG would round them.
        coded = JPEG(75, dtype="float32")(
            images[..., :3], quality=50.0 + 90.0 * ops.minimum(chance[:, 5], 0.5)
        )
        # The alpha channel is not changed.
        coded = ops.concatenate([coded, images[..., 3:]], axis=-1) if channels == 4 else coded
        images = ops.where(chance[:, 5, None, None, None] < 0.5, coded, images)
    return images + 0.05 * chance[:, 6, None, None, None] * noise


def _cut(size, share, place):
    """Matrices (batch, size, size) that crop a share of rows at a place, and stretch it linearly to all."""
    at = np.arange(size, dtype="float32")
    source = (at + 0.5) * share + (1.0 - share) * size * place - 0.5
    source = ops.clip(source, 0.0, size - 1.0)
    return ops.maximum(0.0, 1.0 - ops.abs(source[:, :, None] - at))


def _resampled(size):
    """Matrices (4, size, size): downscaling to .5 and .75 and back, Gaussian blur of deviation .5 and 1."""
    at = np.arange(size) + 0.5

    def to(count):
        # From `size` to `count` pixels: weighted means around each, as wide as a pixel of the smaller size.
        center, width = (np.arange(count) + 0.5) * size / count, max(1.0, size / count)
        weights = np.maximum(0.0, 1.0 - np.abs(center[:, None] - at) / width)
        return weights / weights.sum(axis=1, keepdims=True)

    def back(count):
        source = np.clip(at * count / size - 0.5, 0, count - 1)
        return np.maximum(0.0, 1.0 - np.abs(source[:, None] - np.arange(count)))

    def blur(deviation):
        weights = np.exp(-0.5 * ((at[:, None] - at) / deviation) ** 2)
        return weights / weights.sum(axis=1, keepdims=True)

    small = [back(count) @ to(count) for count in (max(1, round(size / 2)), max(1, round(0.75 * size)))]
    return np.stack([*small, blur(0.5), blur(1.0)]).astype("float32")
