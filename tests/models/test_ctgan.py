import keras
import numpy as np
import pandas
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.callbacks import Checkpoint, StopAtStep
from keras_gan.data import Schema, table
from keras_gan.gradients import of_sum
from keras_gan.layers import RowActivation
from tests.conftest import golden
from tests.contracts import game_contract
from tests.helpers import assert_same_state


def rows(count=400, seed=0):
    """Smokers are older, and live in Rome."""
    random = np.random.default_rng(seed)
    smokes = random.uniform(size=count) < 0.3
    age = np.where(smokes, random.normal(60, 3, count), random.normal(30, 3, count)).round()
    city = np.where(smokes, "Rome", random.choice(["Oslo", "Bern"], count))
    return pandas.DataFrame({"age": age.astype("int64"), "smokes": smokes, "city": city})


def tiny(policy="float32", frame=None, ema_decay=0.9, **options):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    schema = Schema.of(rows() if frame is None else frame)
    pair = networks.ctgan(schema, latent_dim=8, widths=(16, 16), discriminator_widths=(16,), packing=4)
    gan = keras_gan.CTGAN(*pair, schema, seed=0, ema_decay=ema_decay)
    gan.compile(**options)
    return gan


def data(gan, frame=None, batch_size=40):
    return table(rows() if frame is None else frame, batch_size=batch_size, schema=gan.schema)


class Golden:
    """A schema of the official file's sizes: 14 numbers a row, 5 of them the condition."""

    numbers, blocks, size, condition_size = (None,), [4, 4, 3, 2], 14, 5


def test_equals_the_official_networks():
    """ctgan 0.12.1, generator and discriminator, and the gradient penalty over packs of ten rows."""
    arrays = np.load(golden("ctgan/ctgan.npz"))
    generator, discriminator = networks.ctgan(
        Golden, 8, widths=(16, 12), discriminator_widths=(16, 12), dropout=0.0
    )
    dense = [layer for layer in generator.layers if isinstance(layer, keras.layers.Dense)]
    normalizations = [x for x in generator.layers if isinstance(x, keras.layers.BatchNormalization)]
    for i, layer in enumerate(dense):
        name = f"G.seq.{i}" + (".fc" if i < 2 else "")
        layer.set_weights([arrays[f"{name}.weight"].T, arrays[f"{name}.bias"]])
    for i, layer in enumerate(normalizations):
        names = ("weight", "bias", "running_mean", "running_var")
        layer.set_weights([arrays[f"G.seq.{i}.bn.{name}"] for name in names])
    judges = [layer for layer in discriminator.layers if isinstance(layer, keras.layers.Dense)]
    for i, layer in zip((0, 3, 6), judges, strict=True):
        layer.set_weights([arrays[f"D.seq.{i}.weight"].T, arrays[f"D.seq.{i}.bias"]])
    raw = keras.Model(generator.inputs, generator.get_layer("logits").output)
    latents = np.concatenate([arrays["z"], np.zeros((40, 13), "float32")], axis=1)
    np.testing.assert_allclose(raw([latents, arrays["condition"]]), arrays["raw"], atol=1e-4)
    np.testing.assert_allclose(discriminator(arrays["d_input"]), arrays["d_output"], atol=1e-4)

    alpha = np.repeat(arrays["gp_alpha"], 10)[:, None]
    between = tf.constant(alpha * arrays["d_input"] + (1 - alpha) * arrays["gp_fake"])
    gradient = of_sum(lambda x: discriminator(x, training=False), between)
    norms = tf.norm(tf.reshape(gradient, (4, -1)), axis=1)
    np.testing.assert_allclose(10.0 * tf.reduce_mean((norms - 1.0) ** 2), arrays["gp"], rtol=1e-4)
    # Our penalty is this one, at a point between that a pack has in common.
    gan = keras_gan.GAN(*networks.mlp(19, 2), ema_decay=None)
    gan.discriminator = discriminator
    gan.compile(loss="wasserstein", regularizers=[keras_gan.regularizers.GradientPenalty(10.0)])
    penalty = gan.regularizers[0]
    np.testing.assert_allclose(penalty.norms(gan, between, None), norms, rtol=1e-4)
    turn = keras_gan.parts.Turn(tf.ones((40, 19)), tf.zeros((40, 19)), None, None, player="discriminator")
    points = keras_gan.regularizers.regularizer.between(gan, turn).numpy().reshape(4, 10, 19)
    assert (points == points[:, :1, :1]).all() and len(np.unique(points)) == 4


