import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import augmentations, schedules
from keras_gan.parts import Turn
from tests.helpers import tiny_gan

IMAGES = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")


def test_p_follows_the_signs_as_the_official_controller():
    part = augmentations.ADA(target=0.2, images=160, interval=2)
    gan = tiny_gan(augmentation=part)
    rng, p, seen, sum_of_signs = np.random.default_rng(0), 0.0, 0, 0.0
    for step in range(1, 41):
        sign = float(rng.uniform(0.3, 1.0) if step < 25 else rng.uniform(-1.0, 0.1))
        turns = [Turn(IMAGES[:8], None, player=player, step=step - 1) for player in gan.players]
        assert part.after_step(gan, turns[0], {"real_sign": tf.constant(sign)}) == {}
        figures = part.after_step(gan, turns[1], {})
        seen, sum_of_signs = seen + 8, sum_of_signs + 8 * sign
        if step % 2 == 0:
            p = min(max(p + np.sign(sum_of_signs / seen - 0.2) * seen / 160, 0.0), 1.0)
            seen, sum_of_signs = 0, 0.0
        assert float(figures["augment_p"]) == pytest.approx(p, abs=1e-6)
    assert 0 < p < 1


def test_p_that_is_given():
    schedule = schedules.Cosine(0.0, 0.5, steps=4)
    part = augmentations.ADA(p=schedule)
    again = augmentations.get(keras.saving.serialize_keras_object(part))
    gan = tiny_gan(augmentation=again, run_eagerly=True)
    history = gan.fit(IMAGES, batch_size=8, epochs=3, verbose=0).history
    expected = [np.mean([float(schedule(s)) for s in steps]) for steps in ((1, 2), (3, 4), (5, 6))]
    np.testing.assert_allclose(history["augment_p"], expected, rtol=1e-6)


def test_what_the_logs_say_is_the_mean_sign_of_the_real_logits():
    gan = tiny_gan(augmentation=augmentations.ADA(p=0.0), run_eagerly=True)
    gan.discriminator_optimizer.learning_rate = 0.0
    history = gan.fit(IMAGES, batch_size=16, verbose=0).history
    assert history["real_sign"][0] == pytest.approx(np.sign(gan.discriminator(IMAGES)).mean())
