import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from tests.contracts import round_trip
from tests.models.test_stylegan2 import IMAGES, style_gan


def network(configuration):
    return lambda shape, num_classes, group_size=4, **sizes: networks.stylegan3(
        shape,
        8,
        configuration=configuration,
        channel_base=64,
        channel_max=8,
        synthesis_layers=4,
        num_classes=num_classes,
        group_size=group_size,
    )


@pytest.mark.slow
@pytest.mark.parametrize("configuration", ["t", "r"])
def test_it_trains_is_saved_and_exported(configuration, tmp_path):
    gan = style_gan(keras_gan.StyleGAN3, network=network(configuration))
    history = gan.fit(IMAGES, batch_size=8, epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    round_trip(gan, IMAGES)
    sampler = tf.saved_model.load(gan.export(tmp_path / "model"))
    made = gan.generate(3, 7, truncation=0.7).astype(int)
    # The graph adds up in another order: a grey level where a value lies between two.
    assert np.abs(sampler.sample(3, 7, 0.7).numpy().astype(int) - made).max() <= 1


def test_defaults_are_the_official_ones():
    gan = style_gan(keras_gan.StyleGAN3, network=network("t"))
    assert [r.name for r in gan.regularizers] == ["r1"] and gan.style_mixing == 0.0
    assert float(gan.generator_optimizer.learning_rate) == pytest.approx(2.5e-3)
    assert float(gan.discriminator_optimizer.learning_rate) == pytest.approx(2e-3 * 16 / 17)


@pytest.mark.slow
def test_classes_xla():
    gan = style_gan(keras_gan.StyleGAN3, 3, network("t"), jit_compile=True)
    history = gan.fit(IMAGES, np.arange(16) % 3, batch_size=8, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