def test_the_activation_by_hand():
    layer = RowActivation(2, [3, 2, 4], temperature=0.2)
    random = np.random.default_rng(0)
    logits = random.normal(size=(5, 11)).astype("float32") * 30
    noise = random.gumbel(size=(5, 9)).astype("float32")
    found = layer([logits, noise]).numpy()
    np.testing.assert_allclose(found[:, :2], np.tanh(logits[:, :2]), rtol=1e-5)
    start = 2
    for width in (3, 2, 4):
        x = (logits[:, start : start + width] + noise[:, start - 2 : start - 2 + width]) / 0.2
        expected = np.exp(x - x.max(1, keepdims=True))
        expected /= expected.sum(1, keepdims=True)
        np.testing.assert_allclose(found[:, start : start + width], expected, rtol=1e-3, atol=1e-6)
        start += width
    # Its largest entries are draws from the softmax of the logits.
    logits = np.tile(np.log(np.array([[0.7, 0.2, 0.1]], "float32")), (20_000, 1))
    drawn = (
        RowActivation(0, [3])([logits, random.gumbel(size=logits.shape).astype("float32")]).numpy().argmax(1)
    )
    np.testing.assert_allclose(np.bincount(drawn) / 20_000, [0.7, 0.2, 0.1], atol=0.01)


def test_the_loss_of_the_condition_by_hand():
    gan = tiny()
    batch = next(iter(data(gan)))
    part = {**batch, **gan.draw(40, gan.seed_generator)}
    fake = gan.forward(part)
    np.testing.assert_array_equal(fake[:, gan.schema.size :], batch["condition"])
    found = gan.generator_terms(gan.turn_of("generator", part, fake))["g_condition"]
    logits, total, start = part["logits"].numpy(), 0.0, gan.schema.size - gan.schema.condition_size
    for column in gan.schema.categories:
        block = logits[:, start : start + column.width]
        offset = start - gan.schema.size + gan.schema.condition_size
        asked = batch["condition"].numpy()[:, offset : offset + column.width]
        log_p = block - np.log(np.exp(block).sum(1, keepdims=True))
        total -= (asked * log_p).sum()
        start += column.width
    np.testing.assert_allclose(found, total / 40, rtol=1e-5)


@pytest.mark.slow
def test_it_learns_a_table():
    """Smokers are older and live in Rome: marginals and what goes together, and rows that were asked for."""
    frame = rows(2000)
    keras.utils.set_random_seed(0)
    made = table(frame, batch_size=200)
    gan = keras_gan.CTGAN(
        *networks.ctgan(made.schema, 16, widths=(64, 64), discriminator_widths=(64, 64)), made.schema, seed=0
    )
    gan.compile(
        **{f"{player}_optimizer": keras_gan.optimizers.Adam(1e-3, 0.5, 0.9) for player in gan.players}
    )
    gan.fit(made, epochs=120, verbose=0)
    found = gan.sample(2000, seed=1)
    assert abs(found.smokes.mean() - frame.smokes.mean()) < 0.06
    assert abs(found.age.mean() - frame.age.mean()) < 3.0
    assert found[found.smokes].age.mean() - found[~found.smokes].age.mean() > 20
    assert (found[found.smokes].city == "Rome").mean() > 0.8


