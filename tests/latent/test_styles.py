import numpy as np
import pytest

import keras_gan
from keras_gan import latent, metrics
from keras_gan.latent.directions import affine_kernels
from keras_gan.run_folder import Generator
from tests.helpers import tiny_gan
from tests.models.test_stylegan2 import style_gan


@pytest.fixture(scope="module")
def gan():
    return style_gan()


def extractor():
    """Pixels, made smaller."""
    import keras

    network = keras.Sequential([keras.layers.Input((8, 8, 3)), keras.layers.Flatten()])
    return metrics.Extractor(network)


def test_styles_of_seeds_are_those_of_generate(gan):
    ws = latent.styles_of(gan, [3, 5], truncation=0.5)
    expected = np.concatenate([gan.generate(1, seed, truncation=0.5) for seed in (3, 5)])
    np.testing.assert_array_equal(gan.images_of(ws), expected)


def test_mixing_sheet(gan):
    sheet = latent.style_mixing_sheet(gan, rows=(0, 1), columns=(2, 3, 4), layers=range(2), truncation=1.0)
    cells = sheet.reshape(3, 4, 16, 16, 3)
    assert (cells[0, 0] == 255).all()
    np.testing.assert_array_equal(cells[0, 2], gan.generate(1, 3)[0])
    np.testing.assert_array_equal(cells[2, 0], gan.generate(1, 1)[0])
    mixed = latent.styles_of(gan, [1])
    mixed[:, :2] = latent.styles_of(gan, [3])[:, :2]
    np.testing.assert_array_equal(cells[2, 2], gan.images_of(mixed)[0])
    with pytest.raises(ValueError, match="0 to 5"):
        latent.style_mixing_sheet(gan, layers=[6])


def test_edit_moves_the_layers_it_is_told_to(gan):
    ws, direction = latent.styles_of(gan, [0, 1]), np.eye(8)[3]
    cells = latent.edit(gan, ws, direction, amounts=(0.0, 2.0), layers=[1]).reshape(2, 2, 16, 16, 3)
    np.testing.assert_array_equal(cells[:, 0], gan.images_of(ws))
    ws[:, 1, 3] += 2
    np.testing.assert_array_equal(cells[:, 1], gan.images_of(ws))
    with pytest.raises(ValueError, match="direction"):
        latent.edit(gan, ws, np.ones(7))


def test_ways_lie_in_w(gan):
    sheet = latent.interpolation_sheet(gan, rows=2, columns=3).reshape(2, 3, 16, 16, 3)
    z = np.random.default_rng(0).normal(size=(2, 2, 8)).astype("float32")
    ws = np.stack([gan.style(z[i]) for i in (0, 1)])
    np.testing.assert_array_equal(sheet[:, 1], gan.images_of((ws[0] + ws[1]) / 2))
    assert latent.walk_frames(gan, samples=2, keys=2, frames=4, space="z").shape == (4, 2, 16, 16, 3)
    with pytest.raises(ValueError, match="Only StyleGANs"):
        latent.interpolation_sheet(tiny_gan(), space="w")
    with pytest.raises(ValueError, match="`space`"):
        latent.interpolation_sheet(gan, space="s")


def test_truncation_sweep_is_of_w(gan):
    cells = latent.truncation_sweep(gan, values=(0.5, 1.0), columns=2)
    z = np.random.default_rng(0).normal(size=(2, 8)).astype("float32")
    np.testing.assert_array_equal(cells[:2], gan.images_of(z, truncation=0.5))


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


def test_a_generated_image_is_found_again(gan):
    image = gan.generate(1, seed=4)[0]
    before = gan.ema_generator.get_weights()
    found = latent.project(gan, image, extractor(), steps=150, frames=5, verbose=False)
    for a, b in zip(before, gan.ema_generator.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert found.distance < 0.2 * found.distances[0]
    assert found.frames.shape == (5, 16, 16, 3) and found.w.shape == (1, 6, 8)
    assert (found.w == found.w[:, :1]).all()
    error = lambda x: np.abs(x.astype(float) - image).mean()
    average = gan.generate(1, seed=0, truncation=0.0)[0]
    assert error(found.image) < 0.5 * error(average)
    again = latent.project(gan, image, extractor(), steps=20, every_layer=True, frames=1, verbose=False)
    assert not (again.w == again.w[:, :1]).all()


def test_refused(gan, tmp_path):
    with pytest.raises(ValueError, match="uint8 of shape"):
        latent.project(gan, np.zeros((8, 8, 3), "uint8"), extractor())
    plain = tiny_gan()
    for call in (latent.sefa, latent.ganspace, lambda g: latent.styles_of(g, [0])):
        with pytest.raises(ValueError, match="model with styles"):
            call(plain)
    sampler = Generator(gan.export(tmp_path / "model"))
    with pytest.raises(ValueError, match="SavedModel has none"):
        latent.sefa(sampler)
    assert keras_gan.latent.interpolation_sheet(sampler, rows=1, columns=2).shape == (2, 16, 16, 3)
