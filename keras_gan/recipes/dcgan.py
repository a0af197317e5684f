"""DCGAN and LSGAN."""

import keras_gan
from keras_gan.recipes.parts import adam, dcgan, paper, r1, r1_adam, small, small_critic
from keras_gan.recipes.recipe import Recipe, register

register(
    "dcgan",
    small=Recipe(
        "DCGAN networks, non-saturating loss, R1",
        "GAN",
        small_critic(),
        r1_adam,
        steps=3500,
        ema_decay=0.995,
    ),
    paper=Recipe(
        "DCGAN as in its paper",
        "GAN",
        paper(),
        dataset="lsun/bedroom",
        image_size=64,
        batch_size=128,
        steps=100_000,
    ),
)

# Narrower and deeper than `dcgan`, in smaller batches; chosen by `benchmarks/time_to_quality.py`.
register(
    "residual-dcgan",
    small=Recipe(
        "DCGAN with residual blocks, narrow: the default",
        "GAN",
        dcgan(64, 16, discriminator_normalization="none", residual_blocks=1),
        lambda plan: adam(1e-3, 0.0, 0.99, regularizers=[r1(0.3, interval=4)]),
        batch_size=32,
        steps=5000,
    ),
    paper=Recipe(
        "the same, wide, at 64 pixels",
        "GAN",
        dcgan(100, 64, discriminator_normalization="none", residual_blocks=1),
        lambda plan: adam(2e-4, 0.0, 0.99, regularizers=[r1(1.0, interval=4)]),
        dataset="lsun/bedroom",
        image_size=64,
        batch_size=64,
        steps=100_000,
    ),
)

register(
    "sprites",
    small=Recipe(
        "small images in colour: emoji, icons, sprites",
        "GAN",
        small_critic(),
        lambda plan: adam(1e-3, 0.0, 0.99, regularizers=[r1(1.0, interval=4)]),
        dataset="folder:PATH",
        batch_size=32,
        steps=10_000,
    ),
    paper=Recipe(
        "the same, wider, with ADA",
        "GAN",
        dcgan(100, 64, discriminator_normalization="none"),
        lambda plan: adam(
            1e-3,
            0.0,
            0.99,
            regularizers=[r1(1.0, interval=4)],
            augmentation=keras_gan.augmentations.ADA("bgc"),
        ),
        dataset="folder:PATH",
        image_size=64,
        batch_size=64,
        steps=100_000,
    ),
)

register(
    "lsgan",
    small=Recipe("least squares loss", "LSGAN", small(), steps=1000, ema_decay=0.995),
    paper=Recipe(
        "LSGAN on DCGAN networks",
        "LSGAN",
        paper(),
        dataset="lsun/bedroom",
        image_size=64,
        batch_size=64,
        steps=100_000,
    ),
)
