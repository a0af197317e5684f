"""Recipes: what `keras-gan train NAME` trains, a line each."""

import dataclasses

import keras

from keras_gan import networks
from keras_gan.models.gan import GAN
from keras_gan.models.lsgan import LSGAN
from keras_gan.models.wgan import WGAN
from keras_gan.models.wgan_gp import WGANGP
from keras_gan.regularizers import R1Penalty
from keras_gan.run_folder import load_model

SCALES = ("small", "paper")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A model, its networks and its schedule at one scale.

    Attributes:
        summary: one line of what it is.
        model: subclass of `GAN`.
        networks: dict of arguments of `networks.dcgan` beside the image's shape.
        parts: function that returns arguments of `compile`; new optimisers at every call.
        dataset: name for `keras_gan.data.load`.
        image_size: int, or None for the data's own.
        batch_size, steps: ints; generator steps.
        ema_decay: float or None.
    """

    summary: str
    model: type
    networks: dict
    parts: object = dict
    dataset: str = "mnist_5k"
    image_size: int | None = None
    batch_size: int = 64
    steps: int = 1000
    ema_decay: float | None = 0.999


def _r1_adam():
    return {
        "generator_optimizer": keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99),
        "discriminator_optimizer": keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99),
        "regularizers": [R1Penalty(0.1, interval=4)],
    }


_SMALL = {"latent_dim": 64, "filters": 32}
_SMALL_CRITIC = {**_SMALL, "discriminator_normalization": "none"}
_PAPER = {"latent_dim": 100, "filters": 64}
_PAPER_CRITIC = {**_PAPER, "discriminator_normalization": "layer"}

# fmt: off
RECIPES = {
    "dcgan": {
        "small": Recipe("DCGAN networks, non-saturating loss, R1", GAN, _SMALL_CRITIC, _r1_adam, steps=3500, ema_decay=0.995),
        "paper": Recipe("DCGAN as in its paper", GAN, _PAPER, dataset="lsun/bedroom", image_size=64, batch_size=128, steps=100_000),
    },
    "lsgan": {
        "small": Recipe("least squares loss", LSGAN, _SMALL, steps=1000, ema_decay=0.995),
        "paper": Recipe("LSGAN on DCGAN networks", LSGAN, _PAPER, dataset="lsun/bedroom", image_size=64, batch_size=64, steps=100_000),
    },
    "wgan": {
        "small": Recipe("Wasserstein loss, weight clipping", WGAN, _SMALL_CRITIC, steps=400, ema_decay=0.99),
        "paper": Recipe("WGAN on DCGAN networks", WGAN, _PAPER, dataset="lsun/bedroom", image_size=64, batch_size=64, steps=100_000),
    },
    "wgan-gp": {
        "small": Recipe("Wasserstein loss, gradient penalty", WGANGP, _SMALL_CRITIC, steps=400, ema_decay=0.99),
        "paper": Recipe("WGAN-GP on DCGAN networks", WGANGP, _PAPER_CRITIC, dataset="lsun/bedroom", image_size=64, batch_size=64, steps=200_000),
    },
}
# fmt: on


def get(name, scale="small"):
    """Return the `Recipe` of a name and scale.

    Raises:
        ValueError: for unknown ones; the message lists those that exist.

    Example:
    >>> keras_gan.recipes.get("wgan-gp").model.__name__
    'WGANGP'
    """
    if name not in RECIPES:
        raise ValueError(f"There is no recipe {name!r}. There are: {', '.join(RECIPES)}")
    if scale not in RECIPES[name]:
        raise ValueError(f"`scale` must be one of {SCALES}. Received: {scale!r}")
    return RECIPES[name][scale]


def build(
    name,
    image_shape,
    scale="small",
    *,
    seed=0,
    loss=None,
    jit_compile="auto",
    init_from=None,
    frozen_blocks=0,
):
    """Build and compile the model of a recipe.

    Args:
        name, scale: as in `get`.
        image_shape: (height, width, channels) of the data.
        seed: int; seeds the initial weights too.
        loss: alias or loss, to replace the recipe's own; None keeps it.
        jit_compile: as in `GAN.compile`.
        init_from: path of a run folder or `.keras` file whose networks' weights to begin with.
        frozen_blocks: int, how many of the discriminator's first blocks to freeze (FreezeD).

    Returns:
        A compiled `GAN`.

    Raises:
        ValueError: for unknown names, and where the weights of `init_from` do not fit.

    Example:
    >>> gan = keras_gan.recipes.build("dcgan", (28, 28, 1))
    >>> gan.adversarial_loss
    NonSaturatingLoss(label_smoothing=0.0, two_sided=False)
    """
    recipe = get(name, scale)
    keras.utils.set_random_seed(seed)
    gan = recipe.model(*networks.dcgan(image_shape, **recipe.networks), ema_decay=recipe.ema_decay, seed=seed)
    if init_from is not None:
        _copy_weights(load_model(init_from), gan, init_from)
    networks.freeze_blocks(gan.discriminator, frozen_blocks)
    parts = recipe.parts()
    if loss is not None:
        parts["loss"] = loss
    gan.compile(**parts, jit_compile=jit_compile)
    return gan


def _copy_weights(source, target, path):
    for name in ("generator", "discriminator", "ema_generator"):
        weights, mine = getattr(source, name).get_weights(), getattr(target, name).get_weights()
        if [w.shape for w in weights] != [w.shape for w in mine]:
            raise ValueError(
                f"The {name} of {path} does not fit: it has {len(weights)} weights for images of "
                f"{source.generator.output_shape[1:]}, this one {len(mine)} for "
                f"{target.generator.output_shape[1:]}. Use a recipe with the same networks."
            )
        getattr(target, name).set_weights(weights)
