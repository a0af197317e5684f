"""What a discriminator looks at, what a generator's units paint, and whether generated images have the data's share of each attribute."""

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
