"""What several recipes share: networks, optimisers, averages."""

import keras_gan


def dcgan(latent_dim, filters, **options):
    """DCGAN's networks, as a function of the image's shape."""

    def networks(image_shape, **classes):
        return keras_gan.networks.dcgan(
            image_shape, latent_dim=latent_dim, filters=filters, **options, **classes
        )

    return networks


def small(**options):
    return dcgan(64, 32, **options)


def small_critic(**options):
    """The same, with a discriminator that works with a gradient penalty."""
    return small(discriminator_normalization="none", **options)


def paper(**options):
    return dcgan(100, 64, **options)


def adam(rate, beta_1, beta_2, discriminator_rate=None, **parts):
    """Adam for both players, and further arguments of `compile`."""
    Adam = keras_gan.optimizers.Adam
    return {
        "generator_optimizer": Adam(rate, beta_1, beta_2),
        "discriminator_optimizer": Adam(discriminator_rate or rate, beta_1, beta_2),
        **parts,
    }


def rmsprop(rate, rho=0.9, epsilon=1e-7):
    """RMSprop for both players."""

    def parts(plan):
        import keras

        return {
            f"{player}_optimizer": keras.optimizers.RMSprop(rate, rho, epsilon=epsilon)
            for player in ("generator", "discriminator")
        }

    return parts


def r1(gamma, interval=1):
    return keras_gan.regularizers.R1Penalty(gamma, interval)


def r1_adam(plan):
    return adam(2e-3, 0.0, 0.99, regularizers=[r1(0.1, interval=4)])


def half_life(images, rampup=None):
    """Half-life of the moving average, in images at any batch size."""
    return lambda plan: keras_gan.schedules.HalfLife(images, plan.batch_size, rampup=rampup)


def half_life_by_batch(plan):
    """Half-life of 10,000 images at batch size 32; for other batch sizes, of the same number of steps."""
    return keras_gan.schedules.HalfLife(10_000 * plan.batch_size / 32, plan.batch_size, rampup=0.05)
