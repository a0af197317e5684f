"""keras_gan: generative adversarial networks for Keras 3, trained with `model.fit`."""

import os
import sys

if os.path.basename(sys.argv[0]) in ("keras-gan", "-m"):
    # On the command line, TensorFlow's remarks on its build and on missing GPUs look like failures.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        "keras_gan runs on Keras' TensorFlow backend. Received: "
        f"KERAS_BACKEND={keras.backend.backend()!r}. Set it before Python imports Keras: "
        'os.environ["KERAS_BACKEND"] = "tensorflow", or `export KERAS_BACKEND=tensorflow`.'
    )

from keras_gan import (
    augmentations,
    callbacks,
    convert,
    data,
    latent,
    layers,
    losses,
    metrics,
    networks,
    optimizers,
    plots,
    recipes,
    regularizers,
    report,
    schedules,
    torch_file,
)
from keras_gan.models.acgan import ACGAN
from keras_gan.models.conditional_gan import ConditionalGAN
from keras_gan.models.cyclegan import CycleGAN
from keras_gan.models.gan import GAN
from keras_gan.models.info_gan import InfoGAN
from keras_gan.models.lsgan import LSGAN
from keras_gan.models.pix2pix import Pix2Pix
from keras_gan.models.progan import ProGAN
from keras_gan.models.srgan import ESRGAN, SRGAN
from keras_gan.models.stylegan import StyleGAN
from keras_gan.models.stylegan2 import StyleGAN2
from keras_gan.models.stylegan3 import StyleGAN3
from keras_gan.models.wgan import WGAN
from keras_gan.models.wgan_gp import WGANGP

__version__ = "0.1.0"

__all__ = [
    "ACGAN",
    "ESRGAN",
    "GAN",
    "LSGAN",
    "SRGAN",
    "WGAN",
    "WGANGP",
    "ConditionalGAN",
    "CycleGAN",
    "InfoGAN",
    "Pix2Pix",
    "ProGAN",
    "StyleGAN",
    "StyleGAN2",
    "StyleGAN3",
    "augmentations",
    "callbacks",
    "convert",
    "data",
    "latent",
    "layers",
    "losses",
    "metrics",
    "networks",
    "optimizers",
    "plots",
    "recipes",
    "regularizers",
    "report",
    "schedules",
    "torch_file",
]
