import keras
import numpy as np
import pytest

from keras_gan.layers import BilinearUpsampling
from tests.contracts import layer_contract


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_it_is_keras_upsampling(scale):
    images = np.random.default_rng(0).normal(size=(2, 5, 7, 3)).astype("float32")
    expected = keras.layers.UpSampling2D(scale, interpolation="bilinear")(images)
    np.testing.assert_allclose(BilinearUpsampling(scale)(images), expected, atol=1e-5)


def test_contract():
    inputs = np.random.default_rng(0).normal(size=(2, 3, 4, 2)).astype("float32")
    layer_contract(BilinearUpsampling(2), inputs, (2, 6, 8, 2))
    with pytest.raises(ValueError, match="positive int"):
        BilinearUpsampling(0)
