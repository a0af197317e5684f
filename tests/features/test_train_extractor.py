import numpy as np
import pytest

import keras_gan
from keras_gan import metrics


@pytest.mark.slow
def test_digits(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    train, test = keras_gan.data.load("mnist_5k", splits=("train", "test"), labels=True, batch_size=50)
    extractor = metrics.train_extractor(train, test, epochs=3)
    assert extractor.accuracy > 0.9 and "accuracy" in capsys.readouterr().out
    assert (extractor.load().features, extractor.classifier.load().features) == (128, 10)
    stored = next((tmp_path / "keras_gan" / "extractors").glob("*.keras"))
    changed = stored.stat().st_mtime_ns
    again = metrics.train_extractor(train, test, epochs=3, verbose=False)
    assert stored.stat().st_mtime_ns == changed and again.load().sha256 == extractor.sha256
    # Real digits are near real digits, and far from noise.
    images = np.concatenate([batch[0] for batch in test])
    fid = metrics.FrechetDistance(extractor)
    noise = np.random.default_rng(0).uniform(-1, 1, images.shape).astype("float32")
    values = []
    for fake in (images[::-1].copy(), noise):
        fid.reset_state()
        fid.update_state(images, fake)
        values.append(fid.result())
    assert values[0] < 1e-3 < 10 < values[1]


def test_bad_data_is_refused():
    images = np.zeros((8, 8, 8, 1), "float32")
    for data, message in (
        ((images, np.zeros(8, int)), "two classes"),
        ((images, np.zeros(7, int)), "do not fit"),
        ((images + 100, np.arange(8) % 2), r"\[-1, 1\]"),
        (keras_gan.data.load("mnist_5k"), "needs labels"),
    ):
        with pytest.raises(ValueError, match=message):
            metrics.train_extractor(data)


@pytest.mark.slow
def test_videos_and_voxels(tmp_path, monkeypatch):
    """Motion alone tells the classes apart: no frame does."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    rng, clips, labels = np.random.default_rng(0), np.zeros((192, 6, 12, 12, 1), "uint8"), np.arange(192) % 2
    for clip, label in zip(clips, labels, strict=True):
        start, row = rng.integers(0, 12), rng.integers(0, 8)
        for t in range(6):
            places = (start + (2 * label - 1) * t + np.arange(3)) % 12
            clip[t, row : row + 4, places] = 255
    floats = np.asarray(keras_gan.data.from_uint8(clips))
    extractor = metrics.train_extractor((floats, labels), epochs=60, verbose=False)
    assert extractor.accuracy > 0.9 and extractor.features == 128
    np.testing.assert_allclose(extractor(clips), extractor(floats), atol=1e-4)
    fid = metrics.FrechetDistance(extractor)
    fid.update_state(floats, clips[::-1].copy())
    same = fid.result()
    fid.reset_state()
    fid.update_state(floats, clips[labels == 1].repeat(2, axis=0))
    assert same < 0.05 * fid.result()
