"""SRGAN and ESRGAN."""

import keras_gan
from keras_gan.recipes.parts import adam
from keras_gan.recipes.recipe import Recipe, register


def networks(name, judge="srgan_discriminator", judge_sizes=None, **sizes):
    """A generator and a discriminator of these names; `network="compact"` takes Real-ESRGAN's small generator instead."""

    def made(image_shape, source_shape, network=None):
        factor, chosen, given = image_shape[0] // source_shape[0], name, sizes
        if network == "compact":
            chosen = "srvggnet"
            given = {"filters": sizes["filters"], "convolutions": 8} if "filters" in sizes else {}
        generator = getattr(keras_gan.networks, chosen)(factor, image_shape[-1], **given)
        return generator, getattr(keras_gan.networks, judge)(image_shape, **(judge_sizes or {}))

    return made


def without_vgg(plan):
    """Leave out the perceptual loss, whose network would have to be downloaded."""
    return adam(5e-4, 0.9, 0.999, discriminator_rate=2e-4, regularizers=[])


def stairs(plan, pretraining, adversarial):
    """Adam for both players; each phase is (share of all steps at which it begins, rate).

    The discriminator does not train in the first phase, and counts its own steps.
    """
    begins, rates = zip(*pretraining, *adversarial, strict=True)
    since = adversarial[0][0]
    of_judge, judge_rates = zip(*((begin - since, rate) for begin, rate in adversarial), strict=True)

    def falling(begins, rates):
        import keras

        ends = [round(plan.steps * begin) for begin in begins[1:]]
        return keras.optimizers.schedules.PiecewiseConstantDecay(ends, list(rates))

    Adam = keras_gan.optimizers.Adam
    return {
        "generator_optimizer": Adam(falling(begins, rates)),
        "discriminator_optimizer": Adam(falling(of_judge, judge_rates)),
    }


def paper_srgan(plan):
    """A million steps of pixel loss, then 100,000 adversarial steps at 1e-4 and as many at 1e-5."""
    return stairs(plan, [(0, 1e-4)], [(10 / 12, 1e-4), (11 / 12, 1e-5)])


def paper_esrgan(plan):
    """A million steps of pixel loss at 2e-4, halved every 200,000.

    Then adversarial steps at 1e-4, halved after 50, 100, 200 and 300 thousand.
    """
    return stairs(
        plan,
        [(i / 7, 2e-4 / 2**i) for i in range(5)],
        [((1000 + at) / 1400, 1e-4 / 2**i) for i, at in enumerate((0, 50, 100, 200, 300))],
    )


def small_phases(plan):
    return {"pretraining_steps": plan.steps * 2 // 3, "pixel_weight": 1.0}


SMALL = {
    "image_size": 28,
    "batch_size": 16,
    "steps": 1500,
    "data": "low_high",
    "factor": 2,
    "options": small_phases,
}
PAPER = {"dataset": "folder:DIV2K_train_HR", "batch_size": 16, "data": "low_high", "factor": 4}
SMALL_JUDGE = {"filters": 16, "units": 64}

register(
    "srgan",
    small=Recipe(
        "twice as large, without VGG",
        "SRGAN",
        networks("srresnet", judge_sizes=SMALL_JUDGE, filters=32, blocks=4),
        without_vgg,
        ema_decay=None,
        **SMALL,
    ),
    paper=Recipe(
        "SRGAN x4 as in its paper",
        "SRGAN",
        networks("srresnet"),
        paper_srgan,
        crop=96,
        steps=1_200_000,
        ema_decay=None,
        options=lambda plan: {"pretraining_steps": plan.steps * 5 // 6},
        **PAPER,
    ),
)

register(
    "esrgan",
    small=Recipe(
        "twice as large, relativistic, without VGG",
        "ESRGAN",
        networks("rrdbnet", judge_sizes=SMALL_JUDGE, filters=16, blocks=2, growth=8),
        without_vgg,
        ema_decay=0.99,
        **SMALL,
    ),
    paper=Recipe(
        "ESRGAN x4 as in its paper",
        "ESRGAN",
        networks("rrdbnet", judge="esrgan_discriminator"),
        paper_esrgan,
        crop=128,
        steps=1_400_000,
        ema_decay=0.999,
        options=lambda plan: {"pretraining_steps": plan.steps * 5 // 7},
        **PAPER,
    ),
)
