"""Sound: WaveGAN, SpecGAN and HiFi-GAN."""

import keras_gan
from keras_gan.recipes.parts import adam, r1
from keras_gan.recipes.recipe import Recipe, register


def wavegan(latent_dim, filters):
    """WaveGAN's networks and the rate, as a function of the sounds' shape."""

    def networks(shape, source, **classes):
        length, channels = shape
        pair = keras_gan.networks.wavegan(length, latent_dim, channels=channels, filters=filters, **classes)
        return *pair, source.rate

    return networks


def specgan(latent_dim, filters):
    def networks(shape, source, **classes):
        how = {"conditioning": "projection"} if classes else {}
        pair = keras_gan.networks.dcgan(
            shape, latent_dim, filters=filters, discriminator_normalization="none", **how, **classes
        )
        return *pair, source.front_end

    return networks


def small_vocoder(shape, source):
    mel = keras_gan.layers.MelSpectrogram(source.rate, bands=40, fft=512, hop=128)
    generator = keras_gan.networks.hifigan("v3", bands=40, channels=64, rates=(8, 4, 4))
    widths = {"widths": (8, 16, 32, 32), "scale_widths": (8, 16, 32, 32, 32), "groups": (1, 2, 4, 4, 1)}
    return (
        generator,
        keras_gan.networks.hifigan_discriminator(shape[0], scales=2, weight_norm=False, **widths),
        mel,
    )


def vocoder(shape, source):
    mel = keras_gan.layers.MelSpectrogram(source.rate, high=min(8000, source.rate / 2))
    generator = keras_gan.networks.hifigan("v1", weight_norm=True)
    return generator, keras_gan.networks.hifigan_discriminator(shape[0]), mel


def quick(plan):
    """Settings for far more generator steps a minute than WGAN-GP with 5 discriminator steps.

    After equal time, the drums are better too.
    """
    return {
        **adam(1e-3, 0.0, 0.99),
        "loss": "non_saturating",
        "regularizers": [r1(1.0, interval=4)],
        "discriminator_steps": 1,
    }


for name, of_classes in (("wavegan", False), ("conditional-wavegan", True)):
    by = " by class, one folder each" if of_classes else ""
    register(
        name,
        small=Recipe(
            f"sounds{by}, sample by sample",
            "WaveGAN",
            wavegan(64, 16),
            quick,
            dataset="sounds:",
            data="sounds",
            batch_size=32,
            steps=10_000,
            ema_decay=0.995,
            labels=of_classes,
        ),
        paper=Recipe(
            f"WaveGAN as published{by}",
            "WaveGAN",
            wavegan(100, 64),
            dataset="sounds:",
            data="sounds",
            batch_size=64,
            steps=200_000,
            ema_decay=None,
            labels=of_classes,
            options=lambda plan: {"noise": keras_gan.noise.Uniform(100)},
        ),
    )

register(
    "specgan",
    small=Recipe(
        "sounds as images of their spectrogram",
        "SpecGAN",
        specgan(64, 16),
        quick,
        dataset="sounds:",
        data="spectra",
        batch_size=32,
        steps=5000,
        ema_decay=0.995,
    ),
    paper=Recipe(
        "SpecGAN as published, on DCGAN networks",
        "SpecGAN",
        specgan(100, 64),
        dataset="sounds:",
        data="spectra",
        batch_size=64,
        steps=200_000,
        ema_decay=None,
    ),
)

register(
    "hifigan",
    small=Recipe(
        "vocoder: sound of mel spectrograms",
        "HiFiGAN",
        small_vocoder,
        lambda plan: adam(1e-3, 0.8, 0.99),
        dataset="sounds:",
        data="parts_of_sounds",
        batch_size=8,
        steps=12_000,
        ema_decay=0.999,
        options=lambda plan: {"pretraining_steps": plan.steps // 2},
        adversarial=False,
    ),
    paper=Recipe(
        "HiFi-GAN v1, losses and rates as published, of a constant rate",
        "HiFiGAN",
        vocoder,
        lambda plan: adam(2e-4, 0.8, 0.99),
        dataset="sounds:",
        data="parts_of_sounds",
        batch_size=16,
        steps=2_500_000,
        ema_decay=None,
        adversarial=False,
    ),
)
