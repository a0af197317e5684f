import pathlib
import subprocess
import sys
import threading

import numpy as np
import pytest
import tensorflow as tf

from keras_gan import metrics
from keras_gan.metrics import reference
from tests.metrics.networks import pixels


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_statistics_are_computed_once_for_content_and_extractor(monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 1)).astype("uint8")
    extractor = metrics.Extractor(pixels())
    path = reference.reference_moments(images, extractor)
    n, mean, covariance = reference.load_moments(path)
    features = np.asarray(extractor(images), "float64")
    assert n == 30
    np.testing.assert_allclose(mean, features.mean(0), atol=1e-9)
    np.testing.assert_allclose(covariance, np.cov(features, rowvar=False), atol=1e-9)
    written = pathlib.Path(path).stat().st_mtime_ns
    assert reference.reference_moments(images.copy(), extractor) == path
    assert pathlib.Path(path).stat().st_mtime_ns == written
    others = [
        reference.reference_moments(255 - images, extractor),
        reference.reference_moments(images, metrics.Extractor(pixels(2))),
        reference.reference_moments(images, metrics.Extractor(pixels(), value_range=(0, 255))),
    ]
    assert len({path, *others}) == 4


def test_a_damaged_file_is_made_anew_and_a_lost_one_named():
    images = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 1)).astype("uint8")
    extractor = metrics.Extractor(pixels())
    path = pathlib.Path(reference.reference_features(images, extractor))
    before = reference.load_features(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match="gone or damaged"):
        reference.load_features(path)
    assert reference.reference_features(images, extractor) == str(path)
    np.testing.assert_array_equal(reference.load_features(path), before)
    path.unlink()
    with pytest.raises(ValueError, match="gone or damaged"):
        reference.load_features(path)


def test_several_at_once_leave_one_whole_file():
    images = np.random.default_rng(0).integers(0, 256, (200, 8, 8, 1)).astype("uint8")
    extractor, paths = metrics.Extractor(pixels()), []
    extractor.load()
    threads = [
        threading.Thread(target=lambda: paths.append(reference.reference_moments(images, extractor)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(paths)) == 1 and len(paths) == 4
    assert reference.load_moments(paths[0])[0] == 200
    assert [p.name for p in pathlib.Path(paths[0]).parent.iterdir()] == [pathlib.Path(paths[0]).name]


ROOT = pathlib.Path(__file__).parents[2]
WORKER = """
import sys
import numpy as np
from keras_gan import metrics
from keras_gan.metrics import reference
from tests.metrics.networks import pixels
extractor = metrics.Extractor(pixels()).load()
print("ready", flush=True)
sys.stdin.readline()
for seed in range(30):
    images = np.random.default_rng(seed).integers(0, 256, (100, 8, 8, 1)).astype("uint8")
    path = reference.reference_moments(images, extractor)
    n, mean, _ = reference.load_moments(path)
    print(path, n, mean.sum())
"""


@pytest.mark.slow
def test_two_processes_share_the_cache(tmp_path):
    """Both compute the same statistics at the same time, and each finds whole files."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(2)
    ]
    assert [worker.stdout.readline() for worker in workers] == ["ready\n"] * 2
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    found = [worker.communicate()[0].splitlines() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert found[0] == found[1] and len(found[0]) == 30
    files = {pathlib.Path(line.split()[0]) for line in found[0]}
    assert set(next(iter(files)).parent.iterdir()) == files


def test_images_in_all_forms(tmp_path):
    import keras_gan

    levels = np.random.default_rng(0).integers(0, 256, (32, 8, 8, 1)).astype("uint8")
    floats = keras_gan.data.from_uint8(levels).numpy()
    data = keras_gan.data.from_arrays(floats, batch_size=8, shuffle=False)
    # Whatever a `fit` left behind.
    data.stream.start(3, 1, 2)
    for source in (levels, floats, data):
        np.testing.assert_array_equal(reference.images_of(source)[np.arange(32)], levels)
    for bad in (floats * 100, floats * np.nan):
        with pytest.raises(ValueError, match=r"in \[-1, 1\]"):
            reference.images_of(bad)
    with pytest.raises(ValueError, match="at least 2"):
        reference.images_of(levels[:1])


def test_data_sets_of_levels_and_of_other_ranges():
    levels = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 1)).astype("uint8")
    dataset = tf.data.Dataset.from_tensor_slices(levels).batch(4)
    np.testing.assert_array_equal(reference.images_of(dataset), levels)
    np.testing.assert_array_equal(reference.images_of(list(levels)), levels)
    with pytest.raises(ValueError, match=r"\[-1, 1\]"):
        reference.images_of(dataset.map(lambda x: tf.cast(x, "float32")))
