"""SNGAN and SAGAN: residual networks with spectral normalisation."""

import keras_gan
from keras_gan.recipes.parts import adam
from keras_gan.recipes.recipe import Recipe, register


def hinge(plan):
    return adam(2e-4, 0.0, 0.9, loss="hinge")


def two_rates(plan):
    return adam(1e-4, 0.0, 0.9, discriminator_rate=4e-4, loss="hinge")


def falling(begin):
    """SNGAN's settings: 5 discriminator steps; rates fall linearly from the `begin`-th generator step."""

    def parts(plan):
        steps = plan.steps
        start = min(begin, steps - 1)
        Adam, LinearDecay = keras_gan.optimizers.Adam, keras_gan.schedules.LinearDecay
        return {
            "generator_optimizer": Adam(LinearDecay(2e-4, steps, start), 0.0, 0.9),
            "discriminator_optimizer": Adam(LinearDecay(2e-4, 5 * steps, 5 * start), 0.0, 0.9),
            "loss": "hinge",
            "discriminator_steps": 5,
        }

    return parts


def sngan(image_shape, **options):
    return keras_gan.networks.sngan(image_shape, **options)


def sagan(image_shape, **options):
    return keras_gan.networks.sagan(image_shape, **options)


register(
    "sngan",
    small=Recipe(
        "hinge, spectral normalisation, residual",
        "GAN",
        lambda shape: sngan(shape, latent_dim=64, filters=16),
        hinge,
        steps=1500,
        ema_decay=0.995,
    ),
    paper=Recipe(
        "SNGAN, 5 discriminator steps",
        "GAN",
        sngan,
        falling(0),
        dataset="cifar10",
        image_size=32,
        steps=50_000,
    ),
)

register(
    "sagan",
    small=Recipe(
        "SNGAN with self-attention, two rates",
        "GAN",
        lambda shape: sagan(shape, latent_dim=64, filters=16),
        two_rates,
        steps=1500,
        ema_decay=0.995,
    ),
    paper=Recipe(
        "SAGAN by class, two rates",
        "ConditionalGAN",
        sagan,
        two_rates,
        dataset="imagenet_resized/64x64",
        image_size=64,
        batch_size=256,
        steps=1_000_000,
        labels=True,
    ),
)
