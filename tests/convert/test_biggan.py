"""BigGAN's official networks with random weights, and their outputs."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import convert
from tests.conftest import golden

OFFICIAL = ("biggan_32", "biggan_64_attn32_hier_shared", "biggan_deep_64_attn32")


@pytest.mark.parametrize("name", OFFICIAL)
@pytest.mark.slow
def test_official_networks(name):
    path = golden(f"biggan/{name}.npz")
    arrays = np.load(path)
    generator = convert.load(path, prefix="G.")
    images = generator([arrays["z"], arrays["label"]]).numpy()
    np.testing.assert_allclose(images, arrays["image"].transpose(0, 2, 3, 1), atol=1e-4)
    discriminator = convert.load(path, prefix="D.")
    logits = discriminator([arrays["d_input"].transpose(0, 2, 3, 1), arrays["label"]]).numpy()
    np.testing.assert_allclose(logits, arrays["d_output"], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("truncation", [1.0, 0.5, 0.4])
def test_hugging_faces_port_at_a_truncation(truncation):
    path = golden("biggan/hf_biggan_deep_64.npz")
    arrays = np.load(path)
    generator = convert.load(path, prefix="G.", truncation=truncation)
    images = generator([arrays["z"], arrays["label"].argmax(-1)]).numpy()
    expected = arrays[f"image_trunc{truncation:g}"].transpose(0, 2, 3, 1)
    np.testing.assert_allclose(images, expected, atol=1e-4)
    assert truncation == 1 or np.abs(images - arrays["image_trunc1"].transpose(0, 2, 3, 1)).max() > 0.01


def test_hugging_faces_port_between_two_truncations():
    """Between two rows its code swaps the weights of the interpolation: such truncations are refused."""
    with pytest.raises(ValueError, match="multiples of 0.02 up to 1. Received: truncation=0.406"):
        convert.load(golden("biggan/hf_biggan_deep_64.npz"), prefix="G.", truncation=0.406)


def test_a_loaded_generator_is_sampled_by_class():
    gan = convert.as_gan(convert.load(golden("biggan/biggan_32.npz"), prefix="G."))
    assert gan.num_classes == 5 and gan.generate(3, seed=0, labels=4).shape == (3, 32, 32, 3)


@pytest.mark.slow
def test_a_converted_port_is_sampled_by_class(tmp_path):
    _, folder = convert.convert(
        golden("biggan/hf_biggan_deep_64.npz"), tmp_path / "saved", "G.", truncation=0.5
    )
    saved = tf.saved_model.load(str(folder))
    images = saved.sample(2, 0, 1.0, labels=tf.constant([0, 4])).numpy()
    assert (
        images.shape == (2, 64, 64, 3)
        and images.dtype == np.uint8
        and np.abs(np.diff(images, axis=0)).max() > 0
    )
