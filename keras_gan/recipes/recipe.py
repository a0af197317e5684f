"""What a recipe is, and the list of all."""

import dataclasses
import difflib
import re

SCALES = ("small", "paper")

# Recipes by name and scale.
RECIPES = {}


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a recipe's parts depend on: generator steps, the side of images in pixels, and batch size."""

    steps: int
    side: int
    batch_size: int


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A model, its networks and its schedule at one scale.

    Its functions are called only when a model is built: listing and checking recipes does not start
    TensorFlow.

    Attributes:
        summary: one line that describes it.
        model: name of a model of `keras_gan`.
        networks: function from the image's shape (and `num_classes`) to the networks. Image-to-image models
            also pass the source's shape, recipes `on_gan` the trained GAN, vector conditions their size, and
            "texts" the text encoder. A recipe with `stages` has none.
        parts: function from the `Plan` to arguments of `compile`; it makes new optimisers each time.
        dataset: name for `keras_gan.data.load`.
        image_size: int, or None for the data's own.
        batch_size, steps: ints; generator steps.
        ema_decay: float, None, or a function from the `Plan` to a schedule.
        labels: bool, whether it trains on the data's classes.
        data: "images"; "captions", images with vectors of their captions; "texts", images with their captions
            as ints; "some_labels", images of which some have a class; "image_vectors", images with vectors of
            themselves; "text_vectors", such vectors with those of captions. For image-to-image models:
            "domains" (images by class), "pairs", "unpaired", "next_frames" or "low_high". For other
            modalities: "sounds", "shapes", "videos" and the like, the keys of `cli.kinds.KINDS`.
        factor: int, how many times larger the images of "low_high" become.
        crop: int, side of the random crops to train on, or None.
        options: function from the `Plan` to further arguments of the model.
        adversarial: bool, whether it has a loss of `keras_gan.losses`, augmentation and a discriminator that learns.
        on_gan: bool, whether it is built on a trained GAN, `init_from`.
        stages: names of recipes by the arguments of the model that is made of them; each stage is trained in
            its own folder.
    """

    summary: str
    model: str
    networks: object = None
    parts: object = lambda plan: {}
    dataset: str = "mnist_5k"
    image_size: int | None = None
    batch_size: int = 64
    steps: int = 1000
    ema_decay: object = 0.999
    labels: bool = False
    data: str = "images"
    factor: int | None = None
    crop: int | None = None
    options: object = lambda plan: {}
    adversarial: bool = True
    on_gan: bool = False
    stages: dict = dataclasses.field(default_factory=dict)


def register(name, *, small, paper):
    """Add a recipe at both scales to the list."""
    if not isinstance(name, str) or not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(f"`name` must be words in lower case joined by hyphens. Received: {name!r}")
    for scale, recipe in (("small", small), ("paper", paper)):
        if not isinstance(recipe, Recipe):
            raise ValueError(f"`{scale}` must be a `keras_gan.recipes.Recipe`. Received: {recipe!r}")
    if name in RECIPES:
        raise ValueError(f"There is a recipe {name!r} already.")
    RECIPES[name] = {"small": small, "paper": paper}


def get(name, scale="small"):
    """Return the `Recipe` of a name and scale.

    Raises:
        ValueError: for unknown ones; the message lists those that exist.

    Example:
    >>> keras_gan.recipes.get("wgan-gp").model
    'WGANGP'
    """
    if name not in RECIPES:
        near = difflib.get_close_matches(str(name).lower().replace("_", "-"), RECIPES, n=1)
        raise ValueError(
            f"There is no recipe {name!r}. {f'Did you mean {near[0]!r}? ' if near else ''}There are: {', '.join(RECIPES)}"
        )
    if scale not in SCALES:
        raise ValueError(f"`scale` must be one of {SCALES}. Received: {scale!r}")
    return RECIPES[name][scale]
