"""Recipes: what `keras-gan train NAME` trains. A family has a file; importing all starts no TensorFlow."""

# In the order in which they are listed.
from keras_gan.recipes import (  # noqa: F401  isort: skip
    dcgan,
    wgan,
    sngan,
    stability,
    r3gan,
    conditional,
    biggan,
    progan,
    stylegan,
    projected,
    translation,
    stargan,
    super_resolution,
    clip,
    text_to_image,
    autoencoders,
    anomalies,
    tables,
    sound,
    shapes,
    video,
    series,
)
from keras_gan.recipes.build import OF_SOURCE, build, check_adversarial
from keras_gan.recipes.recipe import RECIPES, SCALES, Plan, Recipe, get, register

__all__ = [
    "OF_SOURCE",
    "RECIPES",
    "SCALES",
    "Plan",
    "Recipe",
    "build",
    "check_adversarial",
    "get",
    "register",
]
