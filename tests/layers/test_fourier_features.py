import numpy as np

from keras_gan.layers import FourierFeatures
from tests.contracts import layer_contract


def test_contract_and_definition():
    w = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")
    layer = FourierFeatures(6, 12, rate=8, bandwidth=2)
    layer.build(w.shape)
    layer.affine.assign(np.random.default_rng(1).normal(size=(3, 4)))
    layer_contract(layer, w, (2, 12, 12, 6))
    layer.affine.assign(np.zeros((3, 4)))
    # w turns by 90 degrees and moves by a quarter of the picture to the right, before that.
    layer.bias.assign([0.0, 2.0, 0.5, 0.0])
    found = layer(w).numpy()
    frequencies, phases, kernel = (v.numpy() for v in (layer.frequencies, layer.phases, layer.kernel))
    places = (np.arange(12) + 0.5 - 6) / 8
    x, y = np.meshgrid(places, places)
    # The cosine and sine are normalised, the shift by the same number.
    turned = -y, x - 0.25
    waves = 2 * np.pi * (turned[0][..., None] * frequencies[:, 0] + turned[1][..., None] * frequencies[:, 1])
    size = np.hypot(*frequencies.T)
    amplitudes = np.clip(1 - (size - 2) / (4 - 2), 0, 1)
    expected = (amplitudes * np.sin(waves + 2 * np.pi * phases)) @ kernel.T / np.sqrt(6)
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), atol=1e-4)


def test_frequencies_fill_the_disc_and_are_faded_beyond_it():
    layer = FourierFeatures(2000, 4, rate=8, bandwidth=2)
    layer.build((None, 3))
    radius = np.hypot(*layer.frequencies.numpy().T)
    assert radius.max() <= 2.0 + 1e-5
    # Even over a disc: a quarter of them within half its radius.
    assert abs((radius < 1).mean() - 0.25) < 0.05
    layer.transform.assign(np.diag([3.0, 3.0, 1.0]))
    assert np.abs(layer(np.ones((1, 3), "float32"))).mean() < 1.0
