"""3D-GAN's networks against the official code's outputs."""

import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_gan import networks
from tests.conftest import golden


def assigned(network, z, prefix):
    """Weights by the order of the layers: a convolution and a normalisation in turn."""
    place = 0
    for layer in network.layers:
        if isinstance(layer, (layers.Conv3D, layers.Conv3DTranspose)):
            place += 1
            layer.kernel.assign(z[f"{prefix}.layer{place}.0.weight"].transpose(2, 3, 4, 1, 0))
        elif isinstance(layer, layers.BatchNormalization):
            names = ("weight", "bias", "running_mean", "running_var")
            layer.set_weights([z[f"{prefix}.layer{place}.1.{name}"] for name in names])
    return network


@pytest.mark.parametrize("name, size, filters, latent_dim", [("32_w4", 32, 4, 12), ("64_w2", 64, 2, 10)])
def test_the_official_networks_outputs(name, size, filters, latent_dim):
    z = np.load(golden(f"gan3d/gan3d_{name}.npz"))
    generator, discriminator = networks.gan3d(size, latent_dim, filters=filters)
    made = np.moveaxis(assigned(generator, z, "G")(z["z"]), -1, 1)
    if size == 32:
        np.testing.assert_allclose(made, z["voxels"], atol=1e-4)
    else:
        np.testing.assert_allclose(made[:, :, 1::2, ::2, 1::2], z["voxels_every2"], atol=1e-4)
        np.testing.assert_allclose(made[:, :, 20:36, 24:40, 28:44], z["voxels_crop"], atol=1e-4)
    given = np.moveaxis(z["d_input_uint8"], 1, -1).astype("float32")
    logits = assigned(discriminator, z, "D")(given)
    np.testing.assert_allclose(logits[:, 0], z["d_logit"].ravel(), atol=1e-4)
    np.testing.assert_allclose(tf.sigmoid(logits)[:, 0], z["d_output"].ravel(), atol=1e-4)


def test_the_papers_size():
    # 64 voxels, 200 latents, 512 to 64 channels: kernels by hand, 17.6 M and 11.05 M as others count them.
    generator, discriminator = networks.gan3d()
    pairs = ((200, 512), (512, 256), (256, 128), (128, 64), (64, 1))
    kernels = sum(64 * a * b for a, b in pairs)
    assert sum(np.prod(w.shape) for w in generator.trainable_weights) == kernels + 2 * (512 + 256 + 128 + 64)
    assert round(generator.count_params() / 1e6, 1) == 17.6
    assert round(discriminator.count_params() / 1e6, 2) == 11.05


def test_labels_reach_both_networks():
    generator, discriminator = networks.gan3d(
        16, 4, filters=2, num_classes=3, discriminator_normalization="none"
    )
    z, x = tf.random.normal((2, 4)), tf.random.uniform((2, 16, 16, 16, 1))
    for network, first in ((generator, z), (discriminator, x)):
        a, b = (network([first, tf.constant([label] * 2)]) for label in (0, 1))
        assert np.abs(a - b).max() > 0


def test_wrong_arguments():
    with pytest.raises(ValueError, match="16, 32, 64 or 128"):
        networks.gan3d(48)
    with pytest.raises(ValueError, match="discriminator_normalization"):
        networks.gan3d(16, discriminator_normalization="layer")
