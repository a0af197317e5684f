import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from tests.contracts import round_trip
from tests.models.test_stylegan2 import IMAGES, style_gan


@pytest.mark.parametrize("num_classes", [None, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_it_trains_is_saved_and_exported(num_classes, tmp_path):
    gan = style_gan(keras_gan.StyleGAN, num_classes, networks.stylegan)
    labels = [] if num_classes is None else [np.arange(16) % 3]
    history = gan.fit(IMAGES, *labels, batch_size=8, epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    if num_classes is None:
        round_trip(gan, IMAGES)
        sampler = tf.saved_model.load(gan.export(tmp_path / "model"))
        np.testing.assert_array_equal(sampler.sample(3, 7, 0.7), gan.generate(3, 7, truncation=0.7))


def test_defaults_are_the_papers():
    gan = style_gan(keras_gan.StyleGAN, None, networks.stylegan)
    assert gan.regularizers[0].gamma == 10.0 and float(
        gan.generator_optimizer.learning_rate
    ) == pytest.approx(1e-3)
