import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.regularizers import MismatchedPairs, Regularizer, Turn
from keras_gan.regularizers.mismatched_pairs import mismatched_condition
from tests.contracts import check_config
from tests.helpers import tiny_gan


def tiny(loss="hinge", **parts):
    keras.utils.set_random_seed(0)
    gan = keras_gan.ConditionalGAN(*networks.dfgan((8, 8, 1), 3, 4, filters=2), ema_decay=None)
    gan.compile(loss=loss, regularizers=[MismatchedPairs()], **parts)
    return gan


def test_loss_of_three_kinds_of_pairs():
    """real + (fake + mismatched) / 2, each by NumPy from the discriminator's own logits."""
    gan, rng = tiny(), np.random.default_rng(0)
    gan.discriminator.get_layer("block_0_gain").gamma.assign(1.0)
    real, fake = rng.normal(size=(2, 5, 8, 8, 1)).astype("float32")
    text = rng.normal(size=(5, 3)).astype("float32")
    turn = Turn(tf.constant(real), tf.constant(fake), condition=tf.constant(text), batch={})
    figures = gan.discriminator_objective(turn)[1]

    def logits(images, texts):
        return gan.discriminator([images, texts]).numpy()

    of_real, of_fake = logits(real, text), logits(fake, text)
    wrong = np.concatenate([logits(real[i : i + 1], text[i - 1 : i or None][:1]) for i in range(5)])
    expected = np.maximum(0, 1 - of_real).mean() + 0.5 * np.maximum(0, 1 + of_fake).mean()
    expected += 0.5 * np.maximum(0, 1 + wrong).mean()
    np.testing.assert_allclose(figures["d_adversarial"], expected, rtol=1e-5)
    np.testing.assert_allclose(figures["fake_score"], of_fake.mean(), rtol=1e-5)


def test_a_condition_that_is_the_same_is_passed_over():
    """The nearest image before with another one; of ints as of floats, and where there is none the one before."""
    text = np.array([0, 0, 1, 1, 2, 0])
    for condition in (text, np.eye(3, dtype="float32")[text]):
        found = mismatched_condition(Turn(tf.zeros(6), None, condition=tf.constant(condition)), "a test")
        np.testing.assert_array_equal(found, condition[[4, 4, 1, 1, 3, 4]])
    same = tf.ones((4, 2))
    np.testing.assert_array_equal(
        mismatched_condition(Turn(tf.zeros(4), None, condition=same), "a test"), same
    )


def test_config_and_what_is_refused():
    check_config(MismatchedPairs(), {})
    with pytest.raises(ValueError, match="takes it: .images, condition"):
        tiny_gan(regularizers=["mismatched_pairs"])
    with pytest.raises(ValueError, match="RelativisticLoss compares"):
        tiny("relativistic")
    with pytest.raises(ValueError, match="give `mismatched_pairs` after it"):
        tiny().compile(regularizers=["mismatched_pairs", "label_flipping"])
    tiny().compile(regularizers=["label_flipping", "mismatched_pairs"])
    one = {"image": np.zeros((2, 8, 8, 1), "float32"), "condition": np.zeros((2, 3), "float32")}
    with pytest.raises(ValueError, match="batches of 2 images"):
        tiny().fit(one, batch_size=1, verbose=0)


def test_a_hook_of_the_form_before_is_refused():
    def relabel(self, gan, real_logits, fake_logits):
        return real_logits, fake_logits

    def generator_weight(self, gan, fake_logits):
        return None

    for hook in (relabel, generator_weight):
        with pytest.raises(TypeError, match=f"Old defines `{hook.__name__}` with other arguments"):
            type("Old", (Regularizer,), {hook.__name__: hook})
