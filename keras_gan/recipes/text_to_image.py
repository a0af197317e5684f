"""Images of texts: DF-GAN, StackGAN-v2, and a prior with a decoder."""

import keras_gan
from keras_gan.recipes.parts import adam
from keras_gan.recipes.recipe import Recipe, register


def dfgan(filters, latent_dim):
    def networks(image_shape, condition_dim):
        return keras_gan.networks.dfgan(image_shape, condition_dim, latent_dim, filters=filters)

    return networks


def stackgan2(filters, discriminator_filters, latent_dim, embedding_dim):
    def networks(image_shape, condition_dim):
        return keras_gan.networks.stackgan2(
            image_shape,
            condition_dim,
            latent_dim,
            branches=2 if image_shape[0] < 64 else 3,
            embedding_dim=embedding_dim,
            filters=filters,
            discriminator_filters=discriminator_filters,
        )

    return networks


def of_vectors(small, paper, data):
    """DF-GAN at both scales, for one type of vectors; `small` and `paper` are the summaries."""
    return {
        "small": Recipe(
            small,
            "DFGAN",
            dfgan(8, 32),
            # At equal rates digits became black images.
            lambda plan: adam(4e-4, 0.0, 0.9, discriminator_rate=8e-4),
            image_size=32,
            batch_size=32,
            steps=1500,
            ema_decay=0.995,
            data=data,
        ),
        "paper": Recipe(
            paper,
            "DFGAN",
            dfgan(32, 100),
            dataset="folder:PATH",
            image_size=256,
            batch_size=24,
            steps=400_000,
            data=data,
        ),
    }


register(
    "dfgan",
    **of_vectors(
        "images of texts (--text-encoder)", "DF-GAN as in its paper, 256 x 256 (--text-encoder)", "captions"
    ),
)

register(
    "stackgan2",
    small=Recipe(
        "images of texts, at several sizes at once (--text-encoder)",
        "StackGAN2",
        stackgan2(16, 16, 32, 16),
        image_size=32,
        batch_size=32,
        steps=1500,
        ema_decay=0.995,
        data="captions",
    ),
    paper=Recipe(
        "StackGAN-v2 as in its paper, 256 x 256 (--text-encoder)",
        "StackGAN2",
        stackgan2(64, 64, 100, 128),
        dataset="folder:PATH",
        image_size=256,
        batch_size=24,
        steps=200_000,
        data="captions",
    ),
)


def prior(latent_dim, hidden):
    def networks(shape, condition_dim):
        return keras_gan.networks.mlp(shape[0], latent_dim, hidden, condition_dim=condition_dim)

    return networks


register(
    "decoder",
    **of_vectors(
        "images of vectors of images: a stage of text-to-image", "the same, 256 x 256", "image_vectors"
    ),
)

register(
    "prior",
    small=Recipe(
        "vectors of images of texts: a stage of text-to-image",
        "ConditionalGAN",
        prior(16, (128, 128)),
        lambda plan: adam(4e-4, 0.0, 0.9, loss="relativistic", regularizers=["r1", "r2"]),
        image_size=32,
        steps=1500,
        ema_decay=0.995,
        data="text_vectors",
    ),
    paper=Recipe(
        "the same, wider",
        "ConditionalGAN",
        prior(64, (512, 512, 512)),
        lambda plan: adam(2e-4, 0.0, 0.9, loss="relativistic", regularizers=["r1", "r2"]),
        dataset="folder:PATH",
        image_size=256,
        batch_size=256,
        steps=100_000,
        data="text_vectors",
    ),
)

STAGES = {"prior": "prior", "decoder": "decoder"}

register(
    "text-to-image",
    small=Recipe(
        "images of texts in two steps (--text-encoder)",
        "TextToImage",
        image_size=32,
        batch_size=32,
        steps=1500,
        data="image_vectors",
        stages=STAGES,
    ),
    paper=Recipe(
        "the same, 256 x 256 (--text-encoder)",
        "TextToImage",
        dataset="folder:PATH",
        image_size=256,
        batch_size=24,
        steps=400_000,
        data="image_vectors",
        stages=STAGES,
    ),
)
