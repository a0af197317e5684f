import keras
import pytest

import keras_gan
from keras_gan.regularizers import R1Penalty, Regularizer
from tests.helpers import tiny_gan, tiny_networks


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ValueError, match=r"'gp'.*gradient_penalty.*r1"):
        keras_gan.regularizers.get("gp")


@pytest.mark.parametrize("interval", [0, 1.5, -1])
def test_bad_interval(interval):
    with pytest.raises(ValueError, match="interval"):
        R1Penalty(interval=interval)


def test_negative_weight():
    with pytest.raises(ValueError, match="negative"):
        R1Penalty(-1.0)


@pytest.mark.parametrize("alias", ["gradient_penalty", "r1"])
def test_batch_normalisation_in_the_critic_is_refused_with_the_reason(alias):
    with pytest.raises(ValueError, match=r"depends? on the whole batch|depend on the whole batch"):
        tiny_gan(networks=tiny_networks(size=16, discriminator_normalization="batch"), regularizers=[alias])
    tiny_gan(networks=tiny_networks(size=16, discriminator_normalization="layer"), regularizers=[alias])


@pytest.mark.slow
def test_every_weight_may_be_a_schedule(images):
    """The weight at the generator's step, in the figures and through the config."""
    schedule = keras_gan.schedules.LinearDecay(2.0, steps=4)
    gan = tiny_gan(
        regularizers=[
            keras_gan.regularizers.DriftPenalty(schedule),
            keras_gan.regularizers.FeatureMatchingPenalty(schedule),
            keras_gan.regularizers.BalancedConsistencyPenalty(schedule, fake_weight=0.0),
        ],
        run_eagerly=True,
    )
    again = keras_gan.regularizers.get(keras.saving.serialize_keras_object(gan.regularizers[0]))
    assert [float(again.weight_at(step)) for step in (0, 2, 4)] == [2.0, 1.0, 0.0]
    history = gan.fit(images[:16], batch_size=16, epochs=5, verbose=0).history
    for name in ("drift", "feature_matching", "balanced_consistency"):
        assert history[name][0] > 0 and history[name][4] == 0


def test_each_regularizer_once():
    with pytest.raises(ValueError, match="once"):
        tiny_gan(regularizers=["r1", R1Penalty(2.0)])


def test_one_regularizer_need_not_be_a_list():
    assert isinstance(tiny_gan(regularizers="r1").regularizers[0], R1Penalty)
    assert isinstance(tiny_gan(regularizers=R1Penalty(3.0)).regularizers[0], Regularizer)
