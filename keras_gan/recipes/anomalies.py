"""f-AnoGAN, GANomaly and BiGAN."""

import keras_gan
from keras_gan.recipes.parts import adam
from keras_gan.recipes.recipe import Recipe, register


def on_gan(filters):
    """Return an encoder for the networks of a trained GAN."""

    def networks(image_shape, gan):
        size = gan.ema_generator.input_shape[-1]
        encoder = keras_gan.networks.encoder(image_shape, size, filters=filters)
        return encoder, gan.ema_generator, gan.discriminator

    return networks


def bigan(latent_dim, filters):
    def networks(image_shape):
        generator, _ = keras_gan.networks.dcgan(image_shape, latent_dim, filters=filters)
        return (
            keras_gan.networks.encoder(image_shape, latent_dim, filters=filters, normalization="batch"),
            generator,
            keras_gan.networks.joint_discriminator(image_shape, latent_dim, filters=filters),
        )

    return networks


register(
    "f-anogan",
    small=Recipe(
        "anomalies, on a trained GAN (--init-from)",
        "FAnoGAN",
        on_gan(32),
        lambda plan: {"encoder_optimizer": keras_gan.optimizers.Adam(1e-3, 0.5)},
        steps=1500,
        ema_decay=None,
        adversarial=False,
        on_gan=True,
    ),
    paper=Recipe(
        "anomalies, a large encoder (--init-from)",
        "FAnoGAN",
        on_gan(64),
        image_size=64,
        steps=100_000,
        ema_decay=None,
        adversarial=False,
        on_gan=True,
    ),
)

register(
    "ganomaly",
    small=Recipe(
        "anomalies, by latents that come back as others",
        "GANomaly",
        lambda shape: keras_gan.networks.ganomaly(shape, 64, filters=16),
        image_size=32,
        steps=1500,
        ema_decay=None,
        adversarial=False,
    ),
    paper=Recipe(
        "GANomaly as in its official code",
        "GANomaly",
        lambda shape: keras_gan.networks.ganomaly(shape),
        dataset="folder:PATH",
        image_size=32,
        steps=10_000,
        ema_decay=None,
        adversarial=False,
    ),
)

register(
    "bigan",
    small=Recipe(
        "a GAN with an encoder, which finds anomalies (EGBAD)",
        "BiGAN",
        bigan(32, 32),
        lambda plan: adam(5e-4, 0.5, 0.999),
        steps=1500,
        ema_decay=0.995,
        adversarial=False,
    ),
    paper=Recipe(
        "the same with latents of 200 numbers, as in EGBAD's official code",
        "BiGAN",
        bigan(200, 64),
        dataset="mnist",
        batch_size=100,
        steps=50_000,
        adversarial=False,
    ),
)
