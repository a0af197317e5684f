"""WaveGAN's networks against the official code's outputs."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import layers, networks
from tests.conftest import golden


@pytest.fixture(scope="module")
def official():
    z = np.load(golden("audio/wavegan_16384_dim4.npz"))
    generator, discriminator = networks.wavegan(16_384, 10, filters=4)
    names = {"project": "G/z_project/dense", "logit": "D/output/dense"}
    names |= {f"up_{i}": f"G/upconv_{i}/conv2d_transpose" for i in range(5)}
    names |= {f"down_{i}": f"D/downconv_{i}/conv1d" for i in range(5)}
    for layer in [*generator.layers, *discriminator.layers]:
        if layer.weights and layer.name in names:
            kernel = z[f"{names[layer.name]}/kernel"]
            # Transposed ones were two-dimensional.
            layer.set_weights([kernel[0] if kernel.ndim == 4 else kernel, z[f"{names[layer.name]}/bias"]])
    return z, generator, discriminator


def test_the_official_networks_outputs(official):
    z, generator, discriminator = official
    np.testing.assert_allclose(generator(z["z"]), z["audio"], atol=1e-4)
    np.testing.assert_allclose(discriminator(z["d_input"])[:, 0], z["d_output"], atol=1e-4)


def test_the_official_phase_shuffle(official):
    z, _, discriminator = official
    for name, shift in (("m2", -2), ("m1", -1), ("0", 0), ("p1", 1), ("p2", 2)):
        shifted = layers.PhaseShuffle.shifted(z["shuffle_input"], shift)
        np.testing.assert_array_equal(shifted, z[f"shuffle_output_{name}"])
    x, phases = z["d_input"], iter(z["phases"])
    for layer in discriminator.layers[1:]:
        shuffle = isinstance(layer, layers.PhaseShuffle)
        x = layer.shifted(x, int(next(phases))) if shuffle else layer(x)
    np.testing.assert_allclose(x[:, 0], z["d_output_shuffled"], atol=1e-4)


def test_lengths():
    for length in (1024, 2048, 8192, 32_768):
        generator, discriminator = networks.wavegan(length, 4, filters=1, channels=2)
        assert generator.output_shape == (None, length, 2) and discriminator.output_shape == (None, 1)
    with pytest.raises(ValueError, match="16 times a power of 4"):
        networks.wavegan(5000)


def test_parameters_of_the_paper():
    # Counted by hand: dense 100 x 16,384 and five kernels of 25; the official default of one second.
    generator, _ = networks.wavegan(16_384)
    kernels = sum(25 * a * b + b for a, b in ((1024, 512), (512, 256), (256, 128), (128, 64), (64, 1)))
    assert generator.count_params() == 100 * 16_384 + 16_384 + kernels


def test_labels_reach_both_networks():
    generator, discriminator = networks.wavegan(1024, 4, filters=2, num_classes=3)
    z, x = tf.random.normal((2, 4)), tf.random.normal((2, 1024, 1))
    assert np.abs(generator([z, tf.constant([0, 0])]) - generator([z, tf.constant([1, 1])])).max() > 0
    assert np.abs(discriminator([x, tf.constant([0, 0])]) - discriminator([x, tf.constant([1, 1])])).max() > 0
