import json
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.callbacks import Checkpoint, TrainingMonitor
from tests.helpers import assert_same_state, tiny_gan


def saturating(rate=1.0):
    """A generator whose learning rate is far too high: its images go to the end of the range."""
    gan = tiny_gan(
        generator_optimizer=keras.optimizers.Adam(rate), discriminator_optimizer=keras.optimizers.Adam(1e-4)
    )
    images = (np.random.default_rng(0).uniform(-0.5, 0.5, (64, 8, 8, 1))).astype("float32")
    return gan, images


@pytest.mark.slow
def test_training_is_the_same_with_a_monitor(images):
    plain, watched = tiny_gan(), tiny_gan()
    plain.fit(images, batch_size=8, epochs=2, verbose=0)
    monitor = TrainingMonitor(every=3, budget=None, samples=16)
    history = watched.fit(
        images, batch_size=8, epochs=2, verbose=0, callbacks=[monitor], validation_data=images
    ).history
    assert_same_state(plain, watched)
    assert [look["step"] for look in monitor.looks] == [3, 6, 9, 12, 15]
    assert len(history["monitor_d_auc"]) == 2
    # Against held-out images: where the discriminator tells real from generated at all.
    assert all(np.isfinite(look["overfitting"]) == (look["logit_gap"] > 0) for look in monitor.looks)


def test_a_failure_is_named_with_its_step_and_logged(tmp_path):
    gan, images = saturating()
    monitor = TrainingMonitor(every=5, budget=None, samples=32, log=tmp_path / "monitor.jsonl")
    with pytest.warns(UserWarning, match=r"Saturated images, since step \d+: .*Try: a lower generator"):
        gan.fit(images, batch_size=8, epochs=6, verbose=0, callbacks=[monitor])
    finding = next(f for f in monitor.findings if f.name == "Saturated images")
    assert finding.found - finding.began == 10
    rows = [json.loads(line) for line in (tmp_path / "monitor.jsonl").read_text().splitlines()]
    assert sum("look" in row for row in rows) == len(monitor.looks)
    named = [finding.name for finding in monitor.findings]
    assert [row["finding"]["name"] for row in rows if "finding" in row] == named
    assert len(named) == len(set(named))


def test_stop():
    gan, images = saturating()
    monitor = TrainingMonitor("stop", every=5, budget=None, samples=32)
    with pytest.warns(UserWarning, match="Saturated"):
        gan.fit(images, batch_size=8, epochs=50, verbose=0, callbacks=[monitor])
    assert int(gan.state.generator_step) == monitor.looks[-1]["step"] < 60


