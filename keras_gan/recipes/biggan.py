"""BigGAN: images by class."""

import keras_gan
from keras_gan.recipes.parts import adam
from keras_gan.recipes.recipe import Recipe, register


def networks(image_shape, num_classes):
    return keras_gan.networks.biggan(
        image_shape,
        num_classes,
        latent_dim=64,
        filters=8,
        shared_dim=None,
        hierarchical=False,
        attention=None,
    )


def small(plan):
    orthogonal = keras_gan.regularizers.OrthogonalPenalty(0.5e-4, embeddings=True)
    return adam(5e-4, 0.0, 0.99, regularizers=[orthogonal], discriminator_steps=2)


register(
    "biggan",
    small=Recipe(
        "classes, truncated latents, residual",
        "BigGAN",
        networks,
        small,
        image_size=32,
        batch_size=32,
        steps=1500,
        ema_decay=0.995,
        labels=True,
    ),
    paper=Recipe(
        "BigGAN on ImageNet at 64 pixels",
        "BigGAN",
        lambda shape, num_classes: keras_gan.networks.biggan(shape, num_classes),
        dataset="imagenet_resized/64x64",
        image_size=64,
        batch_size=2048,
        steps=140_000,
        ema_decay=lambda plan: keras_gan.schedules.Delayed(0.9999, min(20_000, max(1, plan.steps // 2))),
        labels=True,
    ),
)
