"""Networks: functions that return a (generator, discriminator) pair of keras.Model."""

from keras_gan.networks.dcgan import dcgan
from keras_gan.networks.freeze import freeze_blocks
from keras_gan.networks.mlp import mlp
from keras_gan.networks.r3gan import r3gan
from keras_gan.networks.sngan import sagan, sngan

__all__ = ["dcgan", "freeze_blocks", "mlp", "r3gan", "sagan", "sngan"]
