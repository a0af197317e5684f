import re

import keras
import numpy as np
import pytest

from keras_gan.networks import stylegan3
from tests.conftest import SHARED
from tests.contracts import network_contract

GOLDEN = SHARED / "golden" / "stylegan3"
SMALL = {"mapping_layers": 1, "channel_base": 128, "channel_max": 8, "synthesis_layers": 4}


def put(generator, arrays):
    """The official code's weights into ours; its layers have their sizes in their names."""
    modules = [re.match(r"G\.synthesis\.(L\d+)_\d+_\d+(?=\.bias)", name) for name in arrays]
    modules = {found.group(1): found.group(0) for found in modules if found}
    for layer in generator._flatten_layers():
        name, values = layer.name, None
        if not layer.weights or isinstance(layer, keras.Model):
            continue
        stage, _, part = name.partition("_")
        at = modules.get(stage, f"G.mapping.{name}")
        if name == "input":
            at = "G.synthesis.input"
            layer.affine.assign(arrays[f"{at}.affine.weight"].T)
            for variable, array in (
                *(("bias", "affine.bias"), ("kernel", "weight"), ("transform", "transform")),
                *(("frequencies", "freqs"), ("phases", "phases")),
            ):
                getattr(layer, variable).assign(arrays[f"{at}.{array}"])
        elif name == "average":
            values = [arrays["G.mapping.w_avg"]]
        elif part == "magnitude":
            values = [arrays[f"{at}.magnitude_ema"]]
        elif part == "act":
            values = [arrays[f"{at}.bias"]]
            # The filters are designed, not read.
            for taps, array in ((layer.up_taps, "up_filter"), (layer.down_taps, "down_filter")):
                if taps is not None:
                    np.testing.assert_allclose(taps, arrays[f"{at}.{array}"], atol=1e-7)
        elif part == "affine":
            values = [arrays[f"{at}.affine.weight"].T, arrays[f"{at}.affine.bias"]]
        elif stage in modules:
            values = [arrays[f"{at}.weight"].transpose(2, 3, 1, 0)]
        else:
            values = [arrays[f"{at}.weight"].T, arrays[f"{at}.bias"]]
        if values is not None:
            layer.set_weights(values)


@pytest.mark.skipif(not GOLDEN.exists(), reason="needs the official networks' outputs (../shared/golden)")
@pytest.mark.parametrize("configuration", ["t", "r"])
def test_equals_the_official_networks(configuration):
    arrays = dict(np.load(GOLDEN / f"stylegan3_{configuration}_32.npz"))
    # Those of "r" have as many channels as those of "t".
    more = 2 if configuration == "r" else 1
    generator, _ = stylegan3(
        (32, 32, 3),
        24,
        configuration=configuration,
        channel_base=16 * 32 // more,
        channel_max=24 // more,
        synthesis_layers=6,
    )
    put(generator, arrays)
    w = generator.get_layer("mapping")(arrays["z"])
    average = arrays["G.mapping.w_avg"]
    np.testing.assert_allclose(average + 0.7 * (w - average), arrays["w_psi07"][:, 0], atol=1e-5)
    images = generator.get_layer("synthesis")(arrays["w_psi07"])
    expected = arrays["image"].transpose(0, 2, 3, 1)
    np.testing.assert_allclose(images, expected, atol=1e-4 * expected.std())


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
