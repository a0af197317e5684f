import keras
import numpy as np
import pytest
from scipy import ndimage

import keras_gan
from keras_gan import networks
from keras_gan.metrics import RotationEquivariance, TranslationEquivariance
from keras_gan.metrics.equivariance import _filter, _turn
from tests.helpers import tiny_gan


def style_gan(configuration, size=64, **sizes):
    keras.utils.set_random_seed(0)
    more = 2 if configuration == "r" else 1
    made = networks.stylegan3(
        (size, size, 3),
        configuration=configuration,
        channel_base=64 * 512 // more,
        channel_max=64 // more,
        **sizes,
    )
    return keras_gan.StyleGAN3(*made, ema_decay=None)


def figure(metric, gan):
    metric.prepare(gan.image_shape, gan)
    return metric.compute()


@pytest.mark.slow
@pytest.mark.parametrize("configuration, eq_t, eq_r", [("t", 78, 30), ("r", 89, 85)])
def test_as_high_as_the_official_networks_of_random_weights(configuration, eq_t, eq_r):
    """Figures of the official code at 64 x 64, 64 channels, the default depth."""
    gan = style_gan(configuration)
    assert figure(TranslationEquivariance(32), gan) > eq_t - 3
    # More angles: a few quarters of a turn weigh much.
    assert figure(RotationEquivariance(32, batch_size=2), gan) > eq_r - 3


@pytest.mark.slow
def test_what_sticks_to_the_pixels_is_found():
    gan = style_gan("t", 32, synthesis_layers=6, latent_dim=16)
    metric = TranslationEquivariance(8)
    free = figure(metric, gan)
    assert free == figure(metric, gan)
    # A last layer that adds a pattern of pixels.
    synthesis = gan.generator.get_layer("synthesis")
    before = synthesis.call
    pattern = np.random.default_rng(0).normal(0, 0.01, (32, 32, 3)).astype("float32")
    synthesis.call = lambda inputs, **options: before(inputs, **options) + pattern
    assert figure(metric, gan) < min(free - 10, 50)
    # The pattern's own error: 10 log10(4 / (2 * 0.01^2)).
    assert figure(metric, gan) == pytest.approx(43.0, abs=1.0)


def test_turning_is_right():
    """Of smooth pictures, against a spline of high order; a quarter against NumPy's."""
    y, x = np.mgrid[:48, :48] / 48 * 2 * np.pi
    picture = (np.sin(2 * x + 1) * np.cos(3 * y))[None, :, :, None]
    turned, inner = _turn(picture, np.pi / 2)
    inside = inner[0, :, :, 0] > 0
    assert inside.mean() > 0.3
    np.testing.assert_allclose(turned[0, inside, 0], np.rot90(picture[0, :, :, 0])[inside], atol=0.02)
    turned, inner = _turn(picture, 0.5)
    inside = inner[0, :, :, 0] > 0
    expected = ndimage.rotate(picture[0, :, :, 0], np.degrees(0.5), reshape=False, order=5)
    assert np.abs(turned[0, inside, 0] - expected[inside]).max() < 0.05


@pytest.mark.parametrize("up", [1, 4])
def test_the_filter_keeps_the_brightness(up):
    taps = _filter(0.7, up)
    assert taps.sum() == pytest.approx(up**2)
    np.testing.assert_allclose(taps, taps[::-1, ::-1], atol=1e-3)


def test_refused():
    metric = TranslationEquivariance(4)
    with pytest.raises(ValueError, match="FourierFeatures"):
        metric.prepare((8, 8, 1), tiny_gan())
    with pytest.raises(ValueError, match="num_samples"):
        RotationEquivariance(0)
    with pytest.raises(ValueError, match="needs a model"):
        TranslationEquivariance(4).compute()


@pytest.mark.slow
def test_the_input_is_as_before_and_config_holds_all():
    gan = style_gan("t", 16, synthesis_layers=4, latent_dim=8)
    layer = gan.generator.get_layer("synthesis").get_layer("input")
    layer.transform.assign([[1, 0, 0.1], [0, 1, 0], [0, 0, 1]])
    metric = RotationEquivariance(num_samples=3, seed=5, batch_size=2, name="turned")
    again = RotationEquivariance.from_config(metric.get_config())
    assert figure(metric, gan) == figure(again, gan)
    assert layer.transform.numpy()[0, 2] == pytest.approx(0.1)
    gan.compile(metrics=[TranslationEquivariance(4)])
    images = np.zeros((4, 16, 16, 3), "float32")
    assert gan.evaluate(images, verbose=0, return_dict=True)["eq_t"] > 20
