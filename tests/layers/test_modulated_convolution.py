import numpy as np
import pytest
from keras import ops

from keras_gan.layers import ModulatedConv2D
from keras_gan.layers.equalized import resampled_convolution
from tests.contracts import layer_contract

RNG = np.random.default_rng(0)
IMAGES, STYLES = RNG.normal(size=(3, 4, 4, 5)).astype("float32"), RNG.normal(size=(3, 5)).astype("float32")


def test_contracts():
    layer_contract(ModulatedConv2D(4, 3), [IMAGES, STYLES], (3, 4, 4, 4))
    layer_contract(ModulatedConv2D(4, 3, up=2), [IMAGES, STYLES], (3, 8, 8, 4))
    layer_contract(ModulatedConv2D(2, 1, demodulate=False), [IMAGES, STYLES], (3, 4, 4, 2))
    with pytest.raises(ValueError, match="kernel_size"):
        ModulatedConv2D(4, 2)


@pytest.mark.parametrize("up", [1, 2])
def test_equals_a_convolution_with_weights_of_each_image(up):
    layer = ModulatedConv2D(4, 3, up=up)
    found = layer([IMAGES, STYLES])
    (kernel,) = layer.get_weights()
    for image, style, output in zip(IMAGES, STYLES, found, strict=True):
        own = kernel * style[None, None, :, None]
        own /= np.sqrt((own**2).sum(axis=(0, 1, 2)) + 1e-8)
        expected = resampled_convolution(image[None], ops.convert_to_tensor(own), up)[0]
        np.testing.assert_allclose(output, expected, rtol=1e-3, atol=1e-5)


def test_without_demodulation_weights_are_scaled():
    layer = ModulatedConv2D(2, 1, demodulate=False)
    found = layer([IMAGES, STYLES])
    (kernel,) = layer.get_weights()
    expected = (IMAGES * STYLES[:, None, None, :]) @ kernel[0, 0] / np.sqrt(5)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_large_styles_do_not_overflow_in_half_precision():
    layer = ModulatedConv2D(4, 3, dtype="mixed_float16")
    outputs = layer([IMAGES.astype("float16"), 3e4 * STYLES])
    whole = ModulatedConv2D(4, 3)
    whole.build([IMAGES.shape, STYLES.shape])
    whole.set_weights(layer.get_weights())
    np.testing.assert_allclose(outputs, whole([IMAGES, 3e4 * STYLES]), rtol=0.02, atol=0.02)
