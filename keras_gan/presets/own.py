"""Presets that come with keras_gan: one of each family, trained with its own commands (saved_models/README.md)."""

from keras_gan.presets.preset import Preset, register

register(
    Preset(
        "digits",
        "GAN",
        "handwritten digits (the default recipe)",
        licence="cc-by-sa-3.0",
        range="64 standard normal latents -> uint8 images (28, 28, 1)",
        example="images = model.generate(16, seed=0)",
        sha256="50c9134e754ffd38ee9ddca5e3f84ba2861192cc89aeb6fd849e4604122ae4fb",
        size=1_256_747,
    ),
    Preset(
        "emoji",
        "GAN",
        "emoji of 32 x 32 pixels (recipe sprites)",
        licence="apache-2.0",
        range="64 standard normal latents -> uint8 images (32, 32, 3)",
        example="images = model.generate(16, seed=0)",
        sha256="7cc8d4ed5873a15811f626b41d17fedfabf72f2cc23f977658facd80cafca09b",
        size=6_300_940,
    ),
    Preset(
        "furniture",
        "GAN3D",
        "furniture of 32 x 32 x 32 voxels in six classes",
        licence="cc-by-3.0",
        range="latents and a class -> occupancies (32, 32, 32, 1)",
        example='chairs = model.generate(4, seed=0, labels=model.class_names.index("chair"))',
        sha256="054f88a2fbb2d434d623697192c66a7d58ec43d2fb38af4b0b40853481057094",
        size=7_990_914,
    ),
    Preset(
        "drums",
        "SpecGAN",
        "drum hits of half a second at 8 kHz",
        licence="cc-by-3.0",
        range="standard normal latents -> spectrograms; `sounds` makes waves of them",
        example="spectrograms = model.generate(4, seed=0)",
        sha256="d9608e3570f9485280670f4c87432fb08b50ed8dbdc5fea8137b4575cc626c24",
        size=6_553_091,
    ),
    Preset(
        "adult",
        "TVAE",
        "rows of UCI Adult (census income); needs keras-gan[table]",
        licence="cc-by-4.0",
        range="latents -> rows of a pandas.DataFrame",
        example="rows = model.sample(10, seed=0)",
        sha256="9778bc06d24dcfdf44d84f688e67aa273bb57eb57da819f4456af92e24995acb",
        size=543_675,
    ),
)
