"""CLIP: encoders of images and of their captions."""

import keras_gan
from keras_gan.recipes.recipe import Recipe, register


def networks(filters):
    """Return an image encoder for a text encoder."""

    def of(image_shape, text_encoder):
        size = text_encoder.output_shape[-1]
        return keras_gan.networks.encoder(image_shape, size, filters=filters), text_encoder

    return of


register(
    "clip",
    small=Recipe(
        "encoders of images and of captions, for dfgan and stackgan2",
        "CLIP",
        networks(32),
        image_size=32,
        steps=500,
        ema_decay=0.99,
        data="texts",
        adversarial=False,
    ),
    paper=Recipe(
        "the same at 64 pixels, wider",
        "CLIP",
        networks(64),
        dataset="folder:PATH",
        image_size=64,
        batch_size=256,
        steps=20_000,
        data="texts",
        adversarial=False,
    ),
)
