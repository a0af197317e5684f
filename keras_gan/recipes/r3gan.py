"""R3GAN."""

import keras_gan
from keras_gan.recipes.recipe import Recipe, register

# Its schedules end after this many images.
FALL = 20_000_000


def small_networks(image_shape, **kwargs):
    from keras_gan.networks.dcgan import stages_of

    stages = stages_of(*image_shape[:2]) + 1
    widths = [max(32, 96 >> stage) for stage in range(stages)]
    return keras_gan.networks.r3gan(
        image_shape, widths=widths, cardinalities=[w // 8 for w in widths], blocks=[1] * stages, **kwargs
    )


def augmented(p):
    """Return ADA with the official code's transformations, and their probabilities relative to p."""
    from keras_gan.augmentations.ada_pipe import GROUPS

    transformations = {
        **dict.fromkeys((*GROUPS["blit"], *GROUPS["geom"], *GROUPS["cutout"]), 1.0),
        **dict.fromkeys(GROUPS["color"], 0.5),
    }
    return keras_gan.augmentations.ADA(transformations, p=p)


def falling(rate, final_rate, gamma, final_gamma, fall, p=None):
    """Rates and gamma fall, beta_2 and the augmentation rise, over the first `fall` images (None: over all)."""

    def parts(plan):
        Cosine, regularizers = keras_gan.schedules.Cosine, keras_gan.regularizers
        n = fall // plan.batch_size if fall else plan.steps
        adam = [
            keras_gan.optimizers.ScheduledAdam(Cosine(rate, final_rate, n), 0.0, Cosine(0.9, 0.99, n))
            for _ in range(2)
        ]
        return {
            "generator_optimizer": adam[0],
            "discriminator_optimizer": adam[1],
            "loss": "relativistic",
            "regularizers": [
                kind(Cosine(gamma, final_gamma, n))
                for kind in (regularizers.R1Penalty, regularizers.R2Penalty)
            ],
            "augmentation": augmented(Cosine(0, p, n)) if p else None,
        }

    return parts


def paper_average(plan):
    schedules = keras_gan.schedules
    return schedules.HalfLife(schedules.Cosine(0, 5_000_000, FALL // plan.batch_size), plan.batch_size)


register(
    "r3gan",
    small=Recipe(
        "relativistic pairing, R1, R2, residual",
        "GAN",
        small_networks,
        falling(1e-3, 1e-4, 0.2, 0.1, None),
        steps=1500,
        ema_decay=0.995,
    ),
    paper=Recipe(
        "R3GAN for CIFAR-10",
        "ConditionalGAN",
        lambda shape, **classes: keras_gan.networks.r3gan(shape, **classes),
        falling(2e-4, 5e-5, 0.05, 0.005, FALL, p=0.55),
        dataset="cifar10",
        image_size=32,
        batch_size=512,
        steps=200_000,
        ema_decay=paper_average,
        labels=True,
    ),
)
