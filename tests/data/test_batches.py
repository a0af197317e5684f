import numpy as np
import pytest
import tensorflow as tf

from keras_gan import GAN, networks
from keras_gan.data.batches import FirstBatches, TrainingBatches, unpack, validation_batches


def test_every_form_becomes_a_dict():
    x, y, w = np.zeros(2), np.ones(2), np.full(2, 2.0)
    assert set(unpack(x)) == set(unpack((x,))) == set(unpack((x, None, None))) == {"image"}
    assert unpack((x, y, w))["label"] is y and unpack((x, y, w))["sample_weight"] is w
    assert unpack({"image": x, "condition": y})["condition"] is y
    assert unpack(({"image": x}, None)) == {"image": x}


@pytest.mark.parametrize("data", [(), (1, 2, 3, 4), {"label": 1}, {"image": 1, "mask": 2}, ({"image": 1}, 2)])
def test_other_forms(data):
    with pytest.raises(ValueError, match="image|beside"):
        unpack(data)


def test_iterators_of_other_data_sets_end_at_once():
    gan = GAN(*networks.mlp(data_dim=2))
    gan.compile()
    theirs = (
        tf.data.Dataset.from_tensor_slices(np.zeros((8, 2), "float32")).batch(4).prefetch(tf.data.AUTOTUNE)
    )
    for dataset in (
        TrainingBatches(gan.takes, theirs, None).dataset,
        validation_batches(gan.takes, theirs),
    ):
        assert dataset.options().autotune.enabled is False


def test_first_batches_are_kept_once():
    """However many epochs pass: nothing grows."""
    first = FirstBatches()
    first.keep(2)
    numbers = tf.data.Dataset.range(5)
    passing = numbers.enumerate().map(lambda i, x: first.pass_on(i, {"image": x}))
    for _ in range(3):
        assert [int(batch["image"]) for batch in passing] == [0, 1, 2, 3, 4]
        assert [int(batch["image"]) for batch in first.batches] == [0, 1]
