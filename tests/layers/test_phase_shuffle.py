import numpy as np
import pytest

from keras_gan.layers import PhaseShuffle
from tests.contracts import layer_contract


def numpy_shift(x, shift):
    """Mirrored at the end that a shift leaves open."""
    if shift > 0:
        return np.pad(x, ((0, 0), (shift, 0), (0, 0)), mode="reflect")[:, :-shift]
    return np.pad(x, ((0, 0), (0, -shift), (0, 0)), mode="reflect")[:, -shift:] if shift else x


def test_contract():
    inputs = np.random.default_rng(0).normal(size=(3, 9, 2)).astype("float32")
    layer_contract(PhaseShuffle(2), inputs, (3, 9, 2))
    np.testing.assert_array_equal(PhaseShuffle(2)(inputs), inputs)


@pytest.mark.parametrize("by_sound", [False, True])
def test_all_shifts_are_drawn_alike(by_sound):
    inputs = np.random.default_rng(0).normal(size=(4, 9, 2)).astype("float32")
    layer, counts = PhaseShuffle(2, by_sound=by_sound, seed=3), np.zeros(5)
    different = False
    for _ in range(200):
        found = np.asarray(layer(inputs, training=True))
        shifts = []
        for row in range(4):
            same = [s for s in range(-2, 3) if (numpy_shift(inputs, s)[row] == found[row]).all()]
            assert len(same) == 1
            shifts.append(same[0])
        counts[shifts[0] + 2] += 1
        different |= len(set(shifts)) > 1
    assert different == by_sound
    # 200 draws of five: within four standard deviations.
    assert (np.abs(counts - 40) < 4 * np.sqrt(200 * 0.2 * 0.8)).all()
