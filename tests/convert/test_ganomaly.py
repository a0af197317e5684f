"""GANomaly's official networks."""

import numpy as np

import keras_gan
from keras_gan import convert
from tests.conftest import golden

GOLDEN = "ganomaly/ganomaly_32_nc1_ngf8.npz"


def nhwc(images):
    return images.transpose(0, 2, 3, 1)


def test_equal_to_the_official_networks():
    path, values = golden(GOLDEN), np.load(golden(GOLDEN))
    network = convert.load(path, prefix="G.")
    images = nhwc(values["input"])
    made, latents, again = (np.asarray(x) for x in network(images, training=False))
    np.testing.assert_allclose(made, nhwc(values["reconstruction"]), atol=1e-4)
    np.testing.assert_allclose(latents, values["latent_i"][:, :, 0, 0], atol=1e-4)
    np.testing.assert_allclose(again, values["latent_o"][:, :, 0, 0], atol=1e-4)
    judge = convert.load(path, prefix="D.")
    np.testing.assert_allclose(np.asarray(judge(images, training=False))[:, 0], values["d_logit"], atol=1e-4)
    # A detector of them scores as the official code does.
    parts = [network.get_layer(name) for name in ("encoder", "decoder", "second_encoder")]
    detector = keras_gan.GANomaly(*parts, judge)
    np.testing.assert_allclose(detector.score(images), values["score"], rtol=1e-3, atol=1e-6)
    for ours, theirs in ((images, "d_features"), (made, "d_features_reconstruction")):
        features = np.asarray(detector._judge(ours, training=False)[0])
        np.testing.assert_allclose(features, nhwc(values[theirs]), atol=1e-4)
