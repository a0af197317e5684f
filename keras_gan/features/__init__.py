"""Networks that turn images and texts into vectors, and whitening, which reduces the vectors' size."""

from keras_gan.features.extractor import Extractor
from keras_gan.features.inception import inception
from keras_gan.features.minilm import MiniLM
from keras_gan.features.train_extractor import train_extractor
from keras_gan.features.whitening import Whitening

__all__ = ["Extractor", "MiniLM", "Whitening", "inception", "train_extractor"]
