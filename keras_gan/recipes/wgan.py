"""WGAN and WGAN-GP."""

from keras_gan.recipes.parts import paper, rmsprop, small_critic
from keras_gan.recipes.recipe import Recipe, register

register(
    "wgan",
    # The paper's rate changes little in 400 steps.
    small=Recipe(
        "Wasserstein loss, weight clipping",
        "WGAN",
        small_critic(),
        rmsprop(5e-4),
        steps=400,
        ema_decay=0.99,
    ),
    paper=Recipe(
        "WGAN on DCGAN networks",
        "WGAN",
        paper(),
        dataset="lsun/bedroom",
        image_size=64,
        batch_size=64,
        steps=100_000,
    ),
)

register(
    "wgan-gp",
    small=Recipe(
        "Wasserstein loss, gradient penalty",
        "WGANGP",
        small_critic(),
        steps=400,
        ema_decay=0.99,
    ),
    paper=Recipe(
        "WGAN-GP on DCGAN networks",
        "WGANGP",
        paper(discriminator_normalization="layer"),
        dataset="lsun/bedroom",
        image_size=64,
        batch_size=64,
        steps=200_000,
    ),
)
