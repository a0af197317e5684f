"""Presets that come with keras_gan: one of each family, trained with its own commands (saved_models/README.md)."""

from keras_gan.presets.preset import Preset, register

register(
    Preset(
        "digits",
        "GAN",
        "handwritten digits (the default recipe)",
        licence="apache-2.0",
        range="64 standard normal latents -> uint8 images (28, 28, 1)",
        example="images = model.generate(16, seed=0)",
        sha256="6e652c9b019707c8db39914fd94fcdee50d511598509f124a1d63b4d0e09002d",
        size=4_673_633,
    ),
)
