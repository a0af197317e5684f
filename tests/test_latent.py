import numpy as np
import pytest

from keras_gan import latent


@pytest.mark.parametrize("path", ["slerp", "lerp"])
def test_ends_and_the_way_between(path):
    first, last = np.random.default_rng(0).normal(size=(2, 5, 8))
    np.testing.assert_allclose(latent.interpolate(first, last, 0.0, path), first, atol=1e-12)
    np.testing.assert_allclose(latent.interpolate(first, last, 1.0, path), last, atol=1e-12)
    # On the way back it is the same way.
    there, back = latent.interpolate(first, last, 0.3, path), latent.interpolate(last, first, 0.7, path)
    np.testing.assert_allclose(there, back, atol=1e-12)
    if path == "slerp":
        # Angles and lengths change evenly.
        unit = lambda x: x / np.linalg.norm(x, axis=1, keepdims=True)
        angle = lambda a, b: np.arccos((unit(a) * unit(b)).sum(1))
        np.testing.assert_allclose(angle(first, there), 0.3 * angle(first, last), atol=1e-9)
        lengths = [np.linalg.norm(x, axis=1) for x in (first, there, last)]
        np.testing.assert_allclose(lengths[1], 0.7 * lengths[0] + 0.3 * lengths[2])


def test_parallel_and_zero_latents_have_a_way_too():
    x = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_allclose(latent.interpolate(x, 2 * x, 0.5), 1.5 * x)
    assert np.isfinite(latent.interpolate(x, 0 * x, 0.5)).all()
    assert np.isfinite(latent.interpolate(x, -x, 0.5)).all()


def test_bad_input_is_refused():
    x = np.zeros((3, 4))
    with pytest.raises(ValueError, match="slerp"):
        latent.interpolate(x, x, 0.5, "straight")
    with pytest.raises(ValueError, match="latent_dim"):
        latent.interpolate(x, x[:2], 0.5)
