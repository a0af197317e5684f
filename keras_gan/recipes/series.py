"""Time series and texts: TimeGAN and SequenceGAN."""

import keras_gan
from keras_gan.recipes.parts import adam
from keras_gan.recipes.recipe import Recipe, register


def timegan(hidden, depth, noise_dim=None):
    """Return TimeGAN's networks, and the columns and their scale."""

    def networks(shape, source):
        made = keras_gan.networks.timegan(*shape, hidden=hidden, depth=depth, noise_dim=noise_dim)
        return *made, {"columns": source.columns, "scale": source.scale}

    return networks


def sequence_gan(units, **options):
    """Return SequenceGAN's networks, and the words."""

    def networks(shape, source):
        length, vocabulary = shape
        widths = tuple(width for width in (1, 2, 3, 4, 5) if width <= length)
        made = keras_gan.networks.sequence_gan(
            length, vocabulary, embedding=units, units=units, widths=widths, **options
        )
        return *made, {"words": source.words}

    return networks


register(
    "timegan",
    small=Recipe(
        "time series, windows of a table",
        "TimeGAN",
        timegan(24, 2, noise_dim=8),
        dataset="series:",
        data="series",
        batch_size=128,
        steps=3000,
        ema_decay=None,
        options=lambda plan: {"steps": plan.steps},
        adversarial=False,
    ),
    paper=Recipe(
        "TimeGAN as published",
        "TimeGAN",
        timegan(24, 3),
        dataset="series:",
        data="series",
        batch_size=128,
        steps=150_000,
        ema_decay=None,
        options=lambda plan: {"steps": plan.steps},
        adversarial=False,
    ),
)

register(
    "sequence-gan",
    small=Recipe(
        "texts of words, by Gumbel-softmax",
        "SequenceGAN",
        sequence_gan(32),
        lambda plan: adam(1e-3, 0.9, 0.999),
        dataset="sequences:",
        data="sequences",
        batch_size=32,
        steps=3000,
        ema_decay=None,
        options=lambda plan: {"pretraining_steps": plan.steps // 2},
        adversarial=False,
    ),
    paper=Recipe(
        "SeqGAN's policy gradient, 16 rollouts",
        "SequenceGAN",
        sequence_gan(32, filters=100),
        lambda plan: adam(1e-2, 0.9, 0.999, discriminator_rate=1e-4),
        dataset="sequences:",
        data="sequences",
        batch_size=64,
        steps=30_000,
        ema_decay=None,
        options=lambda plan: {"estimator": "reinforce", "rollouts": 16, "pretraining_steps": plan.steps // 2},
        adversarial=False,
    ),
)
