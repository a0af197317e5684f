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
        sha256="fe94d961daee543dca0be3f8351d61de3fdeada87bbd721abecd31739e6b4092",
        size=1_256_747,
    ),
    Preset(
        "emoji",
        "GAN",
        "emoji of 32 x 32 pixels (recipe sprites)",
        licence="apache-2.0",
        range="64 standard normal latents -> uint8 images (32, 32, 3)",
        example='images = model.generate(16, seed=0)',
        sha256="a84ddf3a97337e202cc8a17008dae923416a9b7dc4aebb2ec71521f257c7426c",
        size=6_300_940,
    ),
    Preset(
        "furniture",
        "GAN3D",
        "furniture of 32 x 32 x 32 voxels in six classes",
        licence="cc-by-3.0",
        range="latents and a class -> occupancies (32, 32, 32, 1)",
        example='chairs = model.generate(4, seed=0, labels=model.class_names.index("chair"))',
        sha256="7e8b13019086d2af6e206e18d3646f4993d6080d98101a8756972873ef02f5c8",
        size=7_990_914,
    ),
    Preset(
        "adult",
        "TVAE",
        "rows of UCI Adult (census income)",
        licence="cc-by-4.0",
        range="latents -> rows of a pandas.DataFrame",
        example='rows = model.sample(10, seed=0)',
        sha256="d6728caa809d9919bc058cb20a777e0657981f6a248c22c1cb798a81392e4783",
        size=543_675,
    ),
)
