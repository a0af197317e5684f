import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import metrics
from keras_gan.training.evaluation import Evaluation
from tests.helpers import tiny_gan
from tests.metrics.networks import convolution


def test_means_weigh_batches_by_their_size():
    metric = keras.metrics.MeanAbsoluteError(name="gap")
    evaluation = Evaluation([metric], list("abcd"))
    rng = np.random.default_rng(0)
    for _ in range(2):
        evaluation.reset()
        rows = rng.normal(size=(10, 4)).astype("float32")
        for part in (rows[:7], rows[7:]):
            means = evaluation.update(part.mean(0), len(part), np.ones((2, 1)), np.zeros((2, 1)), None)
        np.testing.assert_allclose(means, rows.mean(0), atol=1e-6)
    assert evaluation.results() == {"gap": 1.0}


@pytest.mark.parametrize("options", [{"jit_compile": True}, {"steps_per_execution": 2}], ids=str)
@pytest.mark.slow
def test_metrics_under_xla_and_several_steps_at_once(options, images):
    def measure(**options):
        fid, kid = metrics.FrechetDistance(convolution()), metrics.KernelDistance(convolution(), 3, 20)
        gan = tiny_gan(metrics=[fid, kid, metrics.PRDC(convolution())], **options)
        return gan.evaluate(images, batch_size=16, return_dict=True, verbose=0)

    plain, other = measure(), measure(**options)
    assert {"fid", "kid", "recall"} <= set(plain)
    for name, value in plain.items():
        np.testing.assert_allclose(other[name], value, rtol=1e-4, atol=1e-5, err_msg=name)


def test_two_metrics_with_one_extractor_look_once(images):
    """Of the 3 traces of a network in `evaluate`, real and fake are 2; the first is its check."""
    calls = []

    class Counting(keras.layers.Layer):
        def call(self, x):
            calls.append(1)
            return x

    network = keras.Sequential([keras.layers.Input((4, 4, 1)), Counting(), keras.layers.Flatten()])
    extractor = metrics.Extractor(network).load()
    calls.clear()
    gan = tiny_gan(metrics=[metrics.FrechetDistance(extractor), metrics.PRDC(extractor)])
    gan.evaluate(images, batch_size=16, verbose=0)
    assert len(calls) == 2


def test_what_a_metric_cannot_take_is_said_before_training(images):
    for metric, message in (
        (metrics.ClassFrechetDistance(convolution(), 2), "'intra_fid' needs labels"),
        (metrics.MSSSIM(), "11 pixels"),
    ):
        gan = tiny_gan(metrics=[metric])
        with pytest.raises(ValueError, match=message):
            gan.fit(images, batch_size=8, verbose=0, validation_data=images)
        assert int(gan.state.generator_step) == 0
    vectors = tiny_gan(
        networks=keras_gan.networks.mlp(2, hidden=(4,)), metrics=[metrics.FrechetDistance(convolution())]
    )
    data = np.random.default_rng(0).normal(size=(32, 2)).astype("float32")
    with pytest.raises(ValueError, match="takes images"):
        vectors.fit(data, verbose=0, validation_data=data)


def test_two_metrics_of_one_figure_are_refused():
    extractor = convolution()
    for pair in (
        [metrics.PRDC(extractor), metrics.Precision(extractor)],
        [metrics.FrechetDistance(extractor), metrics.FrechetDistance(extractor)],
    ):
        with pytest.raises(ValueError, match="log the same figure"):
            tiny_gan(metrics=pair)
    named = metrics.PRDC(extractor, name="pixel")
    assert named.figure_names[0] == "pixel_precision"
    tiny_gan(metrics=[named, metrics.Precision(extractor)])


def test_labels_reach_the_metrics_that_need_them(images):
    networks = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=2)
    gan = tiny_gan(
        lambda *pair, **options: keras_gan.ConditionalGAN(*pair, num_classes=2, **options),
        networks=networks,
        metrics=[metrics.ClassFrechetDistance(convolution(), 2)],
    )
    figures = gan.evaluate(images, np.arange(64) % 2, batch_size=16, return_dict=True, verbose=0)
    assert figures["intra_fid"] == pytest.approx((figures["intra_fid_0"] + figures["intra_fid_1"]) / 2)


def test_the_best_epoch_is_kept_by_a_metric(images, tmp_path):
    gan = tiny_gan(metrics=[metrics.FrechetDistance(convolution())])
    path = tmp_path / "best.keras"
    keep = keras.callbacks.ModelCheckpoint(path, monitor="val_fid", mode="min", save_best_only=True)
    history = gan.fit(
        images, batch_size=8, epochs=3, verbose=0, validation_data=images, callbacks=[keep]
    ).history
    best = keras.saving.load_model(path).evaluate(images, return_dict=True, verbose=0)
    assert best["fid"] == pytest.approx(min(history["val_fid"]), rel=1e-4)


@pytest.mark.parametrize("batch_size", [16, 12])
def test_metrics_take_as_many_generated_images_as_real_ones(batch_size):
    """From a data set, whose end the images of latents do not wait for by themselves."""
    images = np.random.default_rng(0).integers(0, 256, (32, 8, 8, 1)).astype("uint8")
    counts = {}

    class Count(keras_gan.metrics.ImageMetric):
        def __init__(self, name="count"):
            super().__init__(name)

        def make_variables(self, image_shape):
            self.keep("fakes", (), "float32")

        def take(self, real, fake, labels):
            self.fakes.assign_add(keras.ops.sum(keras.ops.ones_like(fake)))

        def compute(self):
            counts[batch_size] = self.fakes.numpy() / 64, int(self.images_seen.numpy())
            return 0.0

    gan = tiny_gan(metrics=[Count()])
    for _ in range(2):
        gan.evaluate(keras_gan.data.from_arrays(images, batch_size=batch_size), verbose=0)
        assert counts[batch_size] == (32, 32)
