import json

import keras
import numpy as np
import pytest

from keras_gan.features import Whitening


def test_components_are_independent_and_of_variance_one():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(200, 5)) @ rng.normal(size=(5, 5)) + 3.0
    whitening = Whitening(3).fit(features)
    found = whitening(features)
    np.testing.assert_allclose(found.T @ found / 200, np.eye(3), atol=1e-5)
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=1e-5)
    # The first three of the covariance's eigenvectors: what they leave is in the other two.
    values = np.linalg.eigvalsh(np.cov(features.T, bias=True))[::-1]
    back = np.linalg.lstsq(np.c_[found, np.ones(200)], features, rcond=None)[0]
    left = features - np.c_[found, np.ones(200)] @ back
    np.testing.assert_allclose((left**2).mean(axis=0).sum(), values[3:].sum(), rtol=1e-4)
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(whitening)))
    again = keras.saving.deserialize_keras_object(config)
    np.testing.assert_array_equal(again(features), found)


def test_a_share_of_the_variance():
    """Axes of variances 6, 3 and 1: two of them have .9 of it, three are at most."""
    signs = np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, -1).T
    features = signs * np.sqrt([6.0, 3.0, 1.0])
    sizes = [
        Whitening(3, share=share).fit(features).components.shape[1]
        for share in (0.5, 0.6, 0.61, 0.9, 0.91, 1.0)
    ]
    assert sizes == [1, 1, 2, 2, 3, 3]
    assert Whitening(2, share=1.0).fit(features).components.shape[1] == 2
    flat = Whitening(5, share=0.99).fit(features[:, :1] * np.ones((1, 4)))
    assert (
        flat.components.shape[1] == 1
        and flat.size == 5
        and np.abs(flat(features[:, :1] * np.ones((1, 4)))).max() < 1.001
    )
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(flat))
    assert again.components.shape[1] == 1 and again.share == 0.99 and again.size == 5
    # Components point the same way whatever found them.
    assert (np.abs(flat.components).argmax(0) == flat.components.argmax(0)).all()


def test_what_is_refused():
    for share in (0.0, 1.5):
        with pytest.raises(ValueError, match="`share` must be"):
            Whitening(2, share=share)
    with pytest.raises(ValueError, match="fewer than 1 directions"):
        Whitening(1).fit(np.ones((5, 4)))
    with pytest.raises(ValueError, match="`fit` it"):
        Whitening(2)(np.zeros((3, 4)))
    with pytest.raises(ValueError, match="for 2 components"):
        Whitening(2).fit(np.zeros((2, 4)))
    with pytest.raises(ValueError, match="fewer than 2 directions"):
        Whitening(2).fit(np.arange(10.0)[:, None] * np.ones((10, 4)))
    fitted = Whitening(1).fit(np.arange(10.0)[:, None] * np.ones((10, 4)))
    with pytest.raises(ValueError, match=r"shape \(n, 4\)"):
        fitted(np.zeros((3, 5)))
    with pytest.raises(ValueError, match="NaN"):
        Whitening(1).fit(np.full((5, 4), np.nan))
