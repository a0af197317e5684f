import keras
import numpy as np
import pytest

from tests.helpers import tiny_gan, tiny_networks


def test_names_and_seed_generators():
    discriminator = keras.Sequential(
        [
            keras.layers.Input((8, 8, 1)),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1),
        ]
    )
    gan = tiny_gan(networks=(tiny_networks()[0], discriminator))
    saved = {}
    gan.state.save(saved)
    assert set(saved) == {
        *("generator_step", "discriminator_step", "epoch", "epoch_position", "first_bad", "figure_means"),
        *("figure_steps", "figure_names"),
        *("seed_0", "seed_1"),  # training's own and dropout's
    }
    saved["generator_step"] = np.int64(7)
    gan.state.load(saved)
    assert int(gan.state.generator_step) == 7


def test_nothing_of_it_counts_as_a_weight():
    gan = tiny_gan(ema_decay=None)
    assert gan.count_params() == gan.generator.count_params() + gan.discriminator.count_params()


def test_average_is_the_mean_since_the_epoch_began():
    state = tiny_gan().state
    figures = np.random.default_rng(0).normal(size=(5, len(state.figure_means.numpy()))).astype("float32")
    for row in figures:
        means = state.average(row)
    np.testing.assert_allclose(means, figures.mean(0), rtol=1e-5, atol=1e-6)
    assert int(state.epoch_position) == 5
    state.epoch_position.assign(0)
    np.testing.assert_allclose(state.average(figures[0]), figures[0])


def test_the_first_bad_figure_is_kept():
    state = tiny_gan().state
    good = np.zeros(len(state.figure_means.numpy()), "float32")
    for step, index in ((4, 2), (5, 0)):
        bad = good.copy()
        bad[index:] = np.inf
        state.generator_step.assign(step)
        state.average(bad)
    assert state.first_bad.numpy().tolist() == [4, 2]


def test_other_parts_begin_anew_and_another_models_file_is_refused(tmp_path):
    path = tmp_path / "r1.weights.h5"
    tiny_gan(regularizers=["r1"]).save_weights(path)
    gan = tiny_gan(regularizers=["lecam", "r2"])
    with pytest.warns(UserWarning, match=r"logged metrics differ.*no `lecam_averages`"):
        gan.load_weights(path)
    # The means of the figures are over the steps since.
    gan.state.epoch_position.assign(3)
    figures = np.random.default_rng(0).normal(size=(2, len(gan.figure_names))).astype("float32")
    for row in figures:
        means = gan.state.average(row)
    np.testing.assert_allclose(means, figures.mean(0), rtol=1e-5, atol=1e-6)
    saved = {}
    gan.state.save(saved)
    del saved["generator_step"]
    with pytest.raises(ValueError, match="saved from another model"):
        gan.state.load(saved)
