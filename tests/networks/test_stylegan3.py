import numpy as np
import pytest

from keras_gan.networks import stylegan3
from tests.contracts import network_contract

SMALL = {"mapping_layers": 1, "channel_base": 128, "channel_max": 8, "synthesis_layers": 4}


@pytest.mark.slow
def test_published_sizes():
    """StyleGAN3-T at 1024: 22.3 million weights that are trained."""
    generator, _ = stylegan3((1024, 1024, 3))
    assert round(sum(np.prod(v.shape) for v in generator.trainable_weights) / 1e6, 1) == 22.3


@pytest.mark.parametrize("configuration", ["t", "r"])
def test_contract(configuration):
    networks = stylegan3((16, 16, 1), 6, configuration=configuration, **SMALL)
    network_contract(networks, latent_dim=6, image_shape=(16, 16, 1), bounded=False)


def test_it_follows_a_translation():
    """Fourier features moved by a pixel of the picture move the picture by one: away from its border."""
    generator, _ = stylegan3((32, 32, 1), 6, mapping_layers=1, channel_base=512, channel_max=16)
    synthesis = generator.get_layer("synthesis")
    features = synthesis.get_layer("input")
    ws = np.random.default_rng(0).normal(size=(2, 16, 6)).astype("float32")
    before = synthesis(ws).numpy()
    features.transform.assign([[1, 0, 1 / 16], [0, 1, 0], [0, 0, 1]])
    after = synthesis(ws).numpy()
    # A sampling rate of 16 at the first layer: a sixteenth of the picture is two pixels of 32.
    error = np.square(after[:, 8:-8, 8:-8] - before[:, 8:-8, 10:-6]).mean()
    assert error < 1e-3 * np.var(before) and np.square(after - before).mean() > 0.01 * np.var(before)


def test_refused():
    with pytest.raises(ValueError, match="power of two"):
        stylegan3((28, 28, 1))
    with pytest.raises(ValueError, match="configuration"):
        stylegan3((16, 16, 1), configuration="s")
    with pytest.raises(ValueError, match="critical_layers"):
        stylegan3((16, 16, 1), synthesis_layers=2)
