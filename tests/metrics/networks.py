"""Small extractors for tests."""

import keras
from keras import layers


def pixels(side=4, channels=1):
    """Features are the pixels of the image at this size."""
    return keras.Sequential([layers.Input((side, side, channels)), layers.Flatten()], name="pixels")


def convolution(channels=1):
    """A convolution of 8 x 8 images with fixed weights, and class logits."""
    x = inputs = layers.Input((8, 8, channels))
    x = layers.Conv2D(6, 3, kernel_initializer=keras.initializers.RandomNormal(seed=1), name="maps")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dense(5, kernel_initializer=keras.initializers.RandomNormal(stddev=2.0, seed=2))(x)
    return keras.Model(inputs, x, name="convolution")
