import numpy as np
import pytest

import keras_gan


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_prepared_sets(tfds_dir, name):
    train, test = keras_gan.data.load(
        name, splits=("train[:2000]", "test[:10%]"), data_dir=tfds_dir, labels=True, batch_size=100
    )
    assert (len(train), len(test)) == (20, 10) and len(train.class_names) == 10
    images, labels = next(iter(train))
    assert images.shape == (100, 28, 28, 1) and set(np.unique(labels)) <= set(range(10))
    assert float(images.numpy().min()) == -1.0 and float(images.numpy().max()) == 1.0


@pytest.mark.slow
def test_whole_mnist_is_there(tfds_dir):
    assert len(keras_gan.data.load("mnist", data_dir=tfds_dir, batch_size=60)) == 1000


def test_the_spilled_file_gives_the_same(tfds_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    options = {"splits": "test[:300]", "data_dir": tfds_dir, "batch_size": 50, "labels": True}
    memory = keras_gan.data.load("mnist", **options)
    for _ in range(2):  # written, then found
        spilled = keras_gan.data.load("mnist", **options, cache_limit=1000)
        for a, b in zip(memory, spilled, strict=True):
            np.testing.assert_array_equal(a[0], b[0])
            np.testing.assert_array_equal(a[1], b[1])
    assert len(list((tmp_path / "keras_gan").iterdir())) == 1


def test_other_sizes(tfds_dir):
    dataset = keras_gan.data.load("mnist", splits="test[:64]", data_dir=tfds_dir, image_size=32, channels=3)
    assert dataset.element_spec.shape == (64, 32, 32, 3)


def test_unknown_split_lists_the_known(tfds_dir):
    with pytest.raises(ValueError, match=r"\['test', 'train'\].*'valid'"):
        keras_gan.data.load("mnist", splits="valid", data_dir=tfds_dir)


def test_neither_prepared_nor_downloadable(tmp_path, monkeypatch):
    import tensorflow_datasets as tfds

    def refuse(*args, **kwargs):
        raise OSError("no network")

    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", refuse)
    with pytest.raises(ValueError, match=r"'mnist' is not prepared in .*no network.*data_dir.*mnist_5k"):
        keras_gan.data.load("mnist", data_dir=str(tmp_path))


def test_unknown_name():
    with pytest.raises(ValueError, match=r"no data set 'mnsit'.*mnist_5k"):
        keras_gan.data.load("mnsit")


def test_an_installation_that_swallows_its_error_is_named(monkeypatch):
    """tensorflow_datasets 4.9.10 beside tensorflow-metadata 1.21 and protobuf 5 imports without `builder`."""
    import sys
    import types

    monkeypatch.setitem(sys.modules, "tensorflow_datasets", types.ModuleType("tensorflow_datasets"))
    with pytest.raises(ImportError, match="installed, but cannot be used.*pip install"):
        keras_gan.data.load("mnist")
