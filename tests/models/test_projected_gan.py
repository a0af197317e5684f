import numpy as np
import pytest

import keras_gan
from keras_gan.networks import fastgan_generator, projected_discriminator
from tests.contracts import round_trip
from tests.networks.test_projected import mobilenet


@pytest.mark.slow
def test_trained_saved_and_exported(tmp_path):
    gan = keras_gan.ProjectedGAN(
        fastgan_generator((16, 16, 3), 4, filters=2),
        projected_discriminator((16, 16, 3), mobilenet(), size=64, filters=2, max_filters=4),
        seed=0,
    )
    gan.compile()
    assert type(gan.adversarial_loss).__name__ == "HingeLoss"
    assert [type(a).__name__ for a in gan.augmentations] == ["DiffAugment"]
    frozen = [v.numpy() for v in gan.discriminator.get_layer("features").weights]
    images = np.random.default_rng(0).uniform(-1, 1, (16, 16, 16, 3)).astype("float32")
    gan.fit(images, batch_size=8, epochs=1, verbose=0)
    round_trip(gan, images)
    for before, variable in zip(frozen, gan.discriminator.get_layer("features").weights, strict=True):
        np.testing.assert_array_equal(before, variable)
    gan.export(tmp_path / "saved_model")
    assert (tmp_path / "saved_model" / "saved_model.pb").exists()
