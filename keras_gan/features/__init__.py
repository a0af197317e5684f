"""Networks whose features metrics are computed on."""

from keras_gan.features.extractor import Extractor
from keras_gan.features.inception import inception
from keras_gan.features.train_extractor import train_extractor

__all__ = ["Extractor", "inception", "train_extractor"]
