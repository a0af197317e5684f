"""StyleGAN, StyleGAN2 with its configurations, StyleGAN3."""

import keras_gan
from keras_gan.recipes.parts import adam, half_life, half_life_by_batch, r1
from keras_gan.recipes.recipe import Recipe, register

SMALL = {"latent_dim": 64, "mapping_layers": 2, "channel_base": 512, "channel_max": 32}
SMALL_3 = {**SMALL, "channel_base": 1024, "synthesis_layers": 8}


def networks(name, **options):
    """Return a function from the image's shape to the networks with this name."""

    def made(image_shape, **classes):
        return getattr(keras_gan.networks, name)(image_shape, **{**options, **classes})

    return made


def auto_networks(image_shape, **kwargs):
    base = 32768 if image_shape[0] >= 512 else 16384
    return keras_gan.networks.stylegan2(
        image_shape, mapping_layers=2, channel_base=base, low_precision=4, **kwargs
    )


def style(rate, gamma=None, path_length=True, generator_rate=None):
    """Settings of the official StyleGAN2 and StyleGAN3; R1's weight None means 0.0002 size^2 / batch."""

    def parts(plan):
        from keras_gan.models.stylegan2 import lazy_adam

        weight = 0.0002 * plan.side**2 / plan.batch_size if gamma is None else gamma
        # The official code corrects the generator's optimiser for its interval even if path length has no
        # weight.
        generator = lazy_adam(rate, 4)
        if generator_rate is not None:
            generator = keras_gan.optimizers.Adam(generator_rate, 0.0, 0.99, epsilon=1e-8)
        lengths = [keras_gan.regularizers.PathLengthPenalty()] if path_length else []
        return {
            "generator_optimizer": generator,
            "discriminator_optimizer": lazy_adam(rate, 16),
            "regularizers": [r1(weight, 16), *lengths],
        }

    return parts


def with_ada(parts, share=None):
    """Add ADA, whose p can rise to one in a share of the training (None: in the official 500,000 images)."""

    def more(plan):
        images = {} if share is None else {"images": max(1, int(share * plan.steps * plan.batch_size))}
        return {**parts(plan), "augmentation": keras_gan.augmentations.ADA("bgc", **images)}

    return more


def blurred(parts, share=None):
    """Add StyleGAN3-R's blur of 10 pixels, which decays to zero.

    It ends after a share of the training (None: after 200,000 images in batches of 32).
    """

    def more(plan):
        steps = 200_000 // 32 if share is None else max(1, int(share * plan.steps))
        blur = keras_gan.augmentations.Blur(keras_gan.schedules.LinearDecay(10.0, steps))
        return {**parts(plan), "augmentation": [blur]}

    return more


def auto(plan):
    """The official automatic settings, by size and batch."""
    return with_ada(style(2e-3 if plan.side >= 1024 else 2.5e-3))(plan)


def unmixed(plan):
    return {"style_mixing": 0.0}


def small(summary, model, networks, parts, **options):
    """A small recipe: 32 x 32, batches of 16."""
    defaults = {"image_size": 32, "batch_size": 16, "steps": 3000, "ema_decay": half_life(2000, rampup=0.05)}
    return Recipe(summary, model, networks, parts, **{**defaults, **options})


def faces(summary, model, networks, parts, **options):
    """A recipe of a paper: FFHQ at its full size."""
    defaults = {"dataset": "folder:ffhq", "image_size": 1024, "batch_size": 32, "steps": 780_000}
    return Recipe(summary, model, networks, parts, **{**defaults, **options})


register(
    "stylegan",
    small=small(
        "styles by AdaIN, noise, mixing",
        "StyleGAN",
        networks("stylegan", **SMALL),
        # With the non-saturating loss and R1 all images of digits became one.
        lambda plan: adam(
            2e-3,
            0.0,
            0.99,
            loss="relativistic",
            regularizers=[r1(1.0), keras_gan.regularizers.R2Penalty(1.0)],
        ),
        steps=2000,
    ),
    paper=faces(
        "StyleGAN on FFHQ, at its full size",
        "StyleGAN",
        networks("stylegan"),
        lambda plan: adam(2e-3, 0.0, 0.99, regularizers=[r1(10.0)]),
        ema_decay=half_life(10_000),
    ),
)

SMALL_PARTS = with_ada(style(2.5e-3), 0.5)

register(
    "stylegan2",
    small=small(
        "modulated convolutions, path length, ADA",
        "StyleGAN2",
        networks("stylegan2", **SMALL),
        SMALL_PARTS,
    ),
    paper=faces(
        "StyleGAN2 on FFHQ (configuration F)",
        "StyleGAN2",
        networks("stylegan2", low_precision=4),
        style(2e-3, 10.0),
        ema_decay=half_life(10_000),
    ),
)

register(
    "stylegan2-auto",
    small=small("as stylegan2", "StyleGAN2", networks("stylegan2", **SMALL), SMALL_PARTS),
    paper=faces(
        "StyleGAN2-ADA's choice by size and batch",
        "StyleGAN2",
        auto_networks,
        auto,
        dataset="folder:pictures",
        image_size=128,
        ema_decay=half_life_by_batch,
    ),
)

register(
    "stylegan2-256",
    small=small("as stylegan2", "StyleGAN2", networks("stylegan2", **SMALL), SMALL_PARTS),
    paper=faces(
        "StyleGAN2-ADA's paper256",
        "StyleGAN2",
        networks("stylegan2", channel_base=16384, group_size=8, low_precision=4),
        with_ada(style(2.5e-3, 1.0)),
        image_size=256,
        batch_size=64,
        steps=390_000,
        ema_decay=half_life(20_000),
    ),
)

register(
    "stylegan2-cifar",
    small=small(
        "by class, without path length or mixing",
        "StyleGAN2",
        networks("stylegan2", **SMALL, discriminator_architecture="orig"),
        with_ada(style(2.5e-3, 0.01, path_length=False), 0.5),
        labels=True,
        options=unmixed,
    ),
    paper=Recipe(
        "StyleGAN2-ADA on CIFAR-10, by class",
        "StyleGAN2",
        networks(
            "stylegan2",
            mapping_layers=2,
            discriminator_architecture="orig",
            group_size=32,
            low_precision=4,
        ),
        with_ada(style(2.5e-3, 0.01, path_length=False)),
        dataset="cifar10",
        image_size=32,
        batch_size=64,
        steps=1_560_000,
        ema_decay=half_life(500_000, rampup=0.05),
        labels=True,
        options=unmixed,
    ),
)

register(
    "stylegan3-t",
    small=small(
        "alias-free, follows translations",
        "StyleGAN3",
        networks("stylegan3", **SMALL_3),
        style(2e-3, None, False, 2.5e-3),
        steps=1500,
    ),
    paper=faces(
        "StyleGAN3-T on FFHQ",
        "StyleGAN3",
        networks("stylegan3", low_precision=4),
        style(2e-3, 32.8, False, 2.5e-3),
        ema_decay=half_life_by_batch,
    ),
)

register(
    "stylegan3-r",
    small=small(
        "alias-free, follows rotations too",
        "StyleGAN3",
        networks("stylegan3", configuration="r", **SMALL_3),
        blurred(style(2e-3, None, False, 2.5e-3), 0.01),
        steps=1500,
    ),
    paper=faces(
        "StyleGAN3-R on FFHQ",
        "StyleGAN3",
        networks("stylegan3", configuration="r", low_precision=4),
        blurred(style(2e-3, 32.8, False, 2.5e-3)),
        ema_decay=half_life_by_batch,
    ),
)
