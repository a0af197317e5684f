"""DF-GAN: what is its own beside `ConditionalGAN`."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from tests.contracts import game_contract


def tiny(**options):
    keras.utils.set_random_seed(0)
    pair = networks.dfgan((8, 8, 3), 3, 4, filters=8)
    gan = keras_gan.DFGAN(*pair, seed=0, ema_decay=0.9, **options)
    gan.compile()
    return gan


@pytest.fixture(scope="module")
def data():
    """Images of one colour, and the colour as their text."""
    colours = np.random.default_rng(0).uniform(-0.9, 0.9, (64, 3)).astype("float32")
    return {"image": np.tile(colours[:, None, None], (1, 8, 8, 1)), "condition": colours}


def test_the_papers_choices():
    gan = tiny()
    assert isinstance(gan.adversarial_loss, keras_gan.losses.HingeLoss) and gan.discriminator_steps == 1
    assert [r.name for r in gan.regularizers] == ["mismatched_pairs", "matching_aware"]
    assert [float(o.learning_rate) for o in (gan.generator_optimizer, gan.discriminator_optimizer)] == [
        pytest.approx(1e-4),
        pytest.approx(4e-4),
    ]


@pytest.mark.slow
def test_it_trains_is_saved_and_exported(data, tmp_path):
    gan = tiny()
    history = gan.fit(data, batch_size=16, epochs=1, verbose=0).history
    assert np.isfinite(history["d_loss"]).all() and "matching_aware" in history
    texts = data["condition"][:4]
    images = gan.generate(4, labels=texts, seed=1)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(again.generate(4, labels=texts, seed=1), images)
    gan.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    assert np.abs(saved.sample(4, 1, 1.0, labels=texts).numpy().astype(int) - images).max() <= 1


@pytest.mark.slow
def test_images_follow_their_texts(data):
    """Colours of held-out texts: nearer to the text asked for than to another's, by the mean squared difference."""
    gan = tiny()
    Adam = keras_gan.optimizers.Adam
    gan.compile(generator_optimizer=Adam(1e-3, 0.0, 0.9), discriminator_optimizer=Adam(2e-3, 0.0, 0.9))
    gan.fit(data, batch_size=32, epochs=200, verbose=0)
    texts = np.random.default_rng(1).uniform(-0.9, 0.9, (32, 3)).astype("float32")
    made = gan.generate(32, labels=texts, seed=0).astype("float32").mean(axis=(1, 2)) / 127.5 - 1.0
    own, other = ((made - t) ** 2 for t in (texts, np.roll(texts, 1, axis=0)))
    assert own.mean() < 0.2 * other.mean()


@pytest.mark.slow
def test_contract(data, tmp_path, mirrored):
    game_contract(tiny, data, tmp_path, mirrored)


def test_parameters_at_256_pixels():
    """Of the official networks: generator 9.74 million, discriminator and its joint part 6.62 and .30.

    The official file also holds the shortcuts of blocks that keep their width, which nothing reads: here of the last three.
    """
    generator, discriminator = networks.dfgan((256, 256, 3), 256, 100)
    assert round(generator.count_params() / 1e6, 2) == 9.74
    unread = 3 * (256 * 256 + 256)
    assert round((discriminator.count_params() + unread) / 1e6, 2) == round(6.62 + 0.30, 2)


def test_what_is_refused():
    for shape in ((28, 28, 1), (64, 32, 3), (4, 4, 1)):
        with pytest.raises(ValueError, match="power of two"):
            networks.dfgan(shape, 8)
    with pytest.raises(ValueError, match=r"must be \(height, width, channels\)"):
        networks.dfgan((16, 16, 0), 8)
    with pytest.raises(ValueError, match="condition_dim"):
        networks.dfgan((16, 16, 1), 0)
    with pytest.raises(ValueError, match="generator"):
        keras_gan.DFGAN(*networks.dcgan((28, 28, 1), latent_dim=4, filters=2))
