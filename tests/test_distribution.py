"""Two replicas equal one device."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.regularizers import LeCamPenalty, R1Penalty
from tests.helpers import tiny_gan, tiny_networks

CASES = {
    "GAN": (keras_gan.GAN, {"regularizers": [R1Penalty(1.0, interval=2), LeCamPenalty(interval=3)]}),
    "WGAN": (keras_gan.WGAN, {}),
    "WGANGP with 5 critic steps": (keras_gan.WGANGP, {}),
    "BN in both": (keras_gan.GAN, {}),
}


def train(case, strategy, images):
    model, parts = CASES[case]
    normalization = {"BN in both": "batch", "GAN": "spectral"}.get(case, "none")
    keras.utils.set_random_seed(0)
    with strategy.scope():
        gan = model(*tiny_networks(size=16, discriminator_normalization=normalization), ema_decay=0.9, seed=0)
        gan.compile(
            **parts,
            generator_optimizer=keras.optimizers.SGD(0.01),
            discriminator_optimizer=keras.optimizers.SGD(0.01),
        )
        data = keras_gan.data.from_arrays(images, batch_size=8)
        history = gan.fit(data, epochs=2, validation_data=data, verbose=0).history
    return gan, history


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=[] if case == "GAN" else [pytest.mark.slow]) for case in CASES],
)
def test_two_mirrored_replicas_equal_one_device(case, mirrored):
    images = np.random.default_rng(0).uniform(-1, 1, (80, 16, 16, 1)).astype("float32")
    one, one_history = train(case, tf.distribute.get_strategy(), images)
    two, two_history = train(case, mirrored, images)
    for a, b in zip(one.weights, two.weights, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5, err_msg=a.path)
    for name in one_history:
        np.testing.assert_allclose(one_history[name], two_history[name], atol=2e-5, err_msg=name)
    np.testing.assert_allclose(
        one.generate(4, seed=0).astype(int), two.generate(4, seed=0).astype(int), atol=1
    )


@pytest.mark.slow
def test_a_mirrored_model_saves_and_resumes(tmp_path, mirrored):
    images = np.random.default_rng(0).uniform(-1, 1, (40, 16, 16, 1)).astype("float32")
    gan, _ = train("GAN", mirrored, images)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    for a, b in zip(gan.weights, again.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(again.state.generator_step) == 10


def test_latents_differ_between_replicas_and_make_up_the_global_batch(mirrored):
    with mirrored.scope():
        seed = keras.random.SeedGenerator(3)
    drawn = mirrored.run(lambda: keras_gan.random.normal((4, 2), seed))
    drawn = np.concatenate([r.numpy() for r in mirrored.experimental_local_results(drawn)])
    expected = keras_gan.random.normal((8, 2), keras.random.SeedGenerator(3))
    np.testing.assert_array_equal(drawn, expected)


@pytest.mark.slow
def test_mixed_float16_on_replicas(mirrored):
    keras.config.set_dtype_policy("mixed_float16")
    keras.utils.set_random_seed(0)
    with mirrored.scope():
        gan = keras_gan.GAN(*tiny_networks(size=16), seed=0)
        gan.compile(regularizers=["r1"])
    images = np.random.default_rng(0).uniform(-1, 1, (16, 16, 16, 1)).astype("float32")
    assert np.isfinite(gan.fit(images, batch_size=8, verbose=0).history["d_loss"]).all()


def test_an_overflow_on_one_replica_skips_the_step_on_all(mirrored):

    def step():
        index = tf.distribute.get_replica_context().replica_id_in_sync_group
        gradient = tf.where(tf.equal(index, 1), float("inf"), 1.0)
        return keras_gan.replicas.share_overflow([gradient, None])[0]

    for value in mirrored.experimental_local_results(mirrored.run(step)):
        assert not np.isfinite(value)


WORKER = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np, tensorflow as tf
import keras_gan
out, several = sys.argv[1], "TF_CONFIG" in os.environ
strategy = tf.distribute.MultiWorkerMirroredStrategy() if several else tf.distribute.get_strategy()
keras.utils.set_random_seed(0)
with strategy.scope():
    gan = keras_gan.WGANGP(
        *keras_gan.networks.dcgan((8, 8, 1), 4, filters=4, kernel_size=3, discriminator_normalization="none"),
        seed=0)
    gan.compile(generator_optimizer=keras.optimizers.SGD(0.01),
                discriminator_optimizer=keras.optimizers.SGD(0.01))
images = np.random.default_rng(0).uniform(-1, 1, (80, 8, 8, 1)).astype("float32")
history = gan.fit(keras_gan.data.from_arrays(images, batch_size=8), epochs=2, verbose=0).history
np.savez(out, *[v.numpy() for v in gan.weights], d_loss=history["d_loss"])
"""


