"""TimeGAN's networks."""

import numpy as np
import pytest

from keras_gan import networks


def test_shapes_and_ranges():
    made = networks.timegan(10, 2, hidden=6, depth=3, noise_dim=4)
    assert [n.input_shape[1:] for n in made] == [(10, 2), (10, 6), (10, 4), (10, 6), (10, 6)]
    assert [n.output_shape[1:] for n in made] == [(10, 6), (10, 2), (10, 6), (10, 6), (10, 1)]
    rng = np.random.default_rng(0)
    for network in made[:4]:
        out = network(5 * rng.normal(size=(3, *network.input_shape[1:])).astype("float32")).numpy()
        assert out.min() >= 0 and out.max() <= 1
    # The supervisor has a layer less.
    assert [sum("gru" in layer.name for layer in n.layers) for n in made] == [3, 3, 3, 2, 3]


def test_no_time_sees_a_later_one():
    embedder = networks.timegan(8, 1, hidden=4, depth=2)[0]
    x = np.random.default_rng(0).normal(size=(1, 8, 1)).astype("float32")
    changed = x.copy()
    changed[:, 5:] += 1
    a, b = embedder(x).numpy(), embedder(changed).numpy()
    np.testing.assert_array_equal(a[:, :5], b[:, :5])
    assert np.abs(a[:, 5:] - b[:, 5:]).max() > 0


def test_wrong_arguments():
    with pytest.raises(ValueError, match="depth"):
        networks.timegan(8, 1, depth=0)
