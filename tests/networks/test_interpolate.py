import numpy as np
import pytest

from keras_gan import networks


def test_weights_lie_between():
    first, second = (networks.srresnet(2, 1, filters=4, blocks=1) for _ in range(2))
    second.set_weights([w + 1.0 for w in first.get_weights()])
    before = first.get_weights()
    middle = networks.interpolate(first, second, 0.25)
    for a, b, c in zip(before, first.get_weights(), middle.get_weights(), strict=True):
        np.testing.assert_allclose(c, a + 0.25, atol=1e-6)
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="alpha"):
        networks.interpolate(first, second, 2.0)
    with pytest.raises(ValueError, match="same weights"):
        networks.interpolate(first, networks.srresnet(2, 1, filters=8, blocks=1), 0.5)
