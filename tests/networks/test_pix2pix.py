import numpy as np
import pytest

import keras_gan
from keras_gan.networks import patchgan, unet


def test_the_papers_unet():
    trainable = sum(int(np.prod(w.shape)) for w in unet((256, 256, 3)).trainable_weights)
    assert trainable == 54_413_955


@pytest.mark.parametrize("size", [32, 64, 512])
def test_unets_of_other_sizes(size):
    network = unet((size, size, 1), filters=2)
    assert network.output_shape == (None, size, size, 3)
    assert sum("dropout" in layer.name for layer in network.layers) == max(0, size.bit_length() - 1 - 5)
    again = type(network).from_config(network.get_config())
    assert again.count_params() == network.count_params()


def test_dropout_is_the_noise_of_training_or_of_inference_too():
    images = np.random.default_rng(0).uniform(-1, 1, (1, 128, 128, 3)).astype("float32")
    off = unet((128, 128, 3), filters=4)
    on = unet((128, 128, 3), filters=4, dropout_in_inference=True)
    none = unet((128, 128, 3), filters=4, dropout=0.0)
    on.set_weights(off.get_weights())
    # Of 7 downs 2 layers drop, each with the state of a seed generator.
    weights = [w.numpy() for w in off.weights if "seed" not in w.path]
    none.set_weights(weights)
    np.testing.assert_array_equal(off(images), none(images))
    assert (on(images).numpy() != off(images).numpy()).any()
    assert (off(images, training=True).numpy() != off(images, training=True).numpy()).any()


def test_sizes_that_cannot_be_halved_are_refused():
    with pytest.raises(ValueError, match="multiples of"):
        unet((96, 80, 3), downs=5)
    assert unet((96, 64, 3), filters=2, downs=5).output_shape == (None, 96, 64, 3)
    with pytest.raises(ValueError, match="'batch', 'instance', 'none'"):
        unet((32, 32, 3), normalization="layer")


@pytest.mark.parametrize("field", [1, 16, 34, 70, 142, 286])
def test_a_logit_sees_its_receptive_field(field):
    """The gradient of one logit at the image reaches a square of that many pixels."""
    import tensorflow as tf

    side = 2 * field + 128
    network = patchgan((side, side, 1), receptive_field=field, filters=2, normalization="none")
    images = tf.random.stateless_normal((1, side, side, 1), (0, 1))
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = network(images)
        logit = logits[0, logits.shape[1] // 2, logits.shape[2] // 2, 0]
    reached = np.nonzero(tape.gradient(logit, images).numpy()[0, ..., 0])
    assert [np.ptp(axis) + 1 for axis in reached] == [field, field]


def test_the_papers_patchgan():
    network = patchgan((256, 256, 3), condition_channels=3)
    assert [v.shape for v in network.inputs] == [(None, 256, 256, 3)] * 2
    assert network.output_shape == (None, 30, 30, 1)
    trainable = sum(int(np.prod(w.shape)) for w in network.trainable_weights)
    assert trainable == 2_768_705
    with pytest.raises(ValueError, match=r"\[1, 16, 34, 70, 142, 286\]"):
        patchgan((64, 64, 3), receptive_field=64)
    with pytest.raises(ValueError, match="at least 96"):
        patchgan((64, 64, 3), receptive_field=286)


def test_the_condition_comes_first():
    network = patchgan((24, 24, 2), condition_channels=1, filters=2, normalization="none")
    kernel = next(layer for layer in network.layers if hasattr(layer, "kernel")).kernel
    kernel.assign(kernel * np.array([1.0, 0.0, 0.0]).reshape(1, 1, 3, 1))
    image, other, condition = np.random.default_rng(0).normal(size=(3, 1, 24, 24, 2)).astype("float32")
    logits = [network([x, condition[..., :1]]).numpy() for x in (image, other)]
    np.testing.assert_array_equal(*logits)
    assert keras_gan.networks.RECEPTIVE_FIELDS[70] == 3
