"""SequenceGAN: both estimators, maximum likelihood first."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.models.sequence_gan import policy_loss
from keras_gan.noise import Gumbel
from tests.contracts import game_contract
from tests.layers.test_token_sampler import every_sequence, sampler


def tokens(n=64, length=5, vocabulary=6):
    """Tokens that count up from a chance one."""
    starts = np.random.default_rng(0).integers(0, vocabulary, n)
    return (starts[:, None] + np.arange(length)) % vocabulary


def one_hot(n=64):
    return np.eye(6, dtype="float32")[tokens(n)]


SMALL = {"embedding": 4, "units": 8, "filters": 4}


def make(optimizer=None, compiled=True, sizes=SMALL, **options):
    keras.utils.set_random_seed(0)
    pair = networks.sequence_gan(5, 6, widths=(1, 2, 3), **sizes)
    gan = keras_gan.SequenceGAN(*pair, seed=0, **options)
    if compiled:
        chosen = {f"{player}_optimizer": optimizer() for player in gan.players} if optimizer else {}
        gan.compile(**chosen)
    return gan


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["gumbel", "reinforce"])
def test_contract(tmp_path, mirrored, estimator):
    options = {"estimator": estimator, "pretraining_steps": 3, "rollouts": 2}
    game_contract(
        lambda: make(**options),
        one_hot(),
        tmp_path,
        mirrored,
        lambda: make(lambda: keras.optimizers.SGD(1e-3), **options),
    )


def exact_gradient(layer, rewards):
    """Of the expected reward, by the sum over all sequences."""
    with tf.GradientTape() as tape:
        p = tf.exp(tf.reduce_sum(layer.log_probabilities(every_sequence()), axis=1))
        value = -tf.reduce_sum(p * rewards)
    return tape.gradient(value, layer.trainable_variables), p


def test_the_policy_gradient_is_the_enumerated_sum():
    """Three tokens, two places: the mean over all sequences of REINFORCE's gradient is the expected reward's."""
    layer, rewards = sampler(), np.random.default_rng(5).uniform(size=9).astype("float32")
    expected, p = exact_gradient(layer, rewards)
    p = p.numpy()
    # Q of the first token: the mean reward of what begins with it.
    of_first = (p * rewards).reshape(3, 3).sum(1) / p.reshape(3, 3).sum(1)
    values = np.stack([np.repeat(of_first, 3), rewards], axis=1)
    total = [np.zeros(w.shape) for w in layer.trainable_variables]
    for sequence, value, share in zip(every_sequence(), values, p, strict=True):
        with tf.GradientTape() as tape:
            loss = policy_loss(layer, sequence[None], value[None])
        found = tape.gradient(loss, layer.trainable_variables)
        total = [a + share * np.asarray(tf.convert_to_tensor(b)) for a, b in zip(total, found, strict=True)]
    for a, b in zip(total, expected, strict=True):
        np.testing.assert_allclose(a, tf.convert_to_tensor(b), atol=1e-5)


def test_rollouts_estimate_the_values():
    """Many rollouts from each beginning: the mean of the discriminator over the sequences, weighed by their probabilities."""
    keras.utils.set_random_seed(0)
    noise = keras.Input((2, 3))
    layer = keras_gan.layers.TokenSampler(3, 4, 5, name="sampler")
    generator = keras.Model(noise, layer(noise))
    layer.set_weights([np.random.default_rng(1).normal(size=w.shape) for w in layer.get_weights()])
    inputs = keras.Input((2, 3))
    discriminator = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(inputs)))
    gan = keras_gan.SequenceGAN(generator, discriminator, estimator="reinforce", rollouts=3000)
    gan.compile()
    every = every_sequence()
    scores = tf.sigmoid(discriminator(every))[:, 0].numpy()
    p = np.exp(np.asarray(layer.log_probabilities(every)).sum(1))
    of_first = (p * scores).reshape(3, 3).sum(1) / p.reshape(3, 3).sum(1)
    drawn = Gumbel((3000, 2, 3)).draw(9, keras.random.SeedGenerator(0))
    found = np.asarray(gan.values(tf.constant(every), drawn))
    np.testing.assert_allclose(found[:, 1], scores, atol=1e-5)
    np.testing.assert_allclose(found[:, 0], np.repeat(of_first, 3), atol=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["gumbel", "reinforce"])
def test_counting_is_learnt_by_the_adversarial_loss_alone(estimator):
    # With five seeds each, these sizes end at .94 and more; the smallest ones do not on every processor.
    sizes = {"embedding": 8, "units": 16, "filters": 16, "dropout": 0}
    gan = make(compiled=False, sizes=sizes, estimator=estimator)
    Adam = keras_gan.optimizers.Adam
    gan.compile(Adam(5e-3, 0.5), Adam(5e-3, 0.5))
    data = keras_gan.data.sequences(tokens(256), batch_size=32)
    before = gan.generate(200, seed=0)
    gan.fit(data, epochs=40, verbose=0)
    made = gan.generate(200, seed=0)

    def counting(x):
        return ((np.diff(x) % 6) == 1).mean()

    assert counting(before) < 0.35 and counting(made) > 0.8, (counting(before), counting(made))


@pytest.mark.slow
def test_maximum_likelihood_first(tmp_path):
    gan = make(pretraining_steps=200)
    data = keras_gan.data.sequences(tokens(256), batch_size=32)
    history = gan.fit(data, epochs=25, verbose=0, validation_data=data).history
    # The start is one of six, and all else follows: log(6) / 5 a token.
    assert history["nll"][-1] < history["nll"][0] and history["d_loss"][0] == 0
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    made = again.generate(4, seed=1)
    assert made.shape == (4, 5) and made.dtype == np.int32
    np.testing.assert_array_equal(made, gan.generate(4, seed=1))
    likelihood = again.log_likelihood(tokens(8))
    expected = np.asarray(gan.generator.get_layer("sampler").log_probabilities(one_hot(8))).sum(1)
    np.testing.assert_allclose(likelihood, expected, rtol=1e-4)
    served = tf.saved_model.load(gan.export(tmp_path / "exported"))
    np.testing.assert_array_equal(served.sample(4, 1), made)


@pytest.mark.slow
def test_texts_of_words():
    texts = ["A red heart!", "a blue star", "a red star", "a heart"]
    data = keras_gan.data.sequences(texts, batch_size=4)
    assert data.words[:2] == ["", "a"] and data.element_spec.shape == (4, 3, 6)
    keras.utils.set_random_seed(0)
    pair = networks.sequence_gan(3, 6, embedding=4, units=8, filters=4, widths=(1, 2))
    gan = keras_gan.SequenceGAN(*pair, words=data.words, pretraining_steps=300, seed=0)
    gan.compile(keras_gan.optimizers.Adam(1e-2, 0.9))
    gan.fit(data, epochs=150, verbose=0)
    made = gan.texts(20, seed=0)
    plain = {"a red heart", "a blue star", "a red star", "a heart"}
    assert sum(text in plain for text in made) > 15, made


def test_held_wrong(tmp_path):
    with pytest.raises(ValueError, match="one-hot tokens"):
        make().fit(np.full((64, 5, 6), 0.5, "float32"), batch_size=16, verbose=0)
    with pytest.raises(ValueError, match="TokenSampler"):
        keras_gan.SequenceGAN(*networks.mlp(data_dim=6, latent_dim=6))
    with pytest.raises(ValueError, match="estimator"):
        make(estimator="mean")
    with pytest.raises(ValueError, match="at most the length"):
        networks.sequence_gan(3, 6)
    with pytest.raises(ValueError, match="There is no file"):
        keras_gan.data.sequences(tmp_path / "no.txt")
    with pytest.raises(ValueError, match="none of the given words"):
        keras_gan.data.sequences(["a b"], words=["", "c"], batch_size=1)
    with pytest.raises(ValueError, match='must begin with ""'):
        keras_gan.data.sequences(["a b"], words=["a", "b"], batch_size=1)
    assert keras_gan.data.sequences(tokens(8), length=9, batch_size=8).element_spec.shape == (8, 9, 6)
    with pytest.raises(ValueError, match="ints from 0"):
        keras_gan.data.sequences(np.array([[-1, 2]]), batch_size=1)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.slow
def test_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    history = make(estimator="reinforce", rollouts=2).fit(one_hot(32), batch_size=16, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.mark.slow
@pytest.mark.parametrize("format", ["onnx", "litert"])
def test_files_for_other_runtimes(tmp_path, format):
    """Compared with the model when they are written."""
    suffix = {"onnx": ".onnx", "litert": ".tflite"}[format]
    assert make().export(tmp_path / f"model{suffix}", format=format)
