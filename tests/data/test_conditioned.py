import numpy as np
import pytest

from keras_gan import data


def batches(**options):
    """An epoch's images as numbers, and its conditions."""
    images = np.repeat(np.arange(100, dtype="float32")[:, None] / 100, 4, axis=1)
    found = list(data.conditioned(images, images[:, :3] * 7 + 1, batch_size=50, **options))
    return np.concatenate([b["image"] for b in found]), np.concatenate([b["condition"] for b in found])


def test_pairs_stay_pairs():
    images, conditions = batches()
    np.testing.assert_allclose(conditions, images[:, :3] * 7 + 1, rtol=1e-6)


def test_noise_is_as_long_as_asked_and_the_same_again():
    images, conditions = batches(noise=0.5)
    exact = images[:, :3] * 7 + 1
    length = np.linalg.norm(conditions - exact, axis=1) / np.linalg.norm(exact, axis=1)
    np.testing.assert_allclose(length, 0.5, rtol=1e-4)
    assert np.abs((conditions - exact).mean(axis=0)).max() < 0.6
    np.testing.assert_array_equal(conditions, batches(noise=0.5)[1])


def test_some_are_dropped_and_images_are_mirrored_alone():
    dropped = (batches(drop=0.3)[1] == 0).all(axis=1)
    assert 0.15 < dropped.mean() < 0.45
    images = np.random.default_rng(0).integers(0, 256, (8, 4, 4, 1), "uint8")
    vectors = np.arange(24, dtype="float32").reshape(8, 3)
    batch = next(iter(data.conditioned(images, vectors, batch_size=8, flip=True)))
    order = batch["condition"].numpy()[:, 0].astype(int) // 3
    np.testing.assert_array_equal(batch["condition"], vectors[order])
    plain = data.from_uint8(images[order]).numpy()
    same = np.array([(a == b).all() for a, b in zip(plain, batch["image"].numpy(), strict=True)])
    mirrored = np.array([(a[:, ::-1] == b).all() for a, b in zip(plain, batch["image"].numpy(), strict=True)])
    assert (same | mirrored).all() and same.any() and mirrored.any()


@pytest.mark.parametrize(
    ("images", "conditions", "options", "message"),
    [
        (np.zeros((4, 2), "float32"), np.zeros((3, 2), "float32"), {}, r"shape \(4, size\)"),
        (np.zeros((4, 2), "float32"), np.zeros((4, 2), "str"), {}, "Conditions must be float32"),
        (np.zeros((4, 2, 2), "float32"), np.zeros((4, 2), "float32"), {}, "`images` must have shape"),
        (np.zeros((4, 2), "float32"), np.full((4, 2), np.nan, "float32"), {}, "conditions contain NaN"),
        (np.zeros((4, 2), "float32"), np.zeros((4, 2), "float32"), {"noise": -1}, "`noise`"),
        (np.zeros((4, 2), "float32"), np.zeros((4, 2), "float32"), {"drop": 1.0}, "`drop`"),
    ],
)
def test_what_is_refused(images, conditions, options, message):
    with pytest.raises(ValueError, match=message):
        data.conditioned(images, conditions, batch_size=2, **options)
