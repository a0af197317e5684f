import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import latent, layers
from keras_gan.latent.directions import affine_kernels
from tests.helpers import tiny_gan
from tests.models.test_stylegan2 import style_gan


@pytest.fixture(scope="module")
def gan():
    return style_gan()


def test_sefa_is_the_largest_change_of_styles(gan):
    directions, shares = latent.sefa(gan, count=8)
    np.testing.assert_allclose(directions @ directions.T, np.eye(8), atol=1e-5)
    assert (np.diff(shares) <= 1e-7).all() and shares.sum() == pytest.approx(1.0, abs=1e-5)
    # One matrix for each row of w's: those of convolutions, and that of the last image.
    of = gan.ema_generator.get_layer("synthesis").get_layer
    names = ("b4_conv1", "b8_conv0", "b8_conv1", "b16_conv0", "b16_conv1", "b16_torgb")
    kernels = [of(f"{name}_affine").kernel.numpy() for name in names]
    weights = np.concatenate([k / np.linalg.norm(k, axis=0) for k in kernels], axis=1)
    change = lambda d: np.square(d @ weights).sum()
    others = np.random.default_rng(0).normal(size=(50, 8))
    assert change(directions[0]) >= max(change(d / np.linalg.norm(d)) for d in others)
    one = latent.sefa(gan, 1, layers=[2])[0][0]
    k = kernels[2] / np.linalg.norm(kernels[2], axis=0)
    assert abs(one @ np.linalg.svd(k)[0][:, 0]) == pytest.approx(1.0, abs=1e-4)
    with pytest.raises(ValueError, match="0 to 5"):
        latent.sefa(gan, layers=[6])


def test_sefa_of_stylegan3_begins_with_the_input():
    pair = keras_gan.networks.stylegan3(
        (16, 16, 3), latent_dim=8, channel_base=128, channel_max=8, synthesis_layers=4
    )
    gan = keras_gan.StyleGAN3(*pair)
    rows = gan.generator.get_layer("synthesis").input_shape[1]
    assert len(affine_kernels(gan.generator.get_layer("synthesis"))) == rows


def test_ganspace_are_principal_components(gan):
    directions, deviations = latent.ganspace(gan, count=3, samples=500, seed=1)
    w = np.asarray(gan.style(gan.sample_latents(500, 1)))[:, 0].astype("float64")
    _, s, vectors = np.linalg.svd(w - w.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs((directions * vectors[:3]).sum(axis=1)), 1, atol=1e-4)
    np.testing.assert_allclose(deviations, s[:3] / np.sqrt(499), rtol=1e-4)


@pytest.mark.slow
def test_a_direction_of_brightness_makes_images_brighter():
    gan = style_gan(seed=1)
    middle = np.median(gan.generate(300, seed=9).mean(axis=(1, 2, 3)))
    direction, accuracy = latent.attribute_direction(
        gan, lambda x: x.mean(axis=(1, 2, 3)) > middle, samples=600
    )
    assert accuracy > 0.7 and np.linalg.norm(direction) == pytest.approx(1.0)
    cells = latent.edit(gan, latent.styles_of(gan, range(20)), direction, amounts=(-1.0, 1.0))
    brightness = cells.reshape(20, 2, -1).mean(axis=2)
    assert brightness[:, 1].mean() > brightness[:, 0].mean()
    ws = latent.styles_of(gan, range(200))
    labelled, accuracy = latent.attribute_direction(gan, (ws, ws[:, 0, 2] > np.median(ws[:, 0, 2])))
    assert accuracy > 0.9 and labelled.argmax() == 2
    with pytest.raises(ValueError, match="ws of shape"):
        latent.attribute_direction(gan, (ws[..., :3], np.ones(200)))
    with pytest.raises(ValueError, match="a tenth on either side"):
        latent.attribute_direction(gan, lambda x: np.zeros(len(x)), samples=20)


def test_rows_of_w_that_are_taken_otherwise_are_an_error():
    """As graphs of earlier versions take them: all layers would be of the first row."""
    ws = keras.Input((4, 8))
    synthesis = keras.Model(ws, layers.EqualizedDense(3, name="b4_affine")(ws[:, 2]))
    with pytest.raises(ValueError, match="ops.unstack"):
        affine_kernels(synthesis)


def test_sefa_without_styles_is_of_the_layer_that_latents_enter():
    """The singular vectors of its weights (columns of length one)."""
    gan = tiny_gan()
    directions, shares = latent.sefa(gan, count=3)
    kernel = next(layer for layer in gan.ema_generator.layers if hasattr(layer, "kernel")).kernel.numpy()
    kernel = kernel / np.linalg.norm(kernel, axis=0)
    vectors, values, _ = np.linalg.svd(kernel)
    np.testing.assert_allclose(np.abs((directions * vectors[:, :3].T).sum(axis=1)), 1.0, atol=1e-4)
    np.testing.assert_allclose(shares, values[:3] ** 2 / (values**2).sum(), rtol=1e-4)
    # Beside the vector of a class latents have their own rows.
    networks = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=3)
    gan = keras_gan.ConditionalGAN(*networks, num_classes=3)
    kernel = next(layer for layer in gan.ema_generator.layers if isinstance(layer, keras.layers.Dense)).kernel
    assert latent.sefa(gan, count=4)[0].shape == (4, 4) and kernel.shape[0] > 4
    latents = keras.Input((4,))
    images = keras.layers.Add()([keras.layers.Dense(4)(latents), keras.layers.Dense(4)(latents)])
    generator = keras.Model(latents, keras.layers.Reshape((2, 2, 1))(images))
    images = keras.Input((2, 2, 1))
    discriminator = keras.Model(images, keras.layers.Dense(1)(keras.layers.Flatten()(images)))
    with pytest.raises(ValueError, match="latents enter one layer alone"):
        latent.sefa(keras_gan.GAN(generator, discriminator), 2)
