"""Shapes: 3D-GAN, and pi-GAN of views."""

import keras_gan
from keras_gan.recipes.parts import adam, r1
from keras_gan.recipes.recipe import Recipe, register


def gan3d(latent_dim, filters, **options):
    def networks(shape, **classes):
        return keras_gan.networks.gan3d(shape[0], latent_dim, filters=filters, **options, **classes)

    return networks


for name, of_classes in (("gan3d", False), ("conditional-gan3d", True)):
    by = " by class, one folder each" if of_classes else ""
    register(
        name,
        # With the published rates, small sets of thin shapes give empty samples for long.
        small=Recipe(
            f"shapes of voxels{by}",
            "GAN3D",
            gan3d(64, 16, discriminator_normalization="none"),
            lambda plan: adam(
                1e-3,
                0.0,
                0.99,
                loss="wasserstein",
                regularizers=[keras_gan.regularizers.GradientPenalty(10.0)],
                discriminator_steps=2,
            ),
            dataset="shapes:",
            data="shapes",
            image_size=32,
            batch_size=16,
            steps=4000,
            ema_decay=0.995,
            labels=of_classes,
        ),
        paper=Recipe(
            f"3D-GAN as published{by}",
            "GAN3D",
            gan3d(200, 64),
            dataset="shapes:",
            data="shapes",
            image_size=64,
            batch_size=100,
            steps=50_000,
            ema_decay=None,
            labels=of_classes,
        ),
    )


def pigan(latent_dim, filters, **options):
    def networks(shape):
        return keras_gan.networks.pigan(shape, latent_dim, filters=filters, **options)

    return networks


register(
    "pigan",
    small=Recipe(
        "volumes of images, each of an unknown view",
        "PiGAN",
        pigan(32, 16, width=32, depth=3, samples=16),
        lambda plan: adam(1e-3, 0.0, 0.99, regularizers=[r1(1.0, interval=4)]),
        dataset="folder:",
        image_size=32,
        batch_size=16,
        steps=5000,
        ema_decay=0.99,
    ),
    paper=Recipe(
        "pi-GAN's size and rates, colours without directions, the discriminator of DCGAN",
        "PiGAN",
        pigan(256, 64, width=256, depth=8, samples=24),
        dataset="folder:",
        image_size=64,
        batch_size=32,
        steps=200_000,
        ema_decay=0.999,
    ),
)
