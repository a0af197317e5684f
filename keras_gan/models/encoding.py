"""Base classes of models that encode images into latents and reconstruct images from them."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan.arguments import check_int
from keras_gan.data.images import from_uint8


class InParts:
    """Applies functions to many images, one batch at a time; a mixin for `Game`."""

    def as_floats(self, images):
        """Images as floats; raises a ValueError for floats out of [-1, 1]."""
        if images.dtype == np.uint8:
            images = from_uint8(images).numpy()
        self.modality.check_array(images, "Images")
        return images

    def in_parts(self, function, images, batch_size, checked=False):
        """Apply a function to many images, one batch at a time.

        Args:
            function: takes a batch of images in [-1, 1]; returns a list of tensors.
            images: uint8, or floats in [-1, 1].
            batch_size: int, images at once.
            checked: bool, whether the images are a result of `as_floats`.

        Returns:
            list of arrays, the concatenated results.
        """
        check_int(batch_size, "batch_size")
        images = np.asarray(images)
        if images.shape[1:] != self.image_shape or not len(images):
            raise ValueError(
                f"`images` must have shape {('n', *self.image_shape)}. Received: shape={images.shape}"
            )
        images = images if checked else self.as_floats(images)
        parts = [
            function(tf.constant(images[start : start + batch_size], "float32"))
            for start in range(0, len(images), batch_size)
        ]
        return [
            np.concatenate([ops.convert_to_numpy(part) for part in column])
            for column in zip(*parts, strict=True)
        ]


class Encoding(InParts):
    """Encodes images into latents; a mixin for `Generative` models that have a network `encoder`."""

    def codes(self, images):
        """Encode a batch of images into latents, (batch, latent_dim); a subclass defines it."""
        raise NotImplementedError(f"{type(self).__name__} must define `codes`.")

    def encode(self, images, batch_size=256):
        """Encode images into latents, an array of shape (n, latent_dim); arguments as `reconstruct`."""
        return self.in_parts(lambda x: [self.codes(x)], images, batch_size)[0]

    def reconstruct(self, images, batch_size=256):
        """Encode images and generate them again from these latents: uint8 images, or float32 vectors.

        Args:
            images: of the shape that the encoder takes: uint8, or floats in [-1, 1].
            batch_size: int, images at once.
        """

        def reconstructed(x):
            return [self.modality.to_storage(self.synthesize(self.codes(x)))]

        return self.in_parts(reconstructed, images, batch_size)[0]


class Variational(Encoding):
    """Encodes images as normal distributions; the encoder returns means and log variances side by side."""

    def posterior(self, images, training=False):
        """Mean and log variance of q(z | x), each of shape (batch, latent_dim), in float32."""
        encoder = self.encoder if training else self.ema_encoder
        return ops.split(ops.cast(encoder(images, training=training), "float32"), 2, axis=-1)

    def codes(self, images):
        return self.posterior(images)[0]

    def encode(self, images, batch_size=256):
        """Means and standard deviations of the posterior of images, arrays of shape (n, latent_dim)."""
        mean, log_variance = self.in_parts(self.posterior, images, batch_size)
        return mean, np.exp(0.5 * log_variance)

    def unit_divergences(self, images, batch_size=256):
        """KL(q(z_i | x) || N(0, 1)) of each image and latent unit in nats, an array of shape (n, latent_dim).

        A unit whose divergence is zero for all images has collapsed: it contains no information about them.
        """
        return self.in_parts(lambda x: [_of_units(*self.posterior(x))], images, batch_size)[0]


def divergence(mean, log_variance):
    """KL(N(mean, variance) || N(0, I)) of each row, in nats."""
    return ops.sum(_of_units(mean, log_variance), axis=-1)


def _of_units(mean, log_variance):
    """KL divergence of each latent unit, (batch, latent_dim); `divergence` is their sum."""
    return 0.5 * (ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance)


def check_encoder(encoder, generator, per_latent, name="decoder"):
    """Raise a ValueError if an encoder does not fit a generator.

    The encoder must take what the generator makes, and return `per_latent` numbers for each latent unit.
    """
    if not isinstance(encoder, keras.Model):
        raise ValueError(f"`encoder` must be a keras.Model. Received: {type(encoder).__name__}")
    images, codes = encoder.input_shape, encoder.output_shape
    latents, made = generator.input_shape, generator.output_shape
    if not isinstance(codes, tuple):
        raise ValueError(
            f"The encoder has {len(codes)} outputs and must have one: means and log variances side by side, "
            "`Concatenate()([mean, log_variance])`."
            if per_latent == 2
            else f"The encoder has {len(codes)} outputs and must have one, the latents."
        )
    if not isinstance(latents, tuple):
        raise ValueError(
            f"The {name} must take latents alone: an autoencoder has no condition. Received: {latents}"
        )
    if images != made or not isinstance(images, tuple):
        raise ValueError(
            f"The {name} must make what the encoder takes. Received: encoder.input_shape={images}, "
            f"{name}.output_shape={made}"
        )
    if len(latents) != 2 or codes != (None, per_latent * latents[1]):
        form = "means and log variances side by side" if per_latent == 2 else "a latent"
        raise ValueError(
            f"The encoder must give {form}, {(None, per_latent * latents[1])} for the {name}'s "
            f"latents {latents}. Received: encoder.output_shape={codes}"
        )
