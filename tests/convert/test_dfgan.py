"""DF-GAN's official networks with random weights, and their outputs."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import convert, networks
from tests.conftest import golden

GOLDEN = "dfgan/dfgan_64_nf4.npz"


def nhwc(images):
    return images.transpose(0, 2, 3, 1)


def test_official_generator():
    arrays = np.load(golden(GOLDEN))
    generator = convert.load(golden(GOLDEN), prefix="G.")
    images = generator([arrays["z"], arrays["text"]]).numpy()
    np.testing.assert_allclose(images, nhwc(arrays["image"]), atol=1e-4)


def test_official_discriminator():
    """Its two networks, of images and of features with a text, are one of ours."""
    arrays = np.load(golden(GOLDEN))
    discriminator = networks.dfgan((64, 64, 3), 12, 10, filters=4)[1]

    def set_weights(layer, name, bias=True):
        weights = [arrays[f"{name}.weight"].transpose(2, 3, 1, 0)]
        discriminator.get_layer(layer).set_weights(weights + ([arrays[f"{name}.bias"]] if bias else []))

    set_weights("from_image", "D.conv_img")
    for i in range(4):
        set_weights(f"block_{i}_conv_1", f"D.DBlocks.{i}.conv_r.0", bias=False)
        set_weights(f"block_{i}_conv_2", f"D.DBlocks.{i}.conv_r.2", bias=False)
        discriminator.get_layer(f"block_{i}_gain").set_weights([arrays[f"D.DBlocks.{i}.gamma"].reshape(())])
        if i < 3:  # the last block's shortcut is stored, and not used
            set_weights(f"block_{i}_shortcut", f"D.DBlocks.{i}.conv_s")
    set_weights("joint", "C.joint_conv.0", bias=False)
    set_weights("logit", "C.joint_conv.2", bias=False)
    logits = discriminator([nhwc(arrays["d_input"]), arrays["d_text"]]).numpy()
    np.testing.assert_allclose(logits, arrays["d_logit"].reshape(-1, 1), atol=1e-4, rtol=1e-4)


@pytest.mark.slow
def test_a_converted_generator_is_sampled_by_embeddings(tmp_path):
    _, folder = convert.convert(golden(GOLDEN), tmp_path / "saved", "G.")
    saved = tf.saved_model.load(str(folder))
    text = np.load(golden(GOLDEN))["text"][:2].astype("float32")
    images = saved.sample(2, 0, 1.0, labels=tf.constant(text)).numpy()
    assert images.shape == (2, 64, 64, 3) and images.dtype == np.uint8
