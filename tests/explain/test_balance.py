"""Shares of attributes with their intervals."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.explain import attribute_balance
from keras_gan.explain.balance import wilson


def images_of(classes):
    """Images of 2 x 2 pixels as bright as 100 times their class."""
    return np.broadcast_to((100 * np.asarray(classes))[:, None, None, None], (len(classes), 2, 2, 1)).astype(
        "uint8"
    )


def by_brightness(images):
    return (images[:, 0, 0, 0] // 100).astype("int64")


def test_intervals_have_their_published_values():
    # Newcombe 1998, on one share: 81 of 263, 15 of 148, 0 of 20; on differences: 56/70 against 48/80 by method 10.
    for count, n, wanted in (
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
    ):
        assert wilson(count, n) == pytest.approx(wanted, abs=1e-4)
    rows = attribute_balance(images_of([1] * 56 + [0] * 14), by_brightness, images_of([1] * 48 + [0] * 32))
    assert rows[1].difference == pytest.approx(0.2)
    assert rows[1].difference_interval == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert rows[1].differs and rows[0].difference_interval == pytest.approx((-0.3339, -0.0524), abs=1e-4)


def test_intervals_hold_the_truth_as_often_as_they_say():
    random, inside = np.random.default_rng(0), 0
    for _ in range(400):
        made, real = (images_of(random.random(80) < share) for share in (0.2, 0.35))
        row = attribute_balance(made, by_brightness, real, names=["no", "yes"])[1]
        inside += row.difference_interval[0] <= -0.15 <= row.difference_interval[1]
    assert 0.93 <= inside / 400 <= 0.98


def test_data_that_lie_class_by_class_are_drawn_from():
    sorted_classes = images_of([0] * 500 + [1] * 500)
    rows = attribute_balance(sorted_classes, by_brightness, sorted_classes, samples=400)
    assert 0.35 < rows[0].data < 0.65 and not rows[0].differs
    with pytest.raises(ValueError, match="`gan` must be uint8 images"):
        attribute_balance(sorted_classes / 255.0, by_brightness, sorted_classes)


def test_a_missing_class_is_seen():
    rows = attribute_balance(
        images_of([0, 1] * 50), by_brightness, images_of([0, 1, 2] * 40), names=list("abc")
    )
    assert [row.name for row in rows] == ["a", "b", "c"]
    assert rows[2].generated == 0.0 and rows[2].data == pytest.approx(1 / 3) and rows[2].differs
    assert attribute_balance(images_of([0, 1] * 50), by_brightness, images_of([0, 1, 2] * 40))[2].differs


def test_probabilities_of_one_class_and_of_attributes():
    def classes(images):
        return np.eye(3)[by_brightness(images)] * 0.4 + 0.2

    def attributes(images):
        return np.stack([images[:, 0, 0, 0] > 50, images[:, 0, 0, 0] > 150, images[:, 0, 0, 0] >= 0], 1) * 0.9

    images = images_of([0, 1, 1, 2])
    assert [row.data for row in attribute_balance(images, classes, images)] == [0.25, 0.5, 0.25]
    assert [row.data for row in attribute_balance(images, attributes, images)] == [0.75, 0.25, 1.0]


def test_a_model_on_a_generator_and_a_data_set():
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((8, 8, 1), latent_dim=8, filters=4))
    inputs = keras.Input((8, 8, 1))
    mean = keras.layers.GlobalAveragePooling2D()(inputs)
    classifier = keras.Model(inputs, keras.layers.Activation("sigmoid")(1000.0 * (mean - 0.5)))
    bright, dark = np.full((30, 8, 8, 1), 0.9, "float32"), np.full((10, 8, 8, 1), -0.9, "float32")
    data = tf.data.Dataset.from_tensor_slices({"image": np.concatenate([bright, dark])}).batch(16)
    (row,) = attribute_balance(gan, classifier, data, names=["bright"], samples=40)
    assert row.data == 0.75 and row.generated == 0.0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"classifier": lambda images: images[:, 0, 0, 0] / 255}, "must give 4 ints"),
        ({"classifier": lambda images: np.zeros((len(images), 2)) - 1}, "must give 4 ints"),
        ({"names": ["a"]}, "classes up to 2"),
        ({"data": np.zeros((3, 2, 2, 1))}, "`data` must be uint8"),
        ({"confidence": 1.0}, "`confidence`"),
        ({"samples": 0}, "`samples`"),
    ],
)
def test_wrong_input_is_refused(given, message):
    images = images_of([0, 1, 1, 2])
    given = {"classifier": by_brightness, "data": images, **given}
    with pytest.raises(ValueError, match=message):
        attribute_balance(images, **given)
