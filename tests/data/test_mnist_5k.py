import numpy as np
import pytest

import keras_gan


def test_splits_and_classes():
    train, test = keras_gan.data.load("mnist_5k", splits=("train", "test"), batch_size=50, labels=True)
    assert (len(train), len(test)) == (90, 10)
    labels = np.concatenate([label for _, label in test])
    np.testing.assert_array_equal(np.bincount(labels), [50] * 10)
    labels = np.concatenate([label for _, label in train])
    np.testing.assert_array_equal(np.bincount(labels), [450] * 10)
    images, _ = next(iter(train))
    assert images.shape == (50, 28, 28, 1) and float(images.numpy().min()) == -1.0


def test_train_and_test_share_no_digit():
    train, test = keras_gan.data.load("mnist_5k", splits=("train", "test"), batch_size=50)
    known = {image.tobytes() for batch in train for image in batch.numpy()}
    assert not any(image.tobytes() in known for batch in test for image in batch.numpy())


def test_other_sizes_and_channels():
    dataset = keras_gan.data.load("mnist_5k", image_size=32, channels=3, batch_size=8)
    assert dataset.element_spec.shape == (8, 32, 32, 3)


def test_unknown_split():
    with pytest.raises(ValueError, match="'train' and 'test'"):
        keras_gan.data.load("mnist_5k", splits="valid")


def test_sizes_that_would_fill_the_memory_are_refused():
    with pytest.raises(ValueError, match="at most 256"):
        keras_gan.data.load("mnist_5k", image_size=2048)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels(channels):
    assert keras_gan.data.load("mnist_5k", channels=channels).element_spec.shape[-1] == channels
