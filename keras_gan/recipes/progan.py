"""ProGAN."""

import keras_gan
from keras_gan.recipes.recipe import Recipe, register


def small_networks(image_shape):
    filters = [min(64, 768 // (4 << i)) for i in range(int(image_shape[0]).bit_length() - 2)]
    return keras_gan.networks.progan(image_shape, 64, filters=filters)


def grown(plan):
    """Return equal numbers of images for each stage (4 to full size) and each fade, in the plan's steps."""
    stages = plan.side.bit_length() - 2
    images = max(1, plan.steps * plan.batch_size // (2 * stages - 1))
    return {"fade_images": images, "stable_images": images}


def paper_stages(plan):
    batch_sizes = {**dict.fromkeys((4, 8, 16, 32, 64, 128, 256), 16), 512: 8, 1024: 4}
    return {"fade_images": 600_000, "stable_images": 600_000, "batch_sizes": batch_sizes}


register(
    "progan",
    small=Recipe(
        "grows from 4 x 4 to 32 x 32",
        "ProGAN",
        small_networks,
        image_size=32,
        batch_size=16,
        steps=5000,
        ema_decay=0.995,
        options=grown,
    ),
    paper=Recipe(
        "ProGAN as in its paper",
        "ProGAN",
        lambda shape: keras_gan.networks.progan(shape),
        dataset="folder:celeba_hq",
        image_size=1024,
        batch_size=64,
        steps=937_500,
        options=paper_stages,
    ),
)