@pytest.mark.slow
def test_samples_are_rows_of_the_table():
    gan = tiny()
    gan.fit(data(gan), epochs=1, verbose=0)
    found = gan.sample(50, seed=3)
    assert list(found.columns) == list(rows().columns) and (found.dtypes == rows().dtypes).all()
    assert found.age.between(rows().age.min(), rows().age.max()).all()
    pandas.testing.assert_frame_equal(gan.sample(50, seed=3), found)
    pandas.testing.assert_frame_equal(gan.generate(50, seed=3), found)
    assert not gan.sample(50, seed=4).equals(found)
    asked = gan.sample(20, where={"smokes": True, "city": ["Rome", "Bern"], "age": (25, 70)}, seed=0)
    assert len(asked) == 20 and asked.smokes.all() and asked.city.isin(["Rome", "Bern"]).all()
    assert asked.age.between(25, 70).all()
    for where, message in (
        ({"smoke": True}, "no column 'smoke'. It has: 'age'"),
        ({"city": "Paris"}, "'city' has no value 'Paris'. It has: 'Oslo', 'Bern', 'Rome'"),
        ({"age": 30}, r"`where` takes \(low, high\)"),
        ({"age": (200, 300)}, "Among .* rows only 0 fulfil"),
        ({"age": ("old", "new")}, r"`where` takes \(low, high\)"),
        ({"city": []}, "`where` has no value for the column 'city'"),
        ([("city", "Rome")], "`where` must be a dict"),
    ):
        with pytest.raises(ValueError, match=message):
            gan.sample(5, where=where, batch_size=50)


@pytest.mark.slow
def test_contract(tmp_path, mirrored):
    batch = next(iter(table(rows(), batch_size=64, schema=tiny().schema)))
    arrays = {name: values.numpy() for name, values in batch.items()}
    game_contract(tiny, arrays, tmp_path, mirrored, plain=plain)


def plain():
    """Without gradients that are zero but for rounding: biases before a normalisation, under Adam."""
    return tiny(**{f"{player}_optimizer": keras.optimizers.SGD(0.01) for player in keras_gan.CTGAN.players})


@pytest.mark.slow
def test_a_table_resumes_to_the_bit(tmp_path):
    def trained(folder, *callbacks):
        gan = tiny()
        gan.fit(data(gan), epochs=3, verbose=0, callbacks=[*callbacks, Checkpoint(tmp_path / folder)])
        return gan

    whole = trained("whole")
    trained("cut", StopAtStep(13))
    assert_same_state(whole, trained("cut"))


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_precisions(policy):
    gan = tiny(policy)
    history = gan.fit(data(gan), epochs=2, verbose=0).history
    assert np.isfinite(history["d_loss"]).all() and np.isfinite(history["g_condition"]).all()
    assert len(gan.sample(5)) == 5


def test_it_is_saved_with_its_schema(tmp_path):
    gan = tiny(frame=rows().assign(since="2024-01-31"))
    gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras")
    pandas.testing.assert_frame_equal(again.sample(9, seed=1), gan.sample(9, seed=1))


def test_tables_of_numbers_alone_and_other_parts():
    frame = rows()[["age"]].assign(height=np.random.default_rng(0).normal(size=400))
    gan = tiny(frame=frame, loss="hinge", regularizers=["r1"])
    history = gan.fit(data(gan, frame), epochs=1, verbose=0).history
    assert gan.condition is None and "g_condition" not in history
    assert gan.sample(7).shape == (7, 2)


def test_what_does_not_fit_is_said():
    gan = tiny()
    other = table(rows().drop(columns="city"), batch_size=40)
    with pytest.raises(ValueError, match=r"other columns than the model's|`condition` must be"):
        gan.fit(other, verbose=0)
    with pytest.raises(ValueError, match="must have the layers `logits`"):
        keras_gan.CTGAN(*networks.mlp(gan.image_shape[0], 20, condition_dim=5), gan.schema)
    with pytest.raises(ValueError, match="makes its own noise"):
        keras_gan.CTGAN(*networks.ctgan(gan.schema), gan.schema, noise=keras_gan.noise.Normal(4))
    with pytest.raises(ValueError, match="keras_gan.data.table.frame"):
        gan.fit(rows(), verbose=0)
    with pytest.raises(ValueError, match="`schema` must be"):
        keras_gan.CTGAN(*networks.ctgan(gan.schema), None)
