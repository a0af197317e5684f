import numpy as np
import pytest

from keras_gan import latent, metrics
from tests.models.test_stylegan2 import style_gan


@pytest.fixture(scope="module")
def gan():
    return style_gan()


def extractor():
    """Pixels, made smaller."""
    import keras

    network = keras.Sequential([keras.layers.Input((8, 8, 3)), keras.layers.Flatten()])
    return metrics.Extractor(network)


@pytest.mark.slow
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
    with pytest.raises(ValueError, match="uint8 of shape"):
        latent.project(gan, image[:8, :8], extractor())


@pytest.mark.slow
def test_it_is_a_method_of_invert(gan):
    images = gan.generate(2, seed=4)
    found = latent.invert(gan, images, "styles", extractor=extractor(), steps=3)
    alone = latent.project(gan, images[1], extractor(), steps=3, verbose=False)
    assert found.latents.shape == (2, 6, 8)
    np.testing.assert_allclose(found.latents[1:], alone.w, atol=1e-5)
    np.testing.assert_array_equal(found.images[1], alone.image)
    error = (alone.image.astype("float64") - images[1]) / 127.5
    assert found.distances[1] == pytest.approx((error**2).mean(), rel=1e-4)
    with pytest.raises(ValueError, match="which needs one"):
        latent.invert(gan, images, "styles")
    with pytest.raises(ValueError, match='`extractor` is for the method "styles"'):
        latent.invert(gan, images, extractor=extractor())
