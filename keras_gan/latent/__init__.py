"""Interpolation in latent space, editing and projection, and images of them."""

from keras_gan.latent.directions import attribute_direction, ganspace, sefa
from keras_gan.latent.inversion import Inversion, invert, train_encoder
from keras_gan.latent.paths import (
    interpolate,
    interpolation_sheet,
    save_animation,
    truncation_sweep,
    walk,
    walk_frames,
)
from keras_gan.latent.projection import Projection, project
from keras_gan.latent.styles import edit, style_mixing_sheet, styles_of

__all__ = [
    "Inversion",
    "Projection",
    "attribute_direction",
    "edit",
    "ganspace",
    "interpolate",
    "interpolation_sheet",
    "invert",
    "project",
    "save_animation",
    "sefa",
    "style_mixing_sheet",
    "styles_of",
    "train_encoder",
    "truncation_sweep",
    "walk",
    "walk_frames",
]
