import numpy as np
import pytest

from keras_gan.layers import FilteredLeakyReLU
from keras_gan.layers.filtered_leaky_relu import lowpass
from keras_gan.layers.upfirdn import upfirdn
from tests.contracts import layer_contract

TAPS = (1.0, 3.0, 3.0, 1.0)


def test_contract_and_definition():
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 3)).astype("float32")
    options = {"up": 2, "down": 2, "up_taps": TAPS, "down_taps": np.outer(TAPS, TAPS), "clamp": 1.0}
    layer = FilteredLeakyReLU(5, **options)
    layer_contract(layer, x, (2, 5, 5, 3))
    layer.set_weights([np.float32([0, 1, -1])])
    # Filters eat 6 of the upsampled pixels, 9 are needed for 5 at stride 2.
    total = 4 * 2 + 1 - 6 * 2 + 4 + 4 - 2
    before = (total + 2) // 2
    y = upfirdn(x + np.float32([0, 1, -1]), TAPS, up=2, padding=(before, total - before), gain=4.0).numpy()
    y = np.clip(np.sqrt(2) * np.where(y > 0, y, 0.2 * y), -1, 1).astype("float32")
    np.testing.assert_allclose(layer(x), upfirdn(y, TAPS, down=2), rtol=1e-4, atol=1e-5)


def test_without_filters():
    x = np.random.default_rng(0).normal(size=(1, 4, 4, 2)).astype("float32")
    np.testing.assert_allclose(FilteredLeakyReLU(4, slope=1.0, gain=1.0)(x), x, rtol=1e-6)
    assert FilteredLeakyReLU(2)(x).shape == (1, 2, 2, 2)


@pytest.mark.parametrize("radial", [False, True])
def test_lowpass_keeps_low_frequencies_and_stops_high_ones(radial):
    """Response on a grid of frequencies, along an axis and along the diagonal."""
    taps = lowpass(24, cutoff=4.0, width=4.0, rate=32.0, radial=radial)
    square = taps if radial else np.outer(taps, taps)
    places = (np.arange(24) - 11.5) / 32
    for direction in ((1.0, 0.0), (0.5**0.5, 0.5**0.5)):

        def response(frequency, direction=direction):
            waves = [np.exp(2j * np.pi * frequency * d * places) for d in direction]
            return abs((square * np.outer(*waves)).sum())

        assert response(0.0) == pytest.approx(1.0) and response(1.0) > 0.95
        if radial or direction == (1.0, 0.0):
            # The cutoff is the same in all directions with a radial filter alone.
            assert response(4.0) == pytest.approx(0.5, abs=0.06)
        assert response(12.0) < 0.02
    assert lowpass(1, 4.0, 4.0, 32.0) is None
