"""Prediction of the next frame."""

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import networks
from keras_gan.regularizers import GradientDifferencePenalty


def clips(n=32, time=10, seed=0):
    """Squares that move by 2 pixels a frame to a side of theirs."""
    rng, made = np.random.default_rng(seed), np.zeros((n, time, 32, 32, 1), "uint8")
    for video in made:
        x, y, way = rng.integers(0, 6), rng.integers(0, 24), rng.integers(0, 2)
        for t in range(time):
            at = x + 2 * t
            at = 26 - at if way else at
            video[t, y : y + 6, at : at + 6] = 255
    return made


def make(**options):
    keras.utils.set_random_seed(0)
    generator = networks.unet((32, 32, 3), 1, filters=8, dropout=0.0)
    discriminator = networks.patchgan((32, 32, 1), 3, receptive_field=16, filters=8)
    model = keras_gan.NextFrame(generator, discriminator, seed=0, **options)
    model.compile()
    return model


def test_parts_and_config(tmp_path):
    model = make(adversarial_weight=0.2)
    assert model.history_length == 3 and model.l1_weight == 1.0
    assert isinstance(model.regularizers[0], GradientDifferencePenalty)
    model.save(tmp_path / "a.keras")
    again = keras.saving.load_model(tmp_path / "a.keras")
    assert again.adversarial_weight == 0.2
    np.testing.assert_array_equal(
        again.continue_videos(clips(2), frames=2), model.continue_videos(clips(2), frames=2)
    )


@pytest.mark.slow
def test_frames_are_predicted_from_those_before(tmp_path):
    model, given = make(), clips(4)
    grid = keras_gan.callbacks.SampleGrid(tmp_path, rows=2, columns=3)
    history = model.fit(
        keras_gan.data.next_frames(given, history=3, batch_size=4), verbose=0, callbacks=[grid]
    ).history
    assert "gradient_difference" in history and (tmp_path / "epoch-0001.png").exists()
    made = model.continue_videos(given, frames=3)
    assert made.shape == (4, 3, 32, 32, 1) and made.dtype == np.uint8
    second = np.concatenate([given[:, -2:], made[:, :1]], axis=1)
    np.testing.assert_array_equal(model.continue_videos(second, frames=1), made[:, 1:2])
    floats = given.astype("float32") / 127.5 - 1
    np.testing.assert_array_equal(model.continue_videos(floats, frames=1), made[:, :1])


@pytest.mark.slow
def test_better_than_the_last_frame_and_than_extrapolation():
    model = make(ema_decay=0.98)
    Adam = keras_gan.optimizers.Adam
    model.compile(Adam(1e-3, 0.5, 0.99), Adam(1e-3, 0.5, 0.99))
    model.fit(keras_gan.data.next_frames(clips(128), history=3, batch_size=16), epochs=40, verbose=0)
    held_out = clips(32, seed=9)
    before, real = held_out[:, :-1].astype("float64"), held_out[:, -1].astype("float64")
    extrapolated = np.clip(2 * before[:, -1] - before[:, -2], 0, 255)
    errors = [
        np.abs(x - real).mean()
        for x in (model.continue_videos(held_out[:, :-1])[:, 0], before[:, -1], extrapolated)
    ]
    assert errors[0] < 0.5 * min(errors[1:]), errors


def test_held_wrong():
    with pytest.raises(ValueError, match="of 3 frames at least"):
        make().continue_videos(clips(2)[:, :2])
    with pytest.raises(ValueError, match="frames of 2 channels"):
        keras_gan.NextFrame(
            networks.unet((32, 32, 3), 2, filters=4, dropout=0.0),
            networks.patchgan((32, 32, 2), 3, receptive_field=16, filters=4),
        )
