import numpy as np
import pytest
import tensorflow as tf

from keras_gan.data import Stream
from keras_gan.data.stream import stream_of, untuned


def stream(size=20, batch_size=4, **options):
    def fetch(indices):
        images = tf.cast(indices, tf.float32)[:, None, None, None] * tf.constant([[[[1.0], [-1.0]]]])
        return {"image": images}

    return Stream(fetch, size, batch_size, **options)


def read(source, epoch, first, stop):
    source.start(epoch, first, stop)
    return np.concatenate([b["image"].numpy()[:, 0, 0, 0] for b in source.dataset()]).astype(int)


def test_an_epoch_is_every_image_once_in_a_new_order():
    source = stream()
    orders = [read(source, epoch, 0, 5) for epoch in range(3)]
    for order in orders:
        assert sorted(order) == list(range(20))
    assert (orders[0] != orders[1]).any() and (orders[1] != orders[2]).any()
    assert (orders[0] != np.arange(20)).any()
    np.testing.assert_array_equal(orders[0], read(source, 0, 0, 5))
    assert (read(stream(seed=1), 0, 0, 5) != orders[0]).any()


def test_it_can_be_entered_anywhere():
    source = stream(flip=True)
    whole = [b["image"].numpy() for b in source.dataset()]
    source.start(0, 3, 5)
    rest = [b["image"].numpy() for b in source.dataset()]
    np.testing.assert_array_equal(whole[3:], rest)


def test_an_epoch_longer_than_the_data_is_several_passes():
    order = read(stream(size=6, batch_size=4), 0, 0, 9)
    assert len(order) == 36
    for i in range(6):
        assert sorted(order[6 * i : 6 * i + 6]) == list(range(6))
    assert (order[:6] != order[6:12]).any()


def test_without_shuffle():
    np.testing.assert_array_equal(read(stream(shuffle=False), 1, 0, 5), np.arange(20))


def test_flips_are_about_half_and_new_each_epoch():
    source = stream(size=400, batch_size=100, flip=True)
    flipped = []
    for epoch in range(2):
        source.start(epoch, 0, 4)
        flipped.append(np.concatenate([b["image"].numpy()[:, 0, 0, 0] for b in source.dataset()]))
    assert 140 < (flipped[0] < 0).sum() < 260
    assert set(np.abs(flipped[0]).astype(int)) == set(range(400))


def test_length_and_static_shape():
    dataset = stream().dataset()
    assert len(dataset) == 5
    assert stream_of(dataset.map(lambda b: b["image"]).prefetch(1)) is dataset.stream
    assert stream_of(dataset.repeat()) is None and stream_of(tf.data.Dataset.range(3)) is None


def test_fewer_images_than_a_batch():
    with pytest.raises(ValueError, match="`toys` has 3 images, fewer than one batch of 4"):
        stream(size=3, name="toys")
    with pytest.raises(ValueError, match="batch_size"):
        stream(batch_size=0)


def test_iterators_end_at_once():
    # The thread that tunes an iterator sleeps up to a minute, and the iterator's end waits for it.
    for dataset in (stream().dataset(), stream().whole(), stream().dataset().map(lambda batch: batch)):
        assert dataset.options().autotune.enabled is False
        assert stream_of(dataset) is not None


def test_tuning_that_was_asked_for_stays():
    options = tf.data.Options()
    options.autotune.enabled = True
    assert untuned(tf.data.Dataset.range(3)).options().autotune.enabled is False
    assert untuned(tf.data.Dataset.range(3).with_options(options)).options().autotune.enabled is True


@pytest.mark.parametrize("seed", [0, 1, 2**31, -1])
@pytest.mark.parametrize("size", [60, 5000])
def test_the_order_is_not_the_datas_own(seed, size):
    """Correlations of place and index over ten epochs; by chance their mean deviates by 1 / sqrt(10 size)."""
    stream = Stream(lambda i: {"image": i}, size, size, seed=seed)
    epochs = [stream._indices(tf.constant(e, tf.int64), tf.constant(0, tf.int64)).numpy() for e in range(10)]
    found = [np.corrcoef(order, np.arange(size))[0, 1] for order in epochs]
    assert abs(np.mean(found)) < 4 / np.sqrt(10 * size)
