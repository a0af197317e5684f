import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.noise import Codes, Noise, Normal, NormalAndGumbel, Uniform
from tests.helpers import tiny_gan, tiny_networks

SEED = tf.constant([1, 2], "int64")


def test_moments():
    normal, uniform = Normal(8).draw(20_000, SEED).numpy(), Uniform(8).draw(20_000, SEED).numpy()
    np.testing.assert_allclose([normal.mean(), normal.var()], [0, 1], atol=0.01)
    np.testing.assert_allclose([uniform.mean(), uniform.var()], [0, 1 / 3], atol=0.01)
    assert -1 <= uniform.min() < -0.99 and 0.99 < uniform.max() <= 1
    np.testing.assert_array_equal(Normal(8).truncated(4, SEED, 0.5), 0.5 * Normal(8).draw(4, SEED))
    assert Normal((2, 3)).draw(4, SEED).shape == (4, 2, 3)


def test_codes_are_not_truncated_or_moved():
    noise = Codes(4 + 3 + 2, categories=3, codes=2)
    latents = noise.draw(6000, SEED).numpy()
    np.testing.assert_allclose(latents[:, 4:7].mean(0), [1 / 3] * 3, atol=0.03)
    for changed in (noise.truncated(6000, SEED, 0.0), noise.move(latents, -latents)):
        assert not np.asarray(changed)[:, :4].any()
        np.testing.assert_array_equal(np.asarray(changed)[:, 4:], latents[:, 4:])


def test_a_gan_of_uniform_noise(images, tmp_path):
    gan = tiny_gan(lambda *pair, **kwargs: keras_gan.GAN(*pair, noise=Uniform(4), **kwargs))
    gan.fit(images, batch_size=8, verbose=0)
    assert np.abs(gan.sample_latents(100, 0)).max() <= 1
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert isinstance(again.noise, Uniform)
    np.testing.assert_array_equal(again.generate(3, 1), gan.generate(3, 1))
    for wrong in (Uniform(5), "uniform"):
        with pytest.raises(ValueError, match=r"`noise` must be .* of latents of shape \(4,\)"):
            keras_gan.GAN(*tiny_networks(), noise=wrong)
    with pytest.raises(NotImplementedError, match="must define `draw`"):
        Noise(4).draw(1, SEED)
    with pytest.raises(ValueError, match="`size`"):
        Normal(0)


@pytest.mark.parametrize(
    ("threshold", "variance"), [(2.0, 0.773741), (1.0, 0.291125), (0.5, 0.080589), (0.25, 0.020660)]
)
def test_variance_of_a_normal_that_is_cut(threshold, variance):
    noise = keras_gan.noise.TruncatedNormal(500)
    z = noise.truncated(400, keras.random.SeedGenerator(0), threshold / 2.0).numpy()
    assert np.abs(z).max() <= threshold and abs(z.mean()) < 0.005
    np.testing.assert_allclose(z.var(), variance, rtol=0.02)
    assert noise.distribution == "normal, mean 0, deviation 1, within 2"
    whole = (
        keras_gan.noise.TruncatedNormal(500, threshold=100.0).draw(400, keras.random.SeedGenerator(0)).numpy()
    )
    assert np.isfinite(whole).all() and abs(whole.var() - 1) < 0.02


def test_normal_and_gumbel():
    noise = NormalAndGumbel(5, gumbel=3)
    drawn = noise.draw(40_000, tf.constant([1, 2], "int64")).numpy()
    np.testing.assert_allclose(drawn[:, :2].mean(0), 0.0, atol=0.02)
    # Gumbel's mean is Euler's constant, its variance pi^2 / 6.
    np.testing.assert_allclose(drawn[:, 2:].mean(0), np.euler_gamma, atol=0.03)
    np.testing.assert_allclose(drawn[:, 2:].var(0), np.pi**2 / 6, rtol=0.05)
    short = noise.truncated(40_000, tf.constant([1, 2], "int64"), 0.5).numpy()
    np.testing.assert_allclose(short[:, :2], 0.5 * drawn[:, :2], rtol=1e-6)
    np.testing.assert_array_equal(short[:, 2:], drawn[:, 2:])
    moved = noise.move(drawn[:2], np.ones((2, 5), "float32"))
    np.testing.assert_allclose(moved - drawn[:2], [[1, 1, 0, 0, 0]] * 2, atol=1e-6)
    with pytest.raises(ValueError, match="`gumbel` must be less"):
        NormalAndGumbel(3, gumbel=3)
