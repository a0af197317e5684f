import keras
import numpy as np
import pytest

import keras_gan
from tests.contracts import round_trip
from tests.helpers import tiny_gan
from tests.models.test_conditional_gan import LABELS, make, networks


@pytest.mark.slow
def test_contract(images):
    gan = make(keras_gan.ACGAN, "auxiliary")
    dataset = keras_gan.data.from_arrays(images, LABELS, batch_size=8)
    history = gan.fit(dataset, validation_data=dataset, verbose=0).history
    assert {"d_classification", "g_classification"} <= set(history)
    np.testing.assert_allclose(history["d_classification"][0], 2 * np.log(3), rtol=0.2)
    np.testing.assert_allclose(
        history["d_loss"][0], history["d_adversarial"][0] + history["d_classification"][0], rtol=1e-5
    )
    round_trip(gan, dataset, batch_size=None)
    probabilities = gan.classify(images[:5])
    assert probabilities.shape == (5, 3)
    np.testing.assert_allclose(probabilities.sum(1), 1.0, rtol=1e-5)


def test_cross_entropy_by_hand(images):
    gan = make(keras_gan.ACGAN, "auxiliary", run_eagerly=True)
    gan.classification_weight = 0.5
    batch = {"image": images[:6], "label": LABELS[:6], "latents": gan.sample_latents(6, 0)}
    fake = gan.forward(batch)
    total, figures = gan.discriminator_objective(gan.turn_of("discriminator", batch, fake))
    expected = 0.0
    for x in (images[:6], fake):
        logits = gan.discriminator(x)[1].numpy()
        logits = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        expected -= 0.5 * logits[np.arange(6), LABELS[:6]].mean()
    np.testing.assert_allclose(figures["d_classification"], expected, rtol=1e-5)
    np.testing.assert_allclose(total, figures["d_adversarial"] + expected, rtol=1e-5)


@pytest.mark.slow
def test_it_learns_to_name_classes():
    """Classes that a pixel tells apart: the auxiliary classifier learns them."""
    rng = np.random.default_rng(0)
    labels = np.arange(96) % 3
    images = 0.1 * rng.uniform(-1, 1, (96, 8, 8, 1)).astype("float32")
    images[np.arange(96), labels] = 0.9
    gan = tiny_gan(
        lambda *pair, **kwargs: keras_gan.ACGAN(*pair, num_classes=3, **kwargs),
        networks=networks("auxiliary"),
        generator_optimizer=keras.optimizers.Adam(5e-3, 0.5),
        discriminator_optimizer=keras.optimizers.Adam(5e-3, 0.5),
    )
    gan.fit(images, labels, batch_size=32, epochs=15, verbose=0)
    assert (gan.classify(images).argmax(1) == labels).mean() > 0.95


def test_a_discriminator_without_classes_is_refused():
    with pytest.raises(ValueError, match="auxiliary"):
        keras_gan.ACGAN(*networks("concat"), num_classes=3)
    with pytest.raises(ValueError, match="classification_weight"):
        keras_gan.ACGAN(*networks("auxiliary"), num_classes=3, classification_weight=-1.0)
