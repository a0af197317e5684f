import keras
import numpy as np
import pytest

from keras_gan.optimizers import ScheduledAdam
from keras_gan.regularizers import R1Penalty
from keras_gan.schedules import Cosine, HalfLife, LinearDecay
from tests.contracts import check_config, round_trip
from tests.helpers import tiny_gan

schedules = keras.optimizers.schedules


def test_linear_decay():
    schedule = LinearDecay(1.0, steps=10, begin=4)
    np.testing.assert_allclose([schedule(s) for s in (0, 4, 7, 10, 12)], [1.0, 1.0, 0.5, 0.0, 0.0], atol=1e-6)
    assert LinearDecay.from_config(schedule.get_config()).get_config() == schedule.get_config()
    with pytest.raises(ValueError, match="begin"):
        LinearDecay(1.0, steps=10, begin=10)


def test_cosine():
    schedule = Cosine(0.2, 1.0, steps=10)
    expected = [0.2 + 0.8 * (1 - np.cos(np.pi * step / 10)) / 2 for step in (0, 1, 5, 10)]
    np.testing.assert_allclose([schedule(s) for s in (0, 1, 5, 10)], expected, rtol=1e-6)
    assert float(schedule(25)) == 1.0
    assert Cosine.from_config(schedule.get_config()).get_config() == schedule.get_config()
    for bad in (-0.1, float("nan"), "1"):
        with pytest.raises(ValueError, match="start"):
            Cosine(bad, 1.0, 10)
    with pytest.raises(ValueError, match="steps"):
        Cosine(0.1, 1.0, "10")


def test_half_life():
    """After so many images a weight counts half."""
    assert float(HalfLife(512, 64)(0)) ** 8 == pytest.approx(0.5, rel=1e-5)
    rising = HalfLife(Cosine(0, 1000, 10), 100)
    assert [float(rising(step)) for step in (0, 10)] == pytest.approx([0.0, 0.5**0.1])
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(rising))
    assert again.get_config() == rising.get_config()
    for bad in (0, None, "8"):
        with pytest.raises(ValueError, match="batch_size"):
            HalfLife(512, bad)
    with pytest.raises(ValueError, match="images"):
        HalfLife(float("inf"), 8)
    assert HalfLife(np.int64(512), 64).get_config()["images"] == 512.0


@pytest.mark.slow
def test_the_ema_follows_its_schedule(images):
    """Behind its warm-up, min(decay, (1 + t) / (10 + t)); and after a load too."""
    decay = HalfLife(Cosine(0, 64, steps=20), 8)
    gan = tiny_gan(ema_decay=decay, generator_optimizer=keras.optimizers.SGD(0.5))
    expected = gan.generator.get_layer("project").get_weights()[0].astype("float64")
    for t in range(6):
        gan.fit(images[:8], batch_size=8, verbose=0)
        new = gan.generator.get_layer("project").get_weights()[0]
        share = min(0.5 ** (8 / max(64 * (1 - np.cos(np.pi * t / 20)) / 2, 1e-8)), (1 + t) / (10 + t))
        expected += (1 - share) * (new - expected)
    found = gan.ema_generator.get_layer("project").get_weights()[0]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert round_trip(gan, images).ema_decay.get_config() == decay.get_config()


def test_gamma_follows_its_schedule():
    schedule = schedules.PolynomialDecay(4.0, 10, 2.0)
    penalty = R1Penalty(schedule)
    np.testing.assert_allclose([penalty.weight_at(step) for step in (0, 5, 10, 20)], [2.0, 1.5, 1.0, 1.0])
    part = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(penalty))
    assert part.gamma.get_config() == schedule.get_config()
    check_config(R1Penalty(3.0), {"gamma": 3.0})
    with pytest.raises(ValueError, match="gamma"):
        R1Penalty(-1.0)


def test_two_rates_and_schedules_are_resumed_exactly(images):
    gan = tiny_gan(
        generator_optimizer=ScheduledAdam(
            schedules.CosineDecay(1e-3, 20), 0.0, schedules.PolynomialDecay(0.9, 20, 0.99)
        ),
        discriminator_optimizer=keras.optimizers.Adam(LinearDecay(4e-3, 20), 0.0),
        regularizers=[R1Penalty(schedules.CosineDecay(1.0, 20))],
    )
    gan.fit(images, batch_size=8, verbose=0)
    again = round_trip(gan, images)
    assert float(again.discriminator_optimizer.learning_rate) == pytest.approx(4e-3 * (1 - 16 / 20))
