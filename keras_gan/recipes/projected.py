"""Projected GAN, on the features of a network trained on ImageNet."""

import keras_gan
from keras_gan.recipes.parts import adam
from keras_gan.recipes.recipe import Recipe, register


def pretrained(name):
    """Return a network of keras.applications with ImageNet's weights, without its top."""
    import keras

    try:
        return getattr(keras.applications, name)(
            include_top=False, input_shape=(None, None, 3), weights="imagenet"
        )
    except Exception as error:
        raise ValueError(
            f"The recipe needs keras.applications' {name} with ImageNet's weights, and they cannot be downloaded: {error}. Fetch "
            "that file by hand into ~/.keras/models (or $KERAS_HOME/models). In Python give "
            "`networks.projected_discriminator` any network with weights that are at hand."
        ) from error


def small_networks(image_shape):
    # The small sizes also have skips.
    skips = {large: small for large, small in ((32, 4), (64, 8)) if large <= image_shape[0]}
    return (
        keras_gan.networks.fastgan_generator(image_shape, 64, filters=16, lite=True, skips=skips),
        keras_gan.networks.projected_discriminator(
            image_shape, pretrained("MobileNet"), size=128, filters=16, max_filters=128
        ),
    )


def paper_networks(image_shape):
    # EfficientNet has its own rescaling of [0, 255].
    features = pretrained("EfficientNetB0")
    return (
        keras_gan.networks.fastgan_generator(image_shape),
        keras_gan.networks.projected_discriminator(image_shape, features, value_range=(0, 255)),
    )


register(
    "projected",
    small=Recipe(
        "on MobileNet's features; for a GPU",
        "ProjectedGAN",
        small_networks,
        lambda plan: adam(1e-3, 0.0, 0.99),
        image_size=32,
        batch_size=16,
        steps=1500,
        ema_decay=0.995,
    ),
    paper=Recipe(
        "on EfficientNet's features",
        "ProjectedGAN",
        paper_networks,
        dataset="folder:PATH",
        image_size=256,
        batch_size=64,
        steps=150_000,
        ema_decay=0.999,
    ),
)
