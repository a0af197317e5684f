"""MoCoGAN as a model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from tests.contracts import game_contract


def clips(n=64, time=8, size=16):
    """Bars that move to the right, of chance places and heights."""
    rng, made = np.random.default_rng(0), -np.ones((n, time, size, size, 1), "float32")
    for video in made:
        x, y, height = rng.integers(0, 4), rng.integers(0, 8), rng.integers(3, 8)
        for t in range(time):
            video[t, y : y + height, x + t : x + t + 4] = 1
    return made


def make(optimizer=None, num_classes=None, **options):
    keras.utils.set_random_seed(0)
    pair = networks.mocogan((8, 16, 16, 1), 6, 3, filters=4, num_classes=num_classes)
    gan = keras_gan.MoCoGAN(*pair, num_classes=num_classes, seed=0)
    if optimizer:
        options |= {f"{player}_optimizer": optimizer() for player in gan.players}
    gan.compile(**options)
    return gan


@pytest.mark.slow
def test_contract(tmp_path, mirrored):
    game_contract(make, clips(), tmp_path, mirrored, lambda: make(lambda: keras.optimizers.SGD(1e-3)))


@pytest.mark.slow
def test_videos_by_class_grids_and_exports(tmp_path):
    gan = make(num_classes=2)
    levels = keras_gan.data.to_uint8(clips()).numpy()
    data = keras_gan.data.videos(
        levels, np.arange(64) % 2, frames=8, batch_size=16, class_names=["odd", "even"]
    )
    grid = keras_gan.callbacks.SampleGrid(tmp_path / "grids", columns=3)
    history = gan.fit(data, epochs=2, verbose=0, callbacks=[grid]).history
    assert {"d_classification", "g_classification"} <= set(history)
    made = gan.generate(3, seed=1, labels="even")
    assert made.shape == (3, 8, 16, 16, 1) and made.dtype == np.uint8
    names = {path.name for path in (tmp_path / "grids").iterdir()}
    assert names >= {"epoch-0001.png", "epoch-0001.gif"}
    video, fps = keras_gan.data.read_video(tmp_path / "grids" / "epoch-0001.gif", fps=10)
    assert len(video) == 8 and fps == 10
    served = tf.saved_model.load(gan.export(tmp_path / "exported"))
    assert np.abs(served.sample(3, 1, labels=1).numpy().astype(int) - made).max() <= 1
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert again.fps == 10 and again.heads == ("classes",)
    np.testing.assert_array_equal(again.generate(3, seed=1, labels="even"), made)


def test_the_classes_terms_by_hand():
    gan = make(num_classes=2)
    batch = {"image": tf.constant(clips(4)), "label": tf.constant([0, 1, 1, 0])}
    batch |= gan.draw(4, gan.seed_generator)
    fake = gan.forward(batch)
    turn = gan.with_outputs(
        gan.turn_of("discriminator", batch, fake),
        *(gan.discriminator_outputs(x) for x in (batch["image"], fake)),
    )

    def entropy(logits):
        logits = np.asarray(logits, "float64")
        chosen = logits[np.arange(4), [0, 1, 1, 0]]
        return (np.log(np.exp(logits).sum(1)) - chosen).mean()

    # Of real videos alone in the discriminator's turn.
    expected = entropy(turn.real_heads["classes"])
    np.testing.assert_allclose(gan.discriminator_terms(turn)["d_classification"], expected, rtol=1e-5)
    turn = gan.with_outputs(gan.turn_of("generator", batch, fake), None, gan.discriminator_outputs(fake))
    expected = entropy(turn.fake_heads["classes"])
    np.testing.assert_allclose(gan.generator_terms(turn)["g_classification"], expected, rtol=1e-5)
    # Two logit maps, of videos and of frames, whose losses are added.
    assert len(turn.fake_logits) == 2


@pytest.mark.slow
def test_motion_is_learnt():
    """Bars that move right: generated ones do too."""
    keras.utils.set_random_seed(0)
    pair = networks.mocogan((8, 16, 16, 1), 8, 4, filters=8, discriminator_normalization="none")
    gan = keras_gan.MoCoGAN(*pair, ema_decay=0.98, seed=0)
    Adam = keras_gan.optimizers.Adam
    gan.compile(
        Adam(1e-3, 0.0, 0.99), Adam(1e-3, 0.0, 0.99), loss="wasserstein", regularizers=["gradient_penalty"]
    )
    levels = keras_gan.data.to_uint8(clips(256)).numpy()
    gan.fit(keras_gan.data.videos(levels, frames=8, batch_size=16), epochs=40, verbose=0)
    made = gan.generate(64, seed=0).astype("float64")[..., 0]
    places = (made * np.arange(16)).sum((2, 3)) / np.maximum(made.sum((2, 3)), 1)
    speeds = np.polyfit(np.arange(8), places.T, 1)[0]
    assert np.median(speeds) > 0.5, np.median(speeds)


def test_pictures():
    modality = keras_gan.modalities.Video(10, (8, 16, 16, 1))
    strip = modality.to_pictures(
        np.arange(8, dtype="uint8").reshape(1, 8, 1, 1, 1) + np.zeros((1, 8, 16, 16, 1), "uint8")
    )
    assert strip.shape == (1, 16, 64, 1) and strip[0, 0, ::16, 0].tolist() == [0, 2, 5, 7]


def test_held_wrong():
    with pytest.raises(ValueError, match=r"Videos must be in \[-1, 1\]"):
        make().fit(255 * clips(), batch_size=16, verbose=0)
    with pytest.raises(ValueError, match="They look like"):
        make().fit((clips() + 1) / 2, batch_size=64, verbose=0)
    with pytest.raises(ValueError, match="videos of shape"):
        make().fit(clips(16, 6), batch_size=8, verbose=0)
    with pytest.raises(ValueError, match="10 frames a second"):
        levels = keras_gan.data.to_uint8(clips()).numpy()
        make().fit(keras_gan.data.videos(levels, frames=8, fps=25, batch_size=16), verbose=0)
    with pytest.raises(ValueError, match="class logits"):
        keras_gan.MoCoGAN(
            networks.mocogan((8, 16, 16, 1), 6, 3, filters=4, num_classes=2)[0],
            networks.mocogan((8, 16, 16, 1), 6, 3, filters=4)[1],
            num_classes=2,
        )
    with pytest.raises(ValueError, match="not both"):
        modality = keras_gan.modalities.Video(10, (8, 16, 16, 1))
        keras_gan.MoCoGAN(*networks.mocogan((8, 16, 16, 1), 6, 3, filters=4), fps=25, modality=modality)
    with pytest.raises(ValueError, match="`fps`"):
        keras_gan.MoCoGAN(*networks.mocogan((8, 16, 16, 1), 6, 3, filters=4), fps=0)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.slow
def test_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    history = make(num_classes=2).fit(clips(32), np.arange(32) % 2, batch_size=16, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.mark.slow
@pytest.mark.parametrize("format", ["onnx", "litert"])
def test_files_for_other_runtimes(tmp_path, format):
    """Compared with the model when they are written."""
    suffix = {"onnx": ".onnx", "litert": ".tflite"}[format]
    assert make().export(tmp_path / f"model{suffix}", format=format)
