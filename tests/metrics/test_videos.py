"""Figures of videos."""

import numpy as np
import pytest

from keras_gan.metrics import videos


def test_average_content_distance():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(3, 4, 5))
    total, count = 0.0, 0
    for video in features:
        for i in range(4):
            for j in range(i):
                total, count = total + np.sqrt(((video[i] - video[j]) ** 2).sum()), count + 1
    np.testing.assert_allclose(videos.average_content_distance(features), total / count)
    still = np.repeat(features[:, :1], 4, axis=1)
    assert videos.average_content_distance(still) == 0.0
    for wrong in (features[:, :1], features[0], np.where(features > 2, np.nan, features) + np.nan):
        with pytest.raises(ValueError):
            videos.average_content_distance(wrong)


def test_psnr_by_horizon():
    rng = np.random.default_rng(0)
    real, made = rng.integers(0, 256, (2, 3, 4, 8, 8, 1)).astype("uint8")
    found = videos.psnr_by_horizon(real, made)
    errors = ((real.astype(float) - made) ** 2).mean((2, 3, 4))
    np.testing.assert_allclose(found, 10 * np.log10(255**2 / errors.mean(0)), rtol=1e-5)
    made[0] = real[0]
    np.testing.assert_allclose(
        videos.psnr_by_horizon(real, made), 10 * np.log10(255**2 / (errors[1:].sum(0) / 3)), rtol=1e-5
    )
    assert found.shape == (4,)
    with pytest.raises(ValueError, match="Both must have shape"):
        videos.psnr_by_horizon(real, made[:, :2])
