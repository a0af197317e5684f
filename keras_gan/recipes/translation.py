"""Pix2Pix and CycleGAN."""

import keras_gan
from keras_gan.recipes.recipe import Recipe, register


def pix2pix(receptive_field=70, filters=64):
    def networks(image_shape, source_shape):
        generator = keras_gan.networks.unet(source_shape, image_shape[-1], filters=filters)
        return generator, keras_gan.networks.patchgan(
            image_shape, source_shape[-1], receptive_field=receptive_field, filters=filters
        )

    return networks


def cyclegan(receptive_field=70, filters=64, blocks=None):
    def networks(image_shape, source_shape):
        resnet, patchgan = keras_gan.networks.resnet, keras_gan.networks.patchgan
        # The network fits all sizes, but the training size determines its number of blocks.
        count = blocks or (9 if min(image_shape[:2]) >= 256 else 6)
        shape = (None, None, image_shape[-1])
        translators = [resnet(shape, shape[-1], blocks=count, filters=filters) for _ in range(2)]
        sizes = {"receptive_field": receptive_field, "filters": filters, "normalization": "instance"}
        return *translators, *(patchgan(image_shape, **sizes) for _ in range(2))

    return networks


def falling(plan):
    """Adam(2e-4, .5) whose rate is constant for half of the steps and then falls to zero."""
    rates = [keras_gan.schedules.LinearDecay(2e-4, plan.steps, plan.steps // 2) for _ in range(2)]
    generator, discriminator = (keras_gan.optimizers.Adam(rate, 0.5) for rate in rates)
    return {"generator_optimizer": generator, "discriminator_optimizer": discriminator}


register(
    "pix2pix",
    small=Recipe(
        "image to image, from pairs",
        "Pix2Pix",
        pix2pix(34, 32),
        falling,
        dataset="--a, --b",
        image_size=64,
        batch_size=16,
        steps=1500,
        ema_decay=None,
        data="pairs",
    ),
    paper=Recipe(
        "Pix2Pix as in its paper",
        "Pix2Pix",
        pix2pix(),
        falling,
        dataset="--a, --b",
        image_size=286,
        crop=256,
        batch_size=1,
        steps=80_000,
        ema_decay=None,
        data="pairs",
    ),
)

register(
    "cyclegan",
    small=Recipe(
        "image to image, from unpaired ones",
        "CycleGAN",
        cyclegan(34, 24, blocks=4),
        falling,
        dataset="--a, --b",
        image_size=64,
        batch_size=4,
        steps=2000,
        ema_decay=None,
        data="unpaired",
    ),
    paper=Recipe(
        "CycleGAN as in its paper",
        "CycleGAN",
        cyclegan(),
        falling,
        dataset="cycle_gan/horse2zebra",
        image_size=286,
        crop=256,
        batch_size=1,
        steps=260_000,
        ema_decay=None,
        data="unpaired",
    ),
)
