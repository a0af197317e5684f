"""The default recipe makes digits that can be read; slow."""

import os
import pathlib
import sys

import numpy as np
import pytest

import keras_gan

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "benchmarks"))
import digits

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="module")
def classifier():
    """Trained on mnist_5k, which is always at hand; less sure of itself than one of 60,000 digits."""
    train = keras_gan.data.load("mnist_5k", labels=True, batch_size=50)
    images, labels = (np.concatenate(parts) for parts in zip(*train, strict=True))
    return digits.train_classifier(images, labels, epochs=12)


def held_out():
    test = keras_gan.data.load("mnist_5k", splits="test", labels=True, batch_size=50)
    return tuple(np.concatenate(parts) for parts in zip(*test, strict=True))


def test_frechet_distance_of_gaussians():
    """Commuting covariances: |dmu|^2 + sum (s1 - s2)^2."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (60000, 3)), rng.normal([1, 0, 0], [1, 2, 3], (60000, 3))
    assert digits.frechet(a, b) == pytest.approx(1 + 1 + 4, rel=0.03)
    assert digits.frechet(a, a) == pytest.approx(0, abs=1e-6)


@pytest.mark.slow
def test_the_stored_generator_writes_readable_digits(classifier):
    import tensorflow as tf

    images, labels = held_out()
    accuracy = (classifier.predict(images, verbose=0).argmax(1) == labels).mean()
    assert accuracy > 0.95
    sampler = tf.saved_model.load(str(ROOT / "saved_models" / "mnist_5k_dcgan"))
    samples = sampler.sample(1000, 0).numpy()
    figures = digits.score(classifier, samples, images)
    assert figures["mean_top_probability"] > 0.85
    assert min(figures["class_shares"]) > 0.03


@pytest.mark.slow
def test_the_default_recipe_learns_to_write(classifier):
    """A seventh of the default training: digits already, of all classes."""
    steps = int(os.environ.get("KERAS_GAN_TEST_STEPS", 700))
    gan = keras_gan.recipes.build("residual-dcgan", (28, 28, 1))
    data = keras_gan.data.load("mnist_5k", batch_size=32)
    gan.fit(
        data,
        epochs=-(-steps // len(data)),
        verbose=0,
        callbacks=[keras_gan.callbacks.StopAtStep(steps)],
    )
    images, _ = held_out()
    figures = digits.score(classifier, gan.generate(1000, seed=0), images)
    print(figures)
    assert figures["mean_top_probability"] > 0.8
    assert min(figures["class_shares"]) > 0.03
