import keras
import numpy as np
import pandas
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.data import Schema, table
from keras_gan.layers import RowLikelihood
from tests.contracts import game_contract
from tests.models.test_ctgan import rows


def tiny(policy="float32", **options):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    schema = Schema.of(rows())
    model = keras_gan.TVAE(*networks.tvae(schema, latent_dim=4, widths=(16,)), schema, seed=0)
    model.compile(**options)
    return model


def data(model, batch_size=40):
    return table(rows(), batch_size=batch_size, schema=model.schema, by_category=False)


def test_the_likelihood_by_hand():
    random = np.random.default_rng(0)
    outputs, likelihood = random.normal(size=(6, 7)).astype("float32"), RowLikelihood(2, [3, 2])
    likelihood.log_variance.assign([0.3, -1.0])
    given = np.concatenate(
        [random.uniform(-1, 1, (6, 2)), np.eye(3)[[0, 1, 2, 0, 1, 2]], np.eye(2)[[0, 1] * 3]], 1
    )
    expected = np.zeros(6)
    for i, log_variance in enumerate((0.3, -1.0)):
        squares = (given[:, i] - np.tanh(outputs[:, i])) ** 2
        expected += 0.5 * (squares / np.exp(log_variance) + log_variance + np.log(2 * np.pi))
    for block in (slice(2, 5), slice(5, 7)):
        p = np.exp(outputs[:, block]) / np.exp(outputs[:, block]).sum(1, keepdims=True)
        expected -= np.log((p * given[:, block]).sum(1))
    np.testing.assert_allclose(likelihood(given, outputs), expected, rtol=1e-5)
    # Rows drawn have the probabilities of the softmax.
    many = np.tile(np.array([[0.0, 0.0, 0.0, np.log(3.0), np.log(6.0), 0.0, 0.0]], "float32"), (20_000, 1))
    normal, gumbel = random.normal(size=(20_000, 2)), random.gumbel(size=(20_000, 5))
    drawn = likelihood.drawn(many, normal.astype("float32"), gumbel.astype("float32")).numpy()
    np.testing.assert_allclose(np.bincount(drawn[:, 2:5].argmax(1)) / 20_000, [0.1, 0.3, 0.6], atol=0.01)
    assert abs(drawn[:, 1].std() - np.exp(-0.5)) < 0.1 and np.abs(drawn[:, :2]).max() <= 1.0


@pytest.mark.slow
def test_it_learns_a_table():
    """Smokers are older and live in Rome."""
    keras.utils.set_random_seed(0)
    frame = rows(2000)
    made = table(frame, batch_size=100, by_category=False)
    model = keras_gan.TVAE(*networks.tvae(made.schema, 8, widths=(64,)), made.schema, seed=0)
    model.compile()
    model.fit(made, epochs=80, verbose=0)
    found = model.sample(2000, seed=1)
    assert (found.dtypes == frame.dtypes).all() and abs(found.smokes.mean() - frame.smokes.mean()) < 0.06
    assert found[found.smokes].age.mean() - found[~found.smokes].age.mean() > 20
    assert (found[found.smokes].city == "Rome").mean() > 0.8
    asked = model.sample(10, where={"city": "Rome", "age": (50, 80)}, seed=2)
    assert set(asked.city) == {"Rome"} and asked.age.between(50, 80).all()
    back = model.reconstruct(frame)
    assert (back.smokes == frame.smokes).mean() > 0.9 and np.abs(back.age - frame.age).mean() < 5


@pytest.mark.slow
def test_contract(tmp_path, mirrored):
    vectors = next(iter(data(tiny(), 64))).numpy()
    game_contract(tiny, vectors, tmp_path, mirrored)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_precisions(policy):
    model = tiny(policy)
    history = model.fit(data(model), epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all() and len(model.sample(5)) == 5


def test_its_export_draws_as_it_does(tmp_path):
    model = tiny()
    model.fit(data(model), epochs=3, verbose=0)
    model.export(tmp_path / "exported")
    loaded = tf.saved_model.load(str(tmp_path / "exported"))
    vectors = loaded.sample(200, 3).numpy()
    pandas.testing.assert_frame_equal(model.schema.decode(vectors), model.sample(200, seed=3))


def test_it_is_saved_and_names_what_does_not_fit(tmp_path):
    model = tiny()
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    pandas.testing.assert_frame_equal(again.sample(9, seed=1), model.sample(9, seed=1))
    with pytest.raises(ValueError, match="keras_gan.data.table.frame.*by_category=False"):
        model.fit(rows(), verbose=0)
    other = Schema.of(rows().drop(columns="city"))
    with pytest.raises(ValueError, match="The networks are of rows of"):
        keras_gan.TVAE(*networks.tvae(model.schema), other)
    with pytest.raises(ValueError, match="other columns than the model's"):
        model.fit(table(rows(), batch_size=40), verbose=0)
