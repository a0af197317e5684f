"""Digits split by class over clients: each has some classes alone, and the server's GAN learns to make all.

`run.sh` starts a server and three clients as processes of this machine. The rounds, the mode and the folder of the results come from the
environment: ROUNDS, AVERAGE ("both" or "discriminator"), OUT.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_gan

ROUNDS, AVERAGE = int(os.environ.get("ROUNDS", "20")), os.environ.get("AVERAGE", "both")


def make():
    """The GAN, the same on the server and on every client."""
    keras.utils.set_random_seed(0)
    networks = keras_gan.networks.dcgan(
        (28, 28, 1), latent_dim=64, filters=16, discriminator_normalization="none"
    )
    gan = keras_gan.GAN(*networks, seed=0)
    gan.compile(regularizers=[keras_gan.regularizers.R1Penalty(0.1)])
    return gan


def data(node):
    """The digits of this client's classes: of three clients the first has 0, 3, 6, 9, the second 1, 4, 7, the third 2, 5, 8."""
    images, labels = zip(*keras_gan.data.load("mnist_5k", labels=True, batch_size=100), strict=True)
    images, labels = np.concatenate(images), np.concatenate(labels)
    return images[labels % int(node["num-partitions"]) == int(node["partition-id"])]


client = keras_gan.federated.client_app(
    make, data, average=AVERAGE, local_steps=int(os.environ.get("STEPS", "20"))
)
server = keras_gan.federated.server_app(
    make,
    rounds=ROUNDS,
    average=AVERAGE,
    generator_steps=20,
    min_clients=int(os.environ.get("CLIENTS", "3")),
    out=os.environ.get("OUT"),
)
