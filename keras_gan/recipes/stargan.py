"""StarGAN: images from class to class."""

import keras_gan
from keras_gan.recipes.recipe import Recipe, register


def networks(filters, residual_blocks):
    def of(image_shape, **domains):
        return keras_gan.networks.stargan(
            image_shape,
            **domains,
            filters=filters,
            residual_blocks=residual_blocks,
            discriminator_filters=filters,
        )

    return of


def falling(rate, discriminator_steps):
    """Adam(rate, .5) whose rate is constant for half of the steps and then falls to zero."""

    def parts(plan):
        # A schedule counts its own player's steps.
        totals = (plan.steps, plan.steps * discriminator_steps)
        rates = [keras_gan.schedules.LinearDecay(rate, total, total // 2) for total in totals]
        generator, discriminator = (keras_gan.optimizers.Adam(each, 0.5) for each in rates)
        return {
            "generator_optimizer": generator,
            "discriminator_optimizer": discriminator,
            "discriminator_steps": discriminator_steps,
        }

    return parts


register(
    "stargan",
    small=Recipe(
        "image to image, between the classes of a folder, or --attributes",
        "StarGAN",
        networks(24, 3),
        falling(3e-4, 2),
        image_size=32,
        batch_size=32,
        steps=1500,
        ema_decay=0.99,
        data="domains",
        labels=True,
        # These are too few steps for the cycle loss alone to keep shapes.
        options=lambda plan: {"identity_weight": 10.0},
    ),
    paper=Recipe(
        "StarGAN as in its paper",
        "StarGAN",
        networks(64, 6),
        falling(1e-4, 5),
        dataset="folder:PATH",
        image_size=128,
        batch_size=80,
        steps=40_000,
        ema_decay=None,
        data="domains",
        labels=True,
    ),
)
