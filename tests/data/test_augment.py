import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.callbacks import Checkpoint, StopAtStep
from keras_gan.data import augment, from_arrays
from tests.helpers import assert_same_state
from tests.models.test_conditional_gan import networks

LABELS = np.repeat([0, 1, 2], [30, 20, 14])


@pytest.fixture(scope="module")
def gan():
    return keras_gan.ConditionalGAN(*networks(), num_classes=3, seed=0)


def rows(data):
    images, labels = zip(*data.stream.whole().as_numpy_iterator(), strict=True)
    return keras_gan.data.to_uint8(np.concatenate(images)).numpy(), np.concatenate(labels)


def test_small_classes_are_filled_up(gan, images):
    levels = keras_gan.data.to_uint8(images).numpy()
    data = augment(from_arrays(images, LABELS, batch_size=8), gan, batch_size=10, seed=3)
    made, labels = rows(data)
    assert np.bincount(labels).tolist() == [30, 30, 30]
    assert np.bincount(labels[data.generated]).tolist() == [0, 10, 16]
    # Each real image stands in it once, under its label; the others are the generator's of that class.
    for label in range(3):
        own = (labels == label) & ~data.generated
        assert {x.tobytes() for x in made[own]} == {x.tobytes() for x in levels[label == LABELS]}
        count = int((data.generated & (labels == label)).sum())
        if count:
            expected = gan.generate(count, seed=3 + label, labels=label)
            np.testing.assert_array_equal(made[data.generated & (labels == label)], expected)
    np.testing.assert_array_equal(
        rows(augment((images, LABELS), gan, batch_size=10, seed=3))[0].sum(), made.sum()
    )


@pytest.mark.parametrize(
    ("options", "generated", "sizes"),
    [
        ({"per_class": 20}, [0, 0, 6], 20),
        ({"per_class": 40, "mix": 0.25}, [10, 10, 10], 40),
        ({"mix": 0.0}, [0, 0, 0], 30),
        ({"per_class": 10}, [0, 0, 0], 10),
    ],
)
def test_size_and_share(gan, images, options, generated, sizes):
    data = augment((images, LABELS), gan, batch_size=10, **options)
    made, labels = rows(data)
    assert np.bincount(labels).tolist() == [sizes] * 3
    assert np.bincount(labels[data.generated], minlength=3).tolist() == generated
    if sizes <= 14:
        assert len({x.tobytes() for x in made}) == len(made)


@pytest.mark.slow
def test_a_training_on_it_resumes(gan, images, tmp_path):
    def fit(folder, *callbacks):
        model = keras_gan.ConditionalGAN(*networks(), num_classes=3, seed=0)
        model.compile()
        data = augment((images, LABELS), gan, batch_size=10)
        model.fit(data, epochs=2, verbose=0, callbacks=[*callbacks, Checkpoint(tmp_path / folder)])
        return model

    tf.keras.utils.set_random_seed(0)
    whole = fit("whole")
    tf.keras.utils.set_random_seed(0)
    fit("cut", StopAtStep(5))
    assert_same_state(whole, fit("cut"))


def test_bad_data(gan, images):
    plain = keras_gan.GAN(*keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4))
    for arguments, message in (
        (((images, LABELS), plain), "images of a class"),
        ((from_arrays(images, batch_size=8), gan), "has no labels"),
        ((images, gan), "a pair of arrays"),
        (((images[:, :4], LABELS), gan), r"shape \(4, 8, 1\)"),
        (((images, LABELS + 1), gan), "label 3, and the model 3 classes"),
        (((images, LABELS[:3]), gan), "must be ints of shape"),
        ((((images + 1) * 127, LABELS), gan), "look like 0..255"),
        (
            (from_arrays(images, LABELS, batch_size=8).map(lambda x, y: (-x, y)), gan),
            "without operations after it",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            augment(*arguments)
    named = keras_gan.ConditionalGAN(*networks(), num_classes=3, class_names=["a", "b", "c"])
    data = from_arrays(images, LABELS, batch_size=8)
    data.stream.class_names = ["b", "c", "d"]
    with pytest.raises(ValueError, match="the same label would be another class"):
        augment(data, named)
    with pytest.raises(ValueError, match="has no real image, and `mix=0.5`"):
        augment((images, LABELS % 2), gan, mix=0.5)
    for name, value in (("mix", 1.5), ("per_class", 0), ("seed", -1)):
        with pytest.raises(ValueError, match=name):
            augment((images, LABELS), gan, **{name: value})
