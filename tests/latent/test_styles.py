import numpy as np
import pytest

import keras_gan
from keras_gan import latent
from keras_gan.runs.generator import Generator
from tests.helpers import tiny_gan
from tests.models.test_stylegan2 import style_gan


@pytest.fixture(scope="module")
def gan():
    return style_gan()


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


def test_refused(gan, tmp_path):
    plain = tiny_gan()
    for call in (lambda g: latent.sefa(g, layers=[0]), latent.ganspace, lambda g: latent.styles_of(g, [0])):
        with pytest.raises(ValueError, match="model with styles"):
            call(plain)
    sampler = Generator(gan.export(tmp_path / "model"))
    with pytest.raises(ValueError, match="SavedModel has none"):
        latent.sefa(sampler)
    assert keras_gan.latent.interpolation_sheet(sampler, rows=1, columns=2).shape == (2, 16, 16, 3)
