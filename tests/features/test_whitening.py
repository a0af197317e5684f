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


def test_what_is_refused():
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