@pytest.mark.slow
def test_two_worker_processes_equal_one(tmp_path):
    """MultiWorkerMirroredStrategy over localhost."""
    ports = []
    for _ in range(2):
        with socket.socket() as s:
            s.bind(("localhost", 0))
            ports.append(s.getsockname()[1])
    cluster = {"worker": [f"localhost:{port}" for port in ports]}
    environment = {**os.environ, "PYTHONPATH": str(pathlib.Path(keras_gan.__file__).parents[1])}
    runs = [("alone", environment)]
    for i in range(2):
        config = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": i}})
        runs.append((f"worker{i}", {**environment, "TF_CONFIG": config}))
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path / f"{name}.npz")],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, env in runs
    ]
    for process in processes:
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0, output[-3000:]
    alone, *workers = (np.load(tmp_path / f"{name}.npz") for name, _ in runs)
    for worker in workers:
        assert len(worker.files) == len(alone.files)
        for name in alone.files:
            np.testing.assert_allclose(worker[name], alone[name], atol=1e-5, err_msg=name)


def test_uneven_evaluation_batches(mirrored):
    """33 images in batches of 8: of the last, one replica has the only image and the other none."""
    images = np.random.default_rng(0).uniform(-1, 1, (33, 16, 16, 1)).astype("float32")
    results = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        keras.utils.set_random_seed(0)
        with strategy.scope():
            gan = keras_gan.GAN(*tiny_networks(size=16), seed=0)
            gan.compile()
            results.append(gan.evaluate(images, batch_size=8, return_dict=True, verbose=0))
    assert results[1]["real_score"] == pytest.approx(results[0]["real_score"], abs=1e-6)
    assert np.isfinite(list(results[1].values())).all()


def test_batches_that_cannot_be_shared_are_refused(mirrored):
    images = np.random.default_rng(0).uniform(-1, 1, (32, 16, 16, 1)).astype("float32")
    with mirrored.scope():
        gan = keras_gan.GAN(*tiny_networks(size=16), seed=0)
        gan.compile()
    for dataset in (
        tf.data.Dataset.from_tensor_slices(images).batch(8),
        tf.data.Dataset.from_tensor_slices(images).batch(7, drop_remainder=True),
    ):
        with pytest.raises(ValueError, match="share evenly"):
            gan.fit(dataset, verbose=0)


@pytest.mark.slow
def test_metrics_of_two_replicas_are_those_of_one(mirrored):
    """Also where the last batch is shared out unevenly, or one replica has none of it."""
    from keras_gan import metrics
    from tests.metrics.networks import convolution

    real = np.random.default_rng(0).uniform(-1, 1, (37, 8, 8, 1)).astype("float32")

    def measure(count):
        gan = tiny_gan(
            metrics=[
                metrics.FrechetDistance(convolution()),
                metrics.KernelDistance(convolution(), subsets=3, subset_size=20),
                metrics.PRDC(convolution()),
                metrics.InceptionScore(convolution(), splits=2),
                metrics.ModeCoverage(convolution()),
            ]
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return gan.evaluate(real[:count], batch_size=12, return_dict=True, verbose=0)

    # 37 leaves a row for one replica, 35 leaves 11: 6 and 5.
    for count in (37, 35):
        one = measure(count)
        with mirrored.scope():
            two = measure(count)
        assert {"fid", "kid", "coverage", "inception_score", "modes"} <= set(one)
        for name, value in one.items():
            near = 1e-5 if name in ("kid", "kid_std") else 1e-7
            np.testing.assert_allclose(two[name], value, rtol=1e-4, atol=near, err_msg=name)
