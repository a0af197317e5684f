"""Models of classes: given ones (cgan, acgan, projection), and ones that the model finds (infogan)."""

import keras_gan
from keras_gan.recipes.parts import adam, dcgan, paper, r1_adam, small_critic
from keras_gan.recipes.recipe import Recipe, register
from keras_gan.recipes.sngan import falling, sngan

register(
    "cgan",
    small=Recipe(
        "classes, concatenated",
        "ConditionalGAN",
        small_critic(),
        r1_adam,
        steps=2500,
        ema_decay=0.995,
        labels=True,
    ),
    paper=Recipe(
        "conditional DCGAN",
        "ConditionalGAN",
        paper(),
        dataset="mnist",
        batch_size=128,
        steps=50_000,
        labels=True,
    ),
)

register(
    "acgan",
    small=Recipe(
        "classes, an auxiliary classifier",
        "ACGAN",
        small_critic(conditioning="auxiliary"),
        r1_adam,
        steps=2500,
        ema_decay=0.995,
        labels=True,
    ),
    paper=Recipe(
        "ACGAN on DCGAN networks",
        "ACGAN",
        paper(conditioning="auxiliary"),
        dataset="cifar10",
        image_size=32,
        batch_size=100,
        steps=50_000,
        labels=True,
    ),
)

register(
    "projection",
    small=Recipe(
        "classes, projection and conditional BN",
        "ConditionalGAN",
        small_critic(conditioning="projection"),
        r1_adam,
        steps=2500,
        ema_decay=0.995,
        labels=True,
    ),
    paper=Recipe(
        "projection discriminator, residual",
        "ConditionalGAN",
        sngan,
        falling(200_000),
        dataset="imagenet_resized/64x64",
        image_size=64,
        steps=250_000,
        labels=True,
    ),
)

register(
    "infogan",
    small=Recipe(
        "finds classes without labels",
        "InfoGAN",
        dcgan(62 + 10 + 2, 32, discriminator_normalization="none", recognition=10 + 2),
        r1_adam,
        steps=2500,
        ema_decay=0.995,
    ),
    paper=Recipe(
        "InfoGAN on MNIST",
        "InfoGAN",
        lambda shape: keras_gan.networks.infogan(shape),
        lambda plan: adam(1e-3, 0.5, 0.999, discriminator_rate=2e-4),
        dataset="mnist",
        batch_size=128,
        steps=5_000,
    ),
)


register(
    "bagan",
    small=Recipe(
        "classes of uneven sizes, from an autoencoder",
        "BAGAN",
        lambda shape, num_classes: keras_gan.networks.bagan(shape, num_classes, 32, filters=24),
        lambda plan: {**adam(4e-4, 0.5, 0.999), "autoencoder_optimizer": keras_gan.optimizers.Adam(1e-3)},
        steps=3000,
        ema_decay=0.995,
        labels=True,
        options=lambda plan: {"autoencoder_steps": max(1, plan.steps // 3)},
        adversarial=False,
    ),
    paper=Recipe(
        "BAGAN, rates as in its official code",
        "BAGAN",
        lambda shape, num_classes: keras_gan.networks.bagan(shape, num_classes, 100, filters=64),
        dataset="folder:PATH",
        image_size=64,
        batch_size=128,
        steps=50_000,
        labels=True,
        options=lambda plan: {"autoencoder_steps": max(1, plan.steps // 4)},
        adversarial=False,
    ),
)

register(
    "semi-supervised",
    small=Recipe(
        "a classifier from few labels; images without one in a class folder `unlabelled`",
        "SemiSupervisedGAN",
        lambda shape, num_classes: keras_gan.networks.semi_supervised(shape, num_classes, 64, filters=16),
        lambda plan: adam(1e-3, 0.5, 0.999),
        steps=3000,
        ema_decay=0.998,
        labels=True,
        data="some_labels",
    ),
    paper=Recipe(
        "improved GAN's losses and rates, convolutional networks",
        "SemiSupervisedGAN",
        lambda shape, num_classes: keras_gan.networks.semi_supervised(shape, num_classes, filters=64),
        dataset="folder:PATH",
        image_size=32,
        batch_size=100,
        steps=180_000,
        ema_decay=0.9999,
        labels=True,
        data="some_labels",
    ),
)
