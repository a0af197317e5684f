"""DCGAN of the PyTorch examples and R3GAN, against the official networks' outputs."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import convert
from tests.conftest import golden


@pytest.mark.parametrize("ending", [".pth", "_training.pth", "_dataparallel.pth"])
def test_dcgan_in_the_forms_in_which_it_is_saved(tmp_path, ending):
    arrays = np.load(golden("dcgan/dcgan_pytorch_64_ngf8_nc3.npz"))
    path = golden(f"dcgan/dcgan_pytorch_64_ngf8_nc3{ending}")
    z, images = arrays["z"][:, :, 0, 0], arrays["image"].transpose(0, 2, 3, 1)
    network = convert.load(path)
    np.testing.assert_allclose(network(z), images, atol=1e-4)
    # As a SavedModel, which samples too.
    _, folder = convert.convert(path, tmp_path / "saved")
    loaded = tf.saved_model.load(str(folder))
    np.testing.assert_allclose(
        loaded.signatures["serving_default"](latents=tf.constant(z))["images"], images, atol=1e-4
    )
    assert loaded.sample(2, 0).shape == (2, 64, 64, 3)


def test_dcgans_discriminator_by_its_name_in_the_file():
    arrays = np.load(golden("dcgan/dcgan_pytorch_64_ngf8_nc3.npz"))
    network = convert.load(golden("dcgan/dcgan_pytorch_64_ngf8_nc3_training.pth"), prefix="netD_state_dict")
    logits = network(arrays["d_input"].transpose(0, 2, 3, 1))[:, 0]
    np.testing.assert_allclose(logits, arrays["d_logit"], atol=1e-4)
    with pytest.raises(ValueError, match="netD_state_dict, netG_state_dict"):
        convert.load(golden("dcgan/dcgan_pytorch_64_ngf8_nc3_training.pth"), prefix="netQ")


@pytest.mark.parametrize("classes", [pytest.param(False, marks=pytest.mark.slow), True])
@pytest.mark.slow
def test_r3gan(tmp_path, classes):
    path = golden("r3gan/r3gan_16_w24-16-8_cond4.npz" if classes else "r3gan/r3gan_16_w24-16-8.npz")
    arrays = np.load(path)
    labels = [arrays["label"].argmax(1)] if classes else []

    def given(first):
        return [first, *labels] if classes else first

    generator = convert.load(path, prefix="G.")
    images = arrays["image"].transpose(0, 2, 3, 1)
    np.testing.assert_allclose(generator(given(arrays["z"])), images, atol=1e-4)
    discriminator = convert.load(path, prefix="D.")
    logits = discriminator(given(arrays["d_input"].transpose(0, 2, 3, 1)))
    np.testing.assert_allclose(logits[:, 0], arrays["d_output"], atol=1e-4)
    # Under the name that R3GAN's own training puts before all, in a checkpoint of both networks.
    both = {f"g_ema.Model.{n[2:]}": arrays[n] for n in arrays.files if n.startswith("G.")}
    both |= {f"d.Model.{n[2:]}": arrays[n] for n in arrays.files if n.startswith("D.")}
    np.savez(tmp_path / "both.npz", **both)
    np.testing.assert_allclose(convert.load(tmp_path / "both.npz")(given(arrays["z"])), images, atol=1e-4)
    folder = pathlib.Path(convert.convert(tmp_path / "both.npz", tmp_path / "saved")[1])
    sampler = tf.saved_model.load(str(folder))
    assert sampler.sample(2, 0).shape == (2, 16, 16, 3)
    assert isinstance(convert.convert.__globals__["as_gan"](generator), keras_gan.ConditionalGAN) == classes
