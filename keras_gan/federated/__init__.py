"""GANs trained on data that never leave their clients: federated averaging, in one process or over Flower."""

from keras_gan.federated.averaging import average, clipped, noise_of, traffic
from keras_gan.federated.flower import client_app, server_app
from keras_gan.federated.local import Local
from keras_gan.federated.privacy import epsilon
from keras_gan.federated.simulation import Federation, simulate

__all__ = [
    "Federation",
    "Local",
    "average",
    "client_app",
    "clipped",
    "epsilon",
    "noise_of",
    "server_app",
    "simulate",
    "traffic",
]
