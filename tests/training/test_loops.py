"""`fit`, `evaluate`, `train_on_batch`."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.regularizers import Penalty
from tests.helpers import all_state, assert_same_state, tiny_gan, tiny_networks

FORMS = {
    "images": lambda x, y: x,
    "a tuple of one": lambda x, y: (x,),
    "images and labels": lambda x, y: (x, y),
    "with weights": lambda x, y: (x, y, tf.ones(64)),
    "dict": lambda x, y: {"image": x},
    "dict with labels": lambda x, y: {"image": x, "label": y},
}


@pytest.mark.parametrize("form", FORMS)
def test_forms_of_data_sets(images, form):
    elements = FORMS[form](tf.constant(images), tf.zeros(64, tf.int32))
    dataset = tf.data.Dataset.from_tensor_slices(elements).batch(16)
    gan, reference = tiny_gan(), tiny_gan()
    history = gan.fit(dataset, epochs=2, validation_data=dataset, verbose=0).history
    plain = tf.data.Dataset.from_tensor_slices(images).batch(16)
    reference.fit(plain, epochs=2, verbose=0)
    assert_same_state(gan, reference)
    assert set(history) == {*gan.figure_names, *(f"val_{n}" for n in gan.validation_names)}
    assert all(len(values) == 2 for values in history.values())


@pytest.mark.slow
def test_forms_of_arrays(images):
    labels = np.zeros(64, "int64")
    for x, y in (
        (images, None),
        (images, labels),
        ({"image": images}, None),
        ({"image": images, "label": labels}, None),
    ):
        gan, reference = tiny_gan(), tiny_gan()
        gan.fit(x, y, batch_size=16, verbose=0)
        reference.fit(images, batch_size=16, verbose=0)
        assert_same_state(gan, reference)


def test_validation_split_holds_out_the_end(images):
    images[48:] = -1.0
    gan = tiny_gan()
    history = gan.fit(images, batch_size=16, validation_split=0.25, epochs=1, verbose=0).history
    assert int(gan.state.generator_step) == 3
    expected = float(tf.reduce_mean(gan.discriminator(images[48:], training=False)))
    assert history["val_real_score"][0] == pytest.approx(expected, abs=1e-6)


def test_history_holds_means_of_every_step(images):
    gan = tiny_gan(regularizers=["r1"])
    history = gan.fit(images, batch_size=16, epochs=2, verbose=0).history
    twin = tiny_gan(regularizers=["r1"])
    stream = keras_gan.data.stream.stream_of(keras_gan.data.from_arrays(images, batch_size=16))
    steps = []
    for epoch in range(2):
        stream.start(epoch, 0, 4)
        steps += [twin.train_on_batch(batch, return_dict=True) for batch in stream.dataset()]
    for name in gan.figure_names:
        means = np.mean([[s[name] for s in steps[:4]], [s[name] for s in steps[4:]]], axis=1)
        np.testing.assert_allclose(history[name], means, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(history["d_loss"], np.add(history["d_adversarial"], history["r1"]), rtol=1e-5)


@pytest.mark.slow
def test_evaluate_shows_an_over_fitting_discriminator(images):
    """On what it trained with the discriminator scores higher than on held-out images."""
    held_out = np.random.default_rng(9).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    gan = tiny_gan(discriminator_optimizer=keras.optimizers.Adam(0.02))
    gan.fit(images, batch_size=32, epochs=25, verbose=0)
    train, test = (gan.evaluate(x, return_dict=True, verbose=0) for x in (images, held_out))
    assert train["real_score"] > test["real_score"] + 0.5
    assert train["fake_score"] == pytest.approx(test["fake_score"], abs=1e-5)


def test_evaluate_is_the_same_each_time_and_for_each_batch_size_of_reals(images):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, verbose=0)
    one = gan.evaluate(images, return_dict=True, verbose=0)
    assert one == gan.evaluate(images, return_dict=True, verbose=0)
    other = gan.evaluate(images, batch_size=20, return_dict=True, verbose=0)
    assert other["real_score"] == pytest.approx(one["real_score"], abs=1e-6)


class PixelGap(keras.metrics.Metric):
    """Difference of mean pixels, counting how often it is asked."""

    def __init__(self, name="pixel_gap"):
        super().__init__(name=name)
        self.total = self.add_weight(initializer="zeros", name="total")
        self.asked = 0

    def update_state(self, real, fake):
        self.total.assign_add(tf.reduce_mean(real) - tf.reduce_mean(fake))

    def result(self):
        self.asked += 1
        return self.total.value


def test_compiled_metrics_belong_to_evaluation(images):
    metric = PixelGap()
    gan = tiny_gan(metrics=[metric])
    history = gan.fit(images, batch_size=16, epochs=2, validation_data=images, verbose=0).history
    assert len(history["val_pixel_gap"]) == 2 and metric.asked == 2
    assert "pixel_gap" not in history and gan.metrics == []
    with pytest.raises(ValueError, match="There is no Metric 'fidd'.*Did you mean 'fid'"):
        tiny_gan(metrics=["fidd"])
    with pytest.raises(ValueError, match="metrics"):
        tiny_gan(metrics=[len])


def test_metrics_by_name(images):
    gan = tiny_gan(metrics=["swd"], networks=tiny_networks(size=16))
    larger = images.repeat(2, axis=1).repeat(2, axis=2)
    history = gan.fit(larger, batch_size=16, validation_data=larger, verbose=0).history
    assert "val_swd" in history


def test_sample_weights_weight_real_images(images):
    gan = tiny_gan(
        generator_optimizer=keras.optimizers.SGD(0.0), discriminator_optimizer=keras.optimizers.SGD(0.0)
    )
    full = gan.train_on_batch(images, return_dict=True)["d_adversarial"]
    none = gan.train_on_batch(images, sample_weight=np.zeros(64, "float32"), return_dict=True)
    real_term = float(tf.reduce_mean(tf.math.softplus(-gan.discriminator(images))))
    assert full - none["d_adversarial"] == pytest.approx(real_term, abs=0.05)


def test_steps_per_epoch_and_epochs_of_any_length(images):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, epochs=3, steps_per_epoch=7, verbose=0)
    assert int(gan.state.generator_step) == 21 and int(gan.state.epoch) == 3


def test_steps_per_execution_changes_nothing(images):
    one, eight = tiny_gan(), tiny_gan(steps_per_execution=3)
    for gan in (one, eight):
        gan.fit(images, batch_size=8, epochs=2, verbose=0)
    assert_same_state(one, eight)


def test_the_data_order_follows_the_models_epoch_not_the_calls(images):
    one, two = tiny_gan(), tiny_gan()
    one.fit(images, batch_size=16, epochs=3, verbose=0)
    two.fit(images, batch_size=16, epochs=2, verbose=0)
    two.fit(images, batch_size=16, epochs=1, verbose=0)
    assert_same_state(one, two)


def test_other_data_sets_with_several_discriminator_steps(images):
    dataset = tf.data.Dataset.from_tensor_slices(images).batch(8, drop_remainder=True)
    gan = tiny_gan(discriminator_steps=3)
    gan.fit(dataset, epochs=2, verbose=0)
    assert int(gan.state.generator_step) == 4  # 8 batches are 2 steps of 3
    with pytest.raises(ValueError, match="drop_remainder"):
        gan.fit(tf.data.Dataset.from_tensor_slices(images).batch(8), verbose=0)


def test_a_mapped_stream_keeps_its_order(images):
    plain = keras_gan.data.from_arrays(images, batch_size=16)
    mapped = plain.map(lambda x: x).prefetch(2)
    a, b = tiny_gan(), tiny_gan()
    a.fit(plain, epochs=2, verbose=0)
    b.fit(mapped, epochs=2, verbose=0)
    assert_same_state(a, b)


# === NaN ===


@keras.saving.register_keras_serializable("tests")
class Bomb(Penalty):
    name = "bomb"

    def __init__(self, step=3):
        super().__init__(1.0)
        self.step = step

    def penalty(self, gan, turn):
        return tf.where(gan.state.discriminator_step.value < self.step - 1, 0.0, float("nan"))


@pytest.mark.parametrize("steps_per_execution", [1, 4])
def test_nan_stops_with_the_first_figure_and_its_step(images, tmp_path, steps_per_execution):
    gan = tiny_gan(regularizers=[Bomb(7)], steps_per_execution=steps_per_execution)
    checkpoint = keras_gan.callbacks.Checkpoint(tmp_path, every_steps=1)
    with pytest.raises(FloatingPointError, match=r"`bomb` became NaN or infinite at step 7\."):
        gan.fit(images, batch_size=16, epochs=4, callbacks=[checkpoint], verbose=0)
    good = keras.saving.load_model(checkpoint.latest() / "model.keras")
    assert int(good.state.generator_step) in (4, 6)
    assert all(np.isfinite(value).all() for value in all_state(good).values())


def test_a_tuple_of_arrays(images):
    gan, reference = tiny_gan(), tiny_gan()
    gan.fit((images, np.zeros(64)), batch_size=16, verbose=0)
    reference.fit(images, batch_size=16, verbose=0)
    assert_same_state(gan, reference)


def test_a_shortened_stream_still_changes_its_order(images):
    """`take` hides the stream's length, not its epochs."""
    seen = []

    class Look(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append(np.concatenate([b.numpy() for b in dataset]))

    dataset = keras_gan.data.from_arrays(images, batch_size=16).take(2)
    tiny_gan().fit(dataset, epochs=2, verbose=0, callbacks=[Look()])
    assert (seen[0] != seen[1]).any()


def test_validation_sees_all_of_a_stream_that_training_uses_too(images):
    stream = keras_gan.data.from_arrays(images, batch_size=16)
    plain = tf.data.Dataset.from_tensor_slices(images).batch(16)
    gan = tiny_gan()
    gan.fit(stream, steps_per_epoch=1, epochs=2, validation_data=stream, verbose=0)
    whole = gan.evaluate(plain, return_dict=True, verbose=0)["real_score"]
    assert gan.evaluate(stream, return_dict=True, verbose=0)["real_score"] == pytest.approx(whole, abs=1e-6)
    assert gan.history.history["val_real_score"][-1] == pytest.approx(whole, abs=1e-6)


def test_a_bright_batch_later_is_no_error(images):
    bright = np.abs(images)
    data = tf.data.Dataset.from_tensor_slices(np.concatenate([images, bright])).batch(64)
    gan = tiny_gan()
    gan.fit(data, verbose=0)
    gan.fit(tf.data.Dataset.from_tensor_slices(bright).batch(64), verbose=0)
