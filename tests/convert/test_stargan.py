"""StarGAN's official networks with random weights, and their outputs."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import convert, networks
from keras_gan.convert import state_dict
from keras_gan.convert.stargan import stargan_generator
from keras_gan.runs.translator import Translator
from tests.conftest import golden

GOLDEN = "stargan/stargan_64.npz"


def nhwc(images):
    return images.transpose(0, 2, 3, 1)


def test_official_generator_by_the_statistics_of_each_image():
    """The official program's own mode, at training and at its tests."""
    arrays = np.load(golden(GOLDEN))
    generator = convert.load(golden(GOLDEN), prefix="G.")
    label = arrays["label"].astype("float32")
    images = generator([nhwc(arrays["input"]), label]).numpy()
    np.testing.assert_allclose(images, nhwc(arrays["image_instance_statistics"]), atol=1e-4)


def test_official_generator_by_running_statistics():
    arrays = np.load(golden(GOLDEN))
    _, state = state_dict.read(golden(GOLDEN), "G.")[0]
    generator, entries = stargan_generator(state_dict.State(state), normalization="batch")
    state_dict.assign(generator, state, entries, "the file")
    label = arrays["label"].astype("float32")
    images = generator([nhwc(arrays["input"]), label]).numpy()
    np.testing.assert_allclose(images, nhwc(arrays["image"]), atol=1e-4)
    back = generator([images, 1 - label]).numpy()
    np.testing.assert_allclose(back, nhwc(arrays["image_back"]), atol=1e-4)


def test_official_discriminator():
    arrays = np.load(golden(GOLDEN))
    discriminator = convert.load(golden(GOLDEN), prefix="D.")
    logits, domains = discriminator(nhwc(arrays["input"]))
    np.testing.assert_allclose(logits, nhwc(arrays["d_source"]), atol=1e-4, rtol=1e-4)
    np.testing.assert_allclose(domains, arrays["d_class"], atol=1e-4, rtol=1e-4)


def test_both_are_converted(tmp_path):
    arrays = np.load(golden(GOLDEN))
    images, label = nhwc(arrays["input"]), arrays["label"].astype("float32")
    _, folder = convert.convert(golden(GOLDEN), tmp_path / "G", "G.")
    made = tf.saved_model.load(str(folder)).signatures["serving_default"]
    made = made(images=tf.constant(images), labels=tf.constant(label))["images"]
    np.testing.assert_allclose(made, nhwc(arrays["image_instance_statistics"]), atol=1e-4)
    with pytest.raises(ValueError, match="vectors of attributes"):
        Translator(folder)
    _, folder = convert.convert(golden(GOLDEN), tmp_path / "D", "D.")
    found = tf.saved_model.load(str(folder)).signatures["serving_default"](images=tf.constant(images))
    np.testing.assert_allclose(found["output_0"], nhwc(arrays["d_source"]), atol=1e-4, rtol=1e-4)
    np.testing.assert_allclose(found["output_1"], arrays["d_class"], atol=1e-4, rtol=1e-4)


def test_parameters_at_128_pixels():
    """Of the official networks with 5 attributes."""
    generator, discriminator = networks.stargan((128, 128, 3), condition_dim=5)
    assert generator.count_params() == 8_430_528
    assert discriminator.count_params() == 44_762_048
