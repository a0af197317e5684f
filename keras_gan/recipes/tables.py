"""CTGAN and TVAE."""

import keras_gan
from keras_gan.recipes.recipe import Recipe, register


def ctgan(widths, packing):
    def networks(schema):
        pair = keras_gan.networks.ctgan(schema, widths=widths, discriminator_widths=widths, packing=packing)
        return *pair, schema

    return networks


def tvae(widths):
    def networks(schema):
        return *keras_gan.networks.tvae(schema, widths=widths), schema

    return networks


register(
    "ctgan",
    small=Recipe(
        "tables: numbers and categories, with `--where` on the latter",
        "CTGAN",
        ctgan((256, 256), packing=1),
        dataset="table:",
        data="rows_by_category",
        batch_size=500,
        steps=5000,
        ema_decay=0.99,
    ),
    paper=Recipe(
        "CTGAN as published, 300 epochs of Adult",
        "CTGAN",
        ctgan((256, 256), packing=10),
        dataset="table:",
        data="rows_by_category",
        batch_size=500,
        steps=13_500,
        ema_decay=None,
    ),
)

register(
    "tvae",
    small=Recipe(
        "tables by a variational autoencoder: quicker than ctgan",
        "TVAE",
        tvae((128, 128)),
        dataset="table:",
        data="rows",
        batch_size=500,
        steps=5000,
        ema_decay=None,
        adversarial=False,
    ),
    paper=Recipe(
        "TVAE as published, 300 epochs of Adult",
        "TVAE",
        tvae((128, 128)),
        dataset="table:",
        data="rows",
        batch_size=500,
        steps=13_500,
        ema_decay=None,
        adversarial=False,
    ),
)
