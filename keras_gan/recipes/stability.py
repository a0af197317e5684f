"""DRAGAN and R1: penalties that make the game converge."""

import keras_gan
from keras_gan.recipes.parts import adam, paper, r1, rmsprop, small_critic
from keras_gan.recipes.recipe import Recipe, register


def dragan(rate):
    def parts(plan):
        return adam(rate, 0.5, 0.9, regularizers=[keras_gan.regularizers.DRAGANPenalty(10.0)])

    return parts


def paper_r1(plan):
    # The official code adds 10 E||grad||^2, twice the value for the gamma of 10 in its paper. Its RMSprop
    # divides by sqrt(v) + 1e-8, Keras' by sqrt(v + epsilon).
    return {**rmsprop(1e-4, 0.99, 1e-16)(plan), "regularizers": [r1(10.0)]}


register(
    "dragan",
    small=Recipe(
        "non-saturating loss, DRAGAN's penalty",
        "GAN",
        small_critic(),
        dragan(1e-3),
        steps=1000,
        ema_decay=0.995,
    ),
    paper=Recipe(
        "DRAGAN on DCGAN networks",
        "GAN",
        paper(discriminator_normalization="none"),
        dragan(1e-4),
        dataset="celeb_a",
        image_size=64,
        batch_size=64,
        steps=100_000,
    ),
)

register(
    "r1",
    small=Recipe(
        "non-saturating loss, R1 at every step",
        "GAN",
        small_critic(),
        lambda plan: adam(2e-3, 0.0, 0.99, regularizers=[r1(0.1)]),
        steps=2000,
        ema_decay=0.995,
    ),
    paper=Recipe(
        "R1 as in its paper",
        "GAN",
        lambda shape: keras_gan.networks.gan_stability(shape),
        paper_r1,
        dataset="lsun/bedroom",
        image_size=256,
        batch_size=64,
        steps=300_000,
    ),
)
