"""Videos: MoCoGAN, and prediction of the next frame."""

import keras_gan
from keras_gan.recipes.parts import adam
from keras_gan.recipes.recipe import Recipe, register


def mocogan(content_dim, motion_dim, filters, **options):
    """MoCoGAN's networks and the frames a second, as a function of the videos' shape."""

    def networks(shape, source, **classes):
        pair = keras_gan.networks.mocogan(
            shape, content_dim, motion_dim, filters=filters, **options, **classes
        )
        return *pair, source.fps

    return networks


def next_frame(filters, receptive_field):
    def networks(shape, source_shape):
        given = source_shape[-1]
        generator = keras_gan.networks.unet(source_shape, shape[-1], filters=filters, dropout=0.0)
        return generator, keras_gan.networks.patchgan(
            shape, given, receptive_field=receptive_field, filters=filters
        )

    return networks


for name, of_classes in (("mocogan", False), ("conditional-mocogan", True)):
    by = " by class, one folder each" if of_classes else ""
    register(
        name,
        small=Recipe(
            f"videos{by}",
            "MoCoGAN",
            mocogan(32, 8, 16, discriminator_normalization="none"),
            lambda plan: adam(
                1e-3,
                0.0,
                0.99,
                loss="wasserstein",
                regularizers=[keras_gan.regularizers.GradientPenalty(10.0)],
            ),
            dataset="moving_digits",
            data="videos",
            image_size=32,
            batch_size=16,
            steps=4000,
            ema_decay=0.99,
            labels=of_classes,
        ),
        paper=Recipe(
            f"MoCoGAN as published{by}",
            "MoCoGAN",
            mocogan(50, 10, 64),
            dataset="moving_digits",
            data="videos",
            image_size=64,
            batch_size=32,
            steps=100_000,
            ema_decay=None,
            labels=of_classes,
        ),
    )

register(
    "next-frame",
    small=Recipe(
        "the next frame of videos",
        "NextFrame",
        next_frame(16, 16),
        lambda plan: adam(1e-3, 0.5, 0.99),
        dataset="moving_digits",
        data="next_frames",
        image_size=32,
        batch_size=16,
        steps=3000,
        ema_decay=0.99,
    ),
    paper=Recipe(
        "losses of Mathieu et al. on Pix2Pix networks",
        "NextFrame",
        next_frame(64, 34),
        dataset="moving_digits",
        data="next_frames",
        image_size=64,
        batch_size=8,
        steps=200_000,
        ema_decay=None,
    ),
)
