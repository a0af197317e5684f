"""Text -> vector of an image -> image."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.runs.describe import describe
from keras_gan.runs.generator import Generator

WORDS = ["a red heart", "a blue star"]


def parts(size=6):
    keras.utils.set_random_seed(0)
    encoder = networks.text_encoder(WORDS, 5, units=3, word_dim=3)
    prior = keras_gan.ConditionalGAN(*networks.mlp(size, 4, (8,), condition_dim=5), seed=0)
    decoder = keras_gan.DFGAN(*networks.dfgan((8, 8, 3), 6, 4, filters=2), seed=0)
    # Its first layers give the condition no say before they are trained.
    rng = np.random.default_rng(0)
    decoder.ema_generator.set_weights(
        [rng.normal(0, 0.3, w.shape) for w in decoder.ema_generator.get_weights()]
    )
    return encoder, prior, decoder


@pytest.mark.slow
def test_images_of_texts(tmp_path):
    model = keras_gan.TextToImage(*parts())
    images = model.generate(WORDS, n=3, seed=1)
    assert images.shape == (6, 8, 8, 3) and images.dtype == np.uint8
    # Batches of another size add up in another order.
    in_twos = model.generate(WORDS, n=3, seed=1, batch_size=2)
    assert np.abs(in_twos.astype(int) - images).max() <= 1
    assert (images != model.generate(WORDS, n=3, seed=2)).any()
    assert (images[:3] != model.generate(WORDS[1], n=3, seed=1)).any()
    # By hand: the prior's vector of the text, and the decoder's image of that.
    vectors = model.embed(WORDS, n=3, seed=1)
    assert vectors.shape == (6, 6)
    latents = model.decoder.sample_latents(6, 1)
    np.testing.assert_array_equal(images, model.decoder.images_of(latents, vectors))
    # Guidance is linear in the prior's output.
    at = [model.embed(WORDS, n=3, seed=1, guidance=g) for g in (0.0, 1.0, 3.0)]
    np.testing.assert_allclose(at[2], at[0] + 3.0 * (at[1] - at[0]), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(at[1], vectors, atol=1e-6)

    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.generate(WORDS, n=3, seed=1), images)
    again.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    sampled = saved.sample_texts(np.repeat(WORDS, 3), 1).numpy()
    assert np.abs(sampled.astype(int) - images).max() <= 1
    # The commands take both files.
    for path in (tmp_path / "model.keras", tmp_path / "saved"):
        generator = Generator(path)
        made = generator.sample_texts(np.repeat(WORDS, 3).tolist(), 1)
        assert np.abs(made.astype(int) - images).max() <= 1
        with pytest.raises(ValueError, match="of texts alone"):
            generator.sample(3)
        assert any("words of its texts: 5" in line for line in describe(path))
    with pytest.raises(tf.errors.InvalidArgumentError, match="vocabulary, the words of"):
        saved.sample_texts(["a pink heart"])


def test_what_is_refused():
    encoder, prior, decoder = parts()
    model = keras_gan.TextToImage(encoder, prior, decoder)
    with pytest.raises(ValueError, match="vocabulary: 'pink'"):
        model.generate("a pink heart")
    with pytest.raises(ValueError, match="must be strings that are not empty"):
        model.generate([])
    with pytest.raises(ValueError, match="`n` must be"):
        model.generate("a red heart", n=0)
    with pytest.raises(ValueError, match="trains nothing: train its parts"):
        model.fit(None)
    with pytest.raises(ValueError, match="`prior` must be a GAN on the condition of a vector"):
        keras_gan.TextToImage(encoder, keras_gan.GAN(*networks.mlp(6)), decoder)
    with pytest.raises(ValueError, match="to the decoder's of 6. Received: from 5 to \\(7,\\)"):
        keras_gan.TextToImage(encoder, parts(7)[1], decoder)
    with pytest.raises(ValueError, match="is exported as"):
        model.export("x.onnx", format="onnx")


@pytest.mark.slow
def test_the_prior_is_a_distribution():
    """On a joint Gaussian its samples have the exact mean and covariance given the text; a regression's have covariance 0.

    Of the covariance [[1, .5, .2], [.5, 2, .3], [.2, .3, 1]]: B = (.5, .2), C = [[1.75, .2], [.2, .96]].
    """
    keras.utils.set_random_seed(0)
    covariance = np.array([[1, 0.5, 0.2], [0.5, 2, 0.3], [0.2, 0.3, 1]])
    both = np.random.default_rng(0).multivariate_normal(np.zeros(3), covariance, 20_000).astype("float32")
    gan = keras_gan.ConditionalGAN(*networks.mlp(2, 4, (64, 64), condition_dim=1), ema_decay=0.999, seed=0)
    rates = [keras_gan.schedules.LinearDecay(2e-3, 4000, 2000) for _ in range(2)]
    optimizers = [keras_gan.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for rate in rates]
    penalties = [keras_gan.regularizers.R1Penalty(0.1), keras_gan.regularizers.R2Penalty(0.1)]
    gan.compile(*optimizers, loss="relativistic", regularizers=penalties)
    gan.fit(keras_gan.data.conditioned(both[:, 1:], both[:, :1], batch_size=500), epochs=100, verbose=0)
    text = np.random.default_rng(1).normal(size=(20_000, 1)).astype("float32")
    made = gan.generate(20_000, labels=text, seed=0, batch_size=5000)
    slope = (text * made).mean(axis=0) / (text**2).mean()
    np.testing.assert_allclose(slope, [0.5, 0.2], atol=0.08)
    left = made - text * slope - (made - text * slope).mean(axis=0)
    np.testing.assert_allclose(left.T @ left / len(left), [[1.75, 0.2], [0.2, 0.96]], atol=0.15)
