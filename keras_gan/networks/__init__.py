"""Networks: functions that return a (generator, discriminator) pair of keras.Model, or one of them."""

from keras_gan.networks.bagan import bagan
from keras_gan.networks.biggan import biggan, biggan_deep
from keras_gan.networks.ctgan import ctgan, tvae
from keras_gan.networks.cyclegan import resnet
from keras_gan.networks.dcgan import dcgan
from keras_gan.networks.dfgan import dfgan
from keras_gan.networks.esrgan import esrgan_discriminator, rrdbnet
from keras_gan.networks.fanogan import fanogan, fanogan_mlp
from keras_gan.networks.fastgan import fastgan_generator
from keras_gan.networks.freeze import freeze_blocks
from keras_gan.networks.gan3d import gan3d
from keras_gan.networks.gan_stability import gan_stability
from keras_gan.networks.ganomaly import ganomaly
from keras_gan.networks.hifigan import hifigan, hifigan_discriminator
from keras_gan.networks.imitation import imitation
from keras_gan.networks.infogan import infogan
from keras_gan.networks.interpolate import interpolate
from keras_gan.networks.melgan import melgan, melgan_discriminator
from keras_gan.networks.mlp import mlp
from keras_gan.networks.mocogan import mocogan
from keras_gan.networks.pigan import pigan
from keras_gan.networks.pix2pix import RECEPTIVE_FIELDS, patchgan, unet
from keras_gan.networks.progan import progan
from keras_gan.networks.projected import projected_discriminator
from keras_gan.networks.r3gan import r3gan
from keras_gan.networks.san import san
from keras_gan.networks.semi_supervised import semi_supervised
from keras_gan.networks.sequence_gan import sequence_gan
from keras_gan.networks.sngan import sagan, sngan
from keras_gan.networks.srgan import msrresnet, srgan_discriminator, srresnet
from keras_gan.networks.srvggnet import srvggnet
from keras_gan.networks.stackgan import stackgan
from keras_gan.networks.stackgan2 import stackgan2
from keras_gan.networks.stargan import stargan
from keras_gan.networks.stylegan import stylegan
from keras_gan.networks.stylegan2 import stylegan2
from keras_gan.networks.stylegan3 import stylegan3
from keras_gan.networks.text_encoder import text_encoder
from keras_gan.networks.timegan import timegan
from keras_gan.networks.vae import encoder, joint_discriminator, vae
from keras_gan.networks.watermark import watermark
from keras_gan.networks.wavegan import wavegan

__all__ = [
    "RECEPTIVE_FIELDS",
    "bagan",
    "biggan",
    "biggan_deep",
    "ctgan",
    "dcgan",
    "dfgan",
    "encoder",
    "esrgan_discriminator",
    "fanogan",
    "fanogan_mlp",
    "fastgan_generator",
    "freeze_blocks",
    "gan3d",
    "gan_stability",
    "ganomaly",
    "hifigan",
    "hifigan_discriminator",
    "imitation",
    "infogan",
    "interpolate",
    "joint_discriminator",
    "melgan",
    "melgan_discriminator",
    "mlp",
    "mocogan",
    "msrresnet",
    "patchgan",
    "pigan",
    "progan",
    "projected_discriminator",
    "r3gan",
    "resnet",
    "rrdbnet",
    "sagan",
    "san",
    "semi_supervised",
    "sequence_gan",
    "sngan",
    "srgan_discriminator",
    "srresnet",
    "srvggnet",
    "stackgan",
    "stackgan2",
    "stargan",
    "stylegan",
    "stylegan2",
    "stylegan3",
    "text_encoder",
    "timegan",
    "tvae",
    "unet",
    "vae",
    "watermark",
    "wavegan",
]
