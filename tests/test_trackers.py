"""Experiment trackers and tuners, each with its real package, offline."""

import importlib
import math
import os

import keras
import numpy as np
import pytest

from tests.helpers import tiny_gan

pytestmark = pytest.mark.slow


def fit(images, *callbacks, **parts):
    gan = tiny_gan(**parts)
    gan.fit(images, batch_size=16, epochs=2, verbose=0, callbacks=list(callbacks))
    return gan


def test_weights_and_biases(images, tmp_path, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    wandb = pytest.importorskip("wandb", reason="pip install 'keras-gan[trackers]'")
    from wandb.integration.keras import WandbMetricsLogger, WandbModelCheckpoint

    wandb.init(project="keras_gan", dir=tmp_path)
    logged, log = [], wandb.log
    monkeypatch.setattr(wandb, "log", lambda data, *a, **k: (logged.append(data), log(data, *a, **k)))
    for frequency, key in (
        ("epoch", "epoch/learning_rate"),
        ("batch", "batch/learning_rate"),
        (2, "batch/learning_rate"),
    ):
        logged.clear()
        fit(images, WandbMetricsLogger(log_freq=frequency))
        assert next(row[key] for row in logged if key in row) == pytest.approx(2e-4)
    logged.clear()
    schedule = keras.optimizers.schedules.PolynomialDecay(1e-3, 8, 0.0)
    fit(images, WandbMetricsLogger("batch"), generator_optimizer=keras.optimizers.Adam(schedule))
    rates = [row["batch/learning_rate"] for row in logged if "batch/learning_rate" in row]
    np.testing.assert_allclose(rates, 1e-3 * (1 - np.arange(1, 9) / 8), atol=1e-9)
    fit(images, WandbModelCheckpoint(str(tmp_path / "m-{epoch}.keras"), monitor="d_loss", mode="min"))
    assert int(keras.saving.load_model(tmp_path / "m-2.keras").state.generator_step) == 8
    wandb.finish()


def test_mlflow(images, tmp_path, monkeypatch):
    # Errors that are logged as warnings otherwise.
    monkeypatch.setenv("MLFLOW_AUTOLOGGING_TESTING", "true")
    mlflow = pytest.importorskip("mlflow", reason="pip install 'keras-gan[trackers]'")
    importlib.import_module("mlflow.keras")

    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'm.db'}")
    mlflow.create_experiment("e", artifact_location=(tmp_path / "artifacts").as_uri())
    mlflow.set_experiment("e")
    client = mlflow.MlflowClient()
    for options, steps in (({}, [0, 1]), ({"log_every_epoch": False, "log_every_n_steps": 2}, [2, 4, 6, 8])):
        with mlflow.start_run() as run:
            gan = fit(images, mlflow.keras.MlflowCallback(**options))
        mlflow.flush_async_logging()
        params = client.get_run(run.info.run_id).data.params
        assert math.isclose(float(params["optimizer_generator_learning_rate"]), 2e-4, rel_tol=1e-5)
        assert math.isclose(float(params["optimizer_discriminator_learning_rate"]), 2e-4, rel_tol=1e-5)
        history = client.get_metric_history(run.info.run_id, "d_loss")
        assert [point.step for point in history] == steps
        assert "model_summary.txt" in [file.path for file in client.list_artifacts(run.info.run_id)]
    with mlflow.start_run():
        latents = gan.sample_latents(2, seed=0)
        signature = mlflow.models.infer_signature(latents, gan.predict(latents, verbose=0))
        info = mlflow.keras.log_model(gan, name="gan", pip_requirements=[], signature=signature)
    again = mlflow.keras.load_model(info.model_uri)
    np.testing.assert_array_equal(gan.generate(2, seed=1), again.generate(2, seed=1))
    # Off: its own check of arguments minds lists that Keras wraps.
    monkeypatch.setenv("MLFLOW_AUTOLOGGING_TESTING", "false")
    mlflow.keras.autolog()
    fit(images)
    run = mlflow.last_active_run()
    mlflow.keras.autolog(disable=True)
    mlflow.flush_async_logging()
    assert [point.step for point in client.get_metric_history(run.info.run_id, "g_loss")] == [0, 1]


def test_tensorboards_hyperparameters(images, tmp_path):
    api = pytest.importorskip("tensorboard.plugins.hparams.api")
    callbacks = [
        keras.callbacks.TensorBoard(tmp_path, write_steps_per_second=True),
        api.KerasCallback(str(tmp_path), {"rate": 2e-4}),
    ]
    fit(images, *callbacks)
    assert any("tfevents" in file.name for file in tmp_path.rglob("*"))


def test_keras_tuner(images, tmp_path):
    tuner_package = pytest.importorskip("keras_tuner", reason="pip install 'keras-gan[trackers]'")

    def build(hp):
        rate = hp.Float("rate", 1e-4, 1e-2, sampling="log")
        return tiny_gan(generator_optimizer=keras.optimizers.Adam(rate))

    tuner = tuner_package.RandomSearch(
        build,
        objective=tuner_package.Objective("val_g_adversarial", "min"),
        max_trials=2,
        directory=str(tmp_path),
        seed=1,
    )
    tuner.search(images, batch_size=16, epochs=1, validation_data=images[:16], verbose=0)
    scores = [trial.score for trial in tuner.oracle.get_best_trials(2)]
    assert len(scores) == 2 and np.isfinite(scores).all()
    assert tuner.get_best_models(1)[0].generate(2, seed=0).shape == (2, 8, 8, 1)
    assert os.listdir(tmp_path)
