"""VAE and VAE-GAN."""

import keras_gan
from keras_gan.recipes.parts import adam, r1
from keras_gan.recipes.recipe import Recipe, register


def vae(latent_dim, filters):
    def networks(image_shape):
        return keras_gan.networks.vae(image_shape, latent_dim, filters=filters)

    return networks


def vae_gan(latent_dim, filters):
    def networks(image_shape):
        pair = keras_gan.networks.dcgan(
            image_shape, latent_dim=latent_dim, filters=filters, discriminator_normalization="none"
        )
        return keras_gan.networks.encoder(image_shape, 2 * latent_dim, filters=filters), *pair

    return networks


def three_adams(rate, gamma):
    """Adam for the three players, the encoder's with momentum at half the rate; lazy R1."""

    def parts(plan):
        return adam(
            rate,
            0.0,
            0.99,
            encoder_optimizer=keras_gan.optimizers.Adam(rate / 2),
            regularizers=[r1(gamma, 4)],
            # With 1 the posterior is far from the prior, and samples of the prior are not digits; with 100
            # some reconstructions are other digits (measured at 1, 30, 60, 80 and 100).
            beta=80.0,
        )

    return parts


register(
    "vae",
    small=Recipe(
        "variational autoencoder",
        "VAE",
        vae(16, 32),
        steps=3000,
        ema_decay=0.995,
        adversarial=False,
    ),
    paper=Recipe(
        "VAE of faces, 64 x 64",
        "VAE",
        vae(128, 64),
        dataset="celeb_a",
        image_size=64,
        steps=100_000,
        adversarial=False,
    ),
)

register(
    "vae-gan",
    small=Recipe(
        "autoencoder with the features of a discriminator",
        "VAEGAN",
        vae_gan(64, 32),
        three_adams(2e-3, 0.1),
        steps=2000,
        ema_decay=0.995,
        options=lambda plan: {"feature_weight": 0.3},
    ),
    paper=Recipe(
        "VAE-GAN of faces, 64 x 64, three Adams",
        "VAEGAN",
        vae_gan(128, 64),
        three_adams(3e-4, 1.0),
        dataset="celeb_a",
        image_size=64,
        steps=100_000,
    ),
)
