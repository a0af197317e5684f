"""Presets that come with keras_gan: one of each family, trained with its own commands (saved_models/README.md)."""

from keras_gan.presets.preset import Preset, register

register(
    Preset(
        "digits",
        "GAN",
        "handwritten digits (the default recipe)",
        licence="cc-by-sa-3.0",
        range="64 standard normal latents -> uint8 images (28, 28, 1)",
        example='images = model.generate(16, seed=0)',
        sha256="ac2b2b917e50f759df05dc2d8a6f27a5e0d7ca36984bb8ca31dba6f5ea81c67f",
        size=1_256_747,
    ),
    Preset(
        "emoji",
        "GAN",
        "emoji of 32 x 32 pixels (recipe sprites)",
        licence="apache-2.0",
        range="64 standard normal latents -> uint8 images (32, 32, 3)",
        example='images = model.generate(16, seed=0)',
        sha256="cb8c13c7b4d3406d51755824cf752722ef08626c625c97e59fc30cd47e27c3e2",
        size=6_300_940,
    ),
    Preset(
        "furniture",
        "GAN3D",
        "furniture of 32 x 32 x 32 voxels in six classes",
        licence="cc-by-3.0",
        range="latents and a class -> occupancies (32, 32, 32, 1)",
        example='chairs = model.generate(4, seed=0, labels=model.class_names.index("chair"))',
        sha256="29fbfadf0141c087b608cc9f91509823d0c36b784f7bf5614001bac8a161b39a",
        size=7_990_914,
    ),
    Preset(
        "adult",
        "TVAE",
        "rows of UCI Adult (census income)",
        licence="cc-by-4.0",
        range="latents -> rows of a pandas.DataFrame",
        example='rows = model.sample(10, seed=0)',
        sha256="b9511b0bbd4e38a9cdb18aa45257c487f4ff4fc6feade0cce80647be2d83cfbf",
        size=543_675,
    ),
)
