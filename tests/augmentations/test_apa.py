import numpy as np
import pytest
import tensorflow as tf

from keras_gan import augmentations
from tests.helpers import tiny_gan


@pytest.mark.parametrize("p", [0.0, 0.4, 1.0])
def test_apa_puts_fakes_among_the_real_ones(p):
    gan = tiny_gan(augmentation=augmentations.APA(p=p))
    real = np.full((1000, 8, 8, 1), 5.0, "float32")
    mixed = gan.augmentation.replace_real(gan, {"image": tf.constant(real)}).numpy()
    replaced = (mixed < 2).all(axis=(1, 2, 3))
    assert ((mixed == 5).all(axis=(1, 2, 3)) | replaced).all()
    assert replaced.mean() == pytest.approx(p, abs=0.05)
