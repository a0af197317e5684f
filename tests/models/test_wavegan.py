"""WaveGAN and SpecGAN."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.features import Extractor
from keras_gan.runs.generator import Generator
from tests.contracts import game_contract

LENGTH = 256


def tones(n=64, length=LENGTH, seed=0):
    rng = np.random.default_rng(seed)
    hertz = rng.uniform(0.05, 0.6, n)
    return (0.7 * np.sin(np.arange(length) * hertz[:, None] + rng.uniform(0, 6, (n, 1))))[..., None].astype(
        "float32"
    )


def make(optimizer=None, num_classes=None, **options):
    keras.utils.set_random_seed(0)
    pair = networks.wavegan(LENGTH, 4, filters=4, kernel_size=9, num_classes=num_classes)
    gan = keras_gan.WaveGAN(*pair, rate=8000, num_classes=num_classes, seed=0)
    if optimizer:
        options |= {f"{player}_optimizer": optimizer() for player in gan.players}
    gan.compile(**options)
    return gan


@pytest.mark.slow
def test_contract(tmp_path, mirrored):
    loaded = game_contract(
        lambda: make(discriminator_steps=2),
        tones(),
        tmp_path,
        mirrored,
        lambda: make(lambda: keras.optimizers.SGD(1e-4), discriminator_steps=2),
    )
    assert loaded.rate == 8000


def test_the_papers_parts():
    gan = make()
    assert gan.discriminator_steps == 5 and gan.regularizers[0].weight == 10
    assert float(gan.optimizer_of("generator").beta_1) == 0.5


@pytest.mark.slow
def test_sounds_by_class_and_their_export(tmp_path):
    gan = make(num_classes=2, discriminator_steps=1)
    labels = np.arange(64) % 2
    data = keras_gan.data.sounds(tones(), labels, rate=8000, batch_size=16, class_names=["low", "high"])
    grid = keras_gan.callbacks.SampleGrid(tmp_path / "grids", columns=3)
    gan.fit(data, epochs=2, verbose=0, callbacks=[grid])
    made = gan.generate(5, seed=1, labels="high")
    assert made.shape == (5, LENGTH, 1) and made.dtype == np.float32 and np.abs(made).max() <= 1
    assert {path.suffix for path in (tmp_path / "grids").iterdir()} == {".png", ".wav", ".gif"}
    served = tf.saved_model.load(gan.export(tmp_path / "exported"))
    np.testing.assert_allclose(served.sample(5, 1, labels=1), made, atol=1e-6)
    again = Generator(tmp_path / "exported")
    assert again.modality.rate == 8000


@pytest.mark.slow
def test_a_sine_of_uniform_frequency_is_learnt():
    """Generated sounds have the pitches of the data, and no others: their spectra peak between the lowest and the highest."""
    keras.utils.set_random_seed(0)
    pair = networks.wavegan(LENGTH, 8, filters=8, kernel_size=25)
    gan = keras_gan.WaveGAN(*pair, rate=8000, ema_decay=0.98, seed=0)
    Adam = keras_gan.optimizers.Adam
    gan.compile(
        Adam(1e-3, 0.0, 0.99),
        Adam(1e-3, 0.0, 0.99),
        loss="non_saturating",
        regularizers=[keras_gan.regularizers.R1Penalty(1.0, 4)],
        discriminator_steps=1,
    )
    gan.fit(keras_gan.data.sounds(tones(512), rate=8000, batch_size=32), epochs=20, verbose=0)

    def peaks(sounds):
        return np.abs(np.fft.rfft(sounds[..., 0] * np.hanning(LENGTH))).argmax(1)

    real, made = peaks(tones(512)), peaks(gan.generate(256, seed=0))
    within = ((made >= real.min() - 1) & (made <= real.max() + 1)).mean()
    assert within > 0.9 and np.abs(gan.generate(64, seed=0)).max() > 0.3


@pytest.mark.slow
def test_the_monitor_and_metrics_take_sounds():
    gan = make(discriminator_steps=1)
    inputs = keras.Input((LENGTH, 1))
    features = keras.Model(inputs, keras.layers.Conv1D(4, 9, 4, activation="tanh")(inputs))
    gan.compile(metrics=[keras_gan.metrics.FrechetDistance(Extractor(features), name="frechet")])
    monitor = keras_gan.callbacks.TrainingMonitor(every=4)
    many = tones(256)
    history = gan.fit(
        many, batch_size=16, epochs=3, verbose=0, callbacks=[monitor], validation_data=tones(64, seed=1)
    )
    assert np.isfinite(history.history["val_frechet"]).all() and history.history["val_frechet"][-1] > 0
    with pytest.raises(ValueError, match=r"takes data of shape \(256, 1\)"):
        Extractor(features).check((128, 1))


def test_another_rate_is_refused():
    with pytest.raises(ValueError, match="`rate` must be given"):
        keras_gan.WaveGAN(*networks.wavegan(LENGTH, 4, filters=4))
    with pytest.raises(ValueError, match="16000 samples a second, and the model makes 8000"):
        make().fit(keras_gan.data.sounds(tones(), rate=16_000, batch_size=8), verbose=0)
    with pytest.raises(ValueError, match="sounds of shape"):
        make().fit(keras_gan.data.sounds(tones(length=128), rate=8000, batch_size=8), verbose=0)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.slow
def test_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    gan = make(discriminator_steps=1)
    history = gan.fit(tones(), batch_size=16, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert gan.generate(2, 0).dtype == np.float32