@pytest.mark.slow
def test_rollback_brings_back_a_good_checkpoint_and_halves_the_rates(tmp_path):
    gan, images = saturating(1e-4)

    class Spoil(keras.callbacks.Callback):
        """Makes the rate far too high after the 12th step."""

        done = False

        def on_train_batch_end(self, batch, logs=None):
            if int(self.model.state.generator_step) == 12 and not self.done:
                self.done = True
                self.model.generator_optimizer.learning_rate.assign(1.0)

    checkpoint = Checkpoint(tmp_path, every_steps=2)
    monitor = TrainingMonitor("rollback", every=5, budget=None, samples=32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gan.fit(
            images,
            batch_size=8,
            epochs=30,
            verbose=0,
            callbacks=[monitor, Spoil(), checkpoint],
        )
    # Rate 1 and its halves all fail: three times back to step 8, and then a stop.
    assert monitor.rollbacks == 3 and int(gan.state.generator_step) < 40
    np.testing.assert_allclose(gan.generator_optimizer.learning_rate, 1 / 8)
    np.testing.assert_allclose(gan.discriminator_optimizer.learning_rate, 1e-4 / 8)
    assert monitor.looks[0]["step"] == 5 and monitor.looks[0]["saturated"] < 0.25
    # The good checkpoint outlives newer ones, and those of the ways that were left are gone.
    names = [folder.name for folder in checkpoint.folders()]
    assert "step-00000008" in names and len(names) <= 4


@pytest.mark.slow
def test_rollback_after_nan(tmp_path, images):
    gan = tiny_gan()

    class Poison(keras.callbacks.Callback):
        done = False

        def on_train_batch_end(self, batch, logs=None):
            if int(self.model.state.generator_step) == 11 and not self.done:
                self.done = True
                variable = self.model.generator.trainable_variables[0]
                variable.assign(variable * float("nan"))

    monitor = TrainingMonitor("rollback", every=5, budget=None, samples=16)
    with pytest.warns(UserWarning, match="NaN in training, since step 12"):
        gan.fit(
            images,
            batch_size=8,
            epochs=4,
            verbose=0,
            callbacks=[monitor, Poison(), Checkpoint(tmp_path, every_steps=2, keep=100)],
        )
    assert monitor.rollbacks == 1
    assert all(np.isfinite(v.numpy()).all() for v in gan.weights)
    # Step 12 was taken back to the checkpoint before the look at step 10, step 8; no other step was lost.
    assert int(gan.state.generator_step) == 32 - 4
    # What was seen at step 10 went with it; the steps at which it looks stay the same.
    assert [look["step"] for look in monitor.looks][:3] == [5, 10, 15]


def test_nan_without_rollback_is_named_and_raised(images):
    gan = tiny_gan()
    gan.generator.trainable_variables[0].assign(gan.generator.trainable_variables[0] * float("nan"))
    monitor = TrainingMonitor(samples=16)
    with pytest.warns(UserWarning, match="NaN in training"), pytest.raises(FloatingPointError):
        gan.fit(images, batch_size=8, epochs=1, verbose=0, callbacks=[monitor])
    assert [finding.name for finding in monitor.findings] == ["NaN in training"]


def test_checks_follow_from_the_steps_alone(images):
    """Two parts of 8 images: the work of 6.8 steps, which may be a fifth: 34 steps after the second."""
    gan = tiny_gan()
    monitor = TrainingMonitor(every=2, budget=0.2, samples=16)
    gan.fit(images, batch_size=8, epochs=5, verbose=0, callbacks=[monitor])
    assert [look["step"] for look in monitor.looks] == [2, 36]
    # Long trainings are checked at every hundredth part of their steps.
    due = monitor._next_after(99_999)
    assert monitor._next_after(due) - due > 990
    monitor.budget, monitor._gap = None, monitor.every
    assert monitor._next_after(99_999) == 100_000


def test_what_it_needs(images, tmp_path):
    for bad, message in (
        ({"action": "panic"}, "must be one of"),
        ({"every": 0}, "every"),
        ({"samples": 4}, "samples"),
        ({"budget": 2.0}, "budget"),
    ):
        with pytest.raises(ValueError, match=message):
            TrainingMonitor(**bad)
    plain = tf.data.Dataset.from_tensor_slices(images).batch(8, drop_remainder=True)
    with pytest.raises(ValueError, match="one known size.*real=images"):
        tiny_gan().fit(plain.unbatch().batch(7), epochs=1, verbose=0, callbacks=[TrainingMonitor()])
    monitor = TrainingMonitor(real=images, every=2, budget=None, samples=16)
    tiny_gan().fit(plain, epochs=1, verbose=0, callbacks=[monitor])
    assert len(monitor.looks) == 4
    with pytest.raises(ValueError, match="at least 8 images of shape"):
        tiny_gan().fit(images, epochs=1, verbose=0, callbacks=[TrainingMonitor(real=images[:, :4])])
    with pytest.raises(ValueError, match="Checkpoint"):
        tiny_gan().fit(images, epochs=1, verbose=0, callbacks=[TrainingMonitor("rollback")])
    # A discriminator, but not one that takes images as a GAN's does.
    detector = keras_gan.GANomaly(*networks.ganomaly((8, 8, 1), latent_dim=3, filters=4))
    detector.compile()
    with pytest.raises(ValueError, match="Received: GANomaly. Remove the callback"):
        detector.fit(images, verbose=0, callbacks=[TrainingMonitor()])


@pytest.mark.slow
def test_it_resumes_with_its_looks(tmp_path, images):
    def run(epochs):
        gan = tiny_gan()
        monitor = TrainingMonitor(every=3, budget=None, samples=16)
        gan.fit(images, batch_size=8, epochs=epochs, verbose=0, callbacks=[monitor, Checkpoint(tmp_path)])
        return gan, monitor

    whole = tiny_gan()
    monitor = TrainingMonitor(every=3, budget=None, samples=16)
    history = whole.fit(images, batch_size=8, epochs=2, verbose=0, callbacks=[monitor]).history
    run(1)
    gan, resumed = run(2)
    # As if it had never stopped, to the last bit: the images of the check before, too.
    assert resumed.looks == monitor.looks or str(resumed.looks) == str(monitor.looks)
    assert [look["step"] for look in resumed.looks] == [3, 6, 9, 12, 15]
    assert np.isfinite([look["movement"] for look in resumed.looks[1:]]).all()
    for name in history:
        np.testing.assert_array_equal(gan.history.history[name], history[name], err_msg=name)


def test_a_plain_data_set_gives_its_first_images_and_keeps_its_order(images):
    def fit(*callbacks):
        gan = tiny_gan()
        plain = tf.data.Dataset.from_tensor_slices(images).shuffle(64, seed=1).batch(8, drop_remainder=True)
        gan.fit(plain, epochs=3, verbose=0, callbacks=callbacks)
        return gan

    monitor = TrainingMonitor(every=3, budget=None, samples=16)
    assert_same_state(fit(), fit(monitor))
    assert [look["step"] for look in monitor.looks] == [3, 6, 9, 12, 15, 18, 21, 24]
    assert monitor._probe.count == 16


def test_wgan_gp_and_vectors():
    networks = keras_gan.networks.mlp(2, hidden=(8, 8))
    gan = tiny_gan(keras_gan.WGANGP, networks=networks)
    data = np.random.default_rng(0).normal(size=(320, 2)).astype("float32")
    monitor = TrainingMonitor(every=2, budget=None, samples=32)
    gan.fit(data, batch_size=8, epochs=1, verbose=0, callbacks=[monitor])
    assert len(monitor.looks) == 4 and not monitor.findings
    assert np.isnan(monitor.looks[-1]["saturated"]) and monitor.looks[-1]["dimensions"] == 2
