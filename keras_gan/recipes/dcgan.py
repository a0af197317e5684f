"""DCGAN and LSGAN."""

from keras_gan.recipes.parts import paper, r1_adam, small, small_critic
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
