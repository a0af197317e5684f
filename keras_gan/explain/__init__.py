"""Saliency of discriminators, dissection of generators' units, and attribute balance of generated images."""

from keras_gan.explain import concepts
from keras_gan.explain.balance import Balance, attribute_balance
from keras_gan.explain.dissection import Dissection, ablate, causal_effect, dissect, insert
from keras_gan.explain.saliency import overlay, saliency

__all__ = [
    "Balance",
    "Dissection",
    "ablate",
    "attribute_balance",
    "causal_effect",
    "concepts",
    "dissect",
    "insert",
    "overlay",
    "saliency",
]
