"""Shapes: 3D-GAN."""

import keras_gan
from keras_gan.recipes.parts import adam
from keras_gan.recipes.recipe import Recipe, register


def gan3d(latent_dim, filters, **options):
    def networks(shape, **classes):
        return keras_gan.networks.gan3d(shape[0], latent_dim, filters=filters, **options, **classes)

    return networks


for name, of_classes in (("gan3d", False), ("conditional-gan3d", True)):
    by = " by class, one folder each" if of_classes else ""
    register(
        name,
        # The published rates leave small sets of thin shapes empty for long.
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
