import numpy as np
import pytest

import keras_gan
from keras_gan import post_hoc_ema
from keras_gan.callbacks import Checkpoint, PostHocEMA, StopAtStep
from tests.helpers import tiny_gan


def keep(folder, **options):
    return PostHocEMA(folder, **{"every_steps": 4, "interval": 1, **options})


def data(images):
    return keras_gan.data.from_arrays(images[:64], batch_size=8, seed=0)


def test_a_snapshot_is_the_average_of_the_trainings_weights(images, tmp_path):
    import keras

    gan, seen = tiny_gan(), []

    class Note(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append([v.numpy() for v in gan.generator.weights])

    gan.fit(data(images), epochs=2, verbose=0, callbacks=[Note(), keep(tmp_path)])
    assert list(post_hoc_ema.snapshots(tmp_path)) == [4, 8, 12, 16]
    weights = post_hoc_ema.reconstruct(tmp_path, 0.1)["generator"]
    gamma = post_hoc_ema.exponent(0.1)
    for i, variable in enumerate(gan.generator.weights):
        expected = seen[0][i]
        for t, arrays in enumerate(seen, 1):
            share = 1 - (1 - 1 / t) ** (gamma + 1)
            expected = expected + share * (arrays[i] - expected)
        expected = expected if variable.trainable else seen[-1][i]
        np.testing.assert_allclose(weights[i], expected, rtol=1e-4, atol=1e-6)
    # A longer average of an earlier step is another one, and can be given to the model.
    other = post_hoc_ema.reconstruct(tmp_path, 0.2, step=12)["generator"]
    assert any(not np.allclose(a, b) for a, b in zip(weights, other, strict=True))
    before = gan.generate(2, seed=0)
    post_hoc_ema.apply(gan, tmp_path, 0.2, step=12)
    assert (gan.generate(2, seed=0) != before).any()


@pytest.mark.slow
def test_resumed_it_writes_the_same_snapshots(images, tmp_path):
    def train(name, steps):
        gan = tiny_gan()
        callbacks = [
            StopAtStep(steps),
            keep(tmp_path / name / "ema"),
            Checkpoint(tmp_path / name / "checkpoints", every_steps=3),
        ]
        gan.fit(data(images), epochs=2, verbose=0, callbacks=callbacks)

    train("whole", 16)
    train("cut", 6)
    train("cut", 16)
    files = [post_hoc_ema.snapshots(tmp_path / name / "ema")[16] for name in ("whole", "cut")]
    whole, cut = (np.load(file) for file in files)
    assert whole.files == cut.files
    for key in whole.files:
        np.testing.assert_array_equal(whole[key], cut[key], err_msg=key)


def test_it_may_begin_late_and_counts_from_there(images, tmp_path):
    """The same weights, whether 8 steps were made before or not: the profile begins where it does."""
    import keras

    gan, seen = tiny_gan(), []

    class Note(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(gan.generator.weights[0].numpy())

    gan.fit(data(images), epochs=1, verbose=0)
    gan.fit(data(images), epochs=2, initial_epoch=1, verbose=0, callbacks=[Note(), keep(tmp_path)])
    gamma, expected = post_hoc_ema.exponent(0.1), seen[0]
    for t, array in enumerate(seen, 1):
        expected = expected + (1 - (1 - 1 / t) ** (gamma + 1)) * (array - expected)
    made = post_hoc_ema.reconstruct(tmp_path, 0.1)["generator"][0]
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-6)


def test_rolled_back_it_goes_on_from_the_snapshot_before(images, tmp_path):
    """As a monitor does: the weights of step 8 again after step 14."""
    import keras

    gan = tiny_gan()

    class Back(keras.callbacks.Callback):
        saved = None

        def on_train_batch_end(self, batch, logs=None):
            step = int(gan.state.step.numpy())
            if step == 8 and self.saved is None:
                self.saved = [v.numpy() for v in gan.weights]
            if step == 14:
                for variable, value in zip(gan.weights, self.saved, strict=True):
                    variable.assign(value)
                self.saved = []

    keep_ = keep(tmp_path)
    gan.fit(data(images), epochs=3, verbose=0, callbacks=[Back(), keep_, StopAtStep(20)])
    assert list(post_hoc_ema.snapshots(tmp_path))[-1] == keep_.written == keep_.moved == int(gan.state.step)
    post_hoc_ema.reconstruct(tmp_path, 0.1)


def test_weights_that_are_not_finite_do_not_enter(images, tmp_path):
    gan = tiny_gan()
    keep_ = keep(tmp_path)
    gan.fit(data(images), epochs=1, verbose=0, callbacks=[keep_])
    gan.generator.trainable_weights[0].assign(np.full(gan.generator.trainable_weights[0].shape, np.nan))
    keep_._move(100)
    assert keep_.moved == 8 and all(np.isfinite(array).all() for array in keep_.averages)


def test_what_does_not_fit_is_refused(images, tmp_path):
    with pytest.raises(ValueError, match="two or more"):
        PostHocEMA(tmp_path, lengths=(0.1,))
    with pytest.raises(ValueError, match="share of the training"):
        PostHocEMA(tmp_path, lengths=(0.1, 0.9))
    tiny_gan().fit(data(images), verbose=0, callbacks=[keep(tmp_path)])
    with pytest.raises(ValueError, match="no snapshot of step 5"):
        post_hoc_ema.reconstruct(tmp_path, 0.1, step=5)
    with pytest.raises(ValueError, match="no moving average"):
        post_hoc_ema.apply(tiny_gan(ema_decay=None), tmp_path, 0.1)
    with pytest.raises(ValueError, match="snapshots of another training"):
        tiny_gan().fit(data(images), verbose=0, callbacks=[keep(tmp_path)])
    with pytest.raises(ValueError, match="no moving average"):
        tiny_gan(ema_decay=None).fit(data(images), verbose=0, callbacks=[keep(tmp_path / "none")])
    with pytest.raises(ValueError, match="list of floats"):
        PostHocEMA(tmp_path, lengths=0.1)
    with pytest.raises(ValueError, match="all different"):
        PostHocEMA(tmp_path, lengths=(0.1, 0.05, 0.1))
    cut = tmp_path / "cut"
    beside = [Checkpoint(cut / "checkpoints"), StopAtStep(4)]
    tiny_gan().fit(data(images), verbose=0, callbacks=[keep(cut / "ema"), *beside])
    with pytest.raises(ValueError, match="kept averages of lengths"):
        more = [Checkpoint(cut / "checkpoints"), StopAtStep(6)]
        again = [keep(cut / "ema", lengths=(0.1, 0.2)), *more]
        tiny_gan().fit(data(images), epochs=2, verbose=0, callbacks=again)
    other = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2))
    with pytest.raises(ValueError, match="other networks"):
        post_hoc_ema.apply(other, tmp_path, 0.1)
