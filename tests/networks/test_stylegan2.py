import re

import keras
import numpy as np
import pytest

from keras_gan.layers.noise_injection import noise_of
from keras_gan.networks import stylegan2
from tests.conftest import SHARED
from tests.contracts import network_contract

GOLDEN = SHARED / "golden" / "stylegan2"
SMALL = {"mapping_layers": 2, "channel_base": 128, "channel_max": 16}


def put(network, arrays, prefix):
    """The official code's weights into ours, whose layers have its names."""
    for layer in network._flatten_layers():
        name = layer.name
        if not layer.weights or isinstance(layer, keras.Model):
            continue
        inside = "mapping." if re.match(r"fc\d|embed|average", name) else ""
        inside = "synthesis." if prefix == "G." and re.match(r"b\d", name) else inside
        module, _, part = name.rpartition("_")
        at = prefix + inside + (module if part in ("noise", "act", "const") else name).replace("_", ".")
        if part == "const":
            values = [arrays[f"{at}.const"].transpose(1, 2, 0)]
        elif part == "noise":
            values = [arrays[f"{at}.noise_strength"], arrays[f"{at}.noise_const"]]
        elif part == "act":
            values = [arrays[f"{at}.bias"]]
        elif name == "average":
            values = [arrays[f"{prefix}mapping.w_avg"]]
        else:
            values = [arrays[f"{at}.weight"], arrays.get(f"{at}.bias")][: len(layer.weights)]
            if values[0].ndim == 4:
                values[0] = values[0].transpose(2, 3, 1, 0)
            elif name == "b4_fc":
                outputs = len(values[0])
                values[0] = values[0].reshape(outputs, -1, 4, 4).transpose(2, 3, 1, 0).reshape(-1, outputs)
            else:
                values[0] = values[0].T
        layer.set_weights(values)


@pytest.mark.skipif(not GOLDEN.exists(), reason="needs the official networks' outputs (../shared/golden)")
@pytest.mark.parametrize("name", ["skip_32", "skip_16_cond3", "resnet_16", "orig_16"])
def test_equals_the_official_networks(name):
    arrays = dict(np.load(GOLDEN / f"stylegan2_{name}.npz"))
    classes, size = arrays["label"].shape[1], arrays["d_input"].shape[-1]
    generator, discriminator = stylegan2(
        (size, size, 3),
        arrays["z"].shape[1],
        mapping_layers=3,
        channel_base=8 * size,
        channel_max=24,
        architecture=name.split("_")[0],
        num_classes=classes or None,
        group_size=2 if classes else 4,
    )
    put(generator, arrays, "G.")
    put(discriminator, arrays, "D.")

    def given(x):
        return [x, arrays["label"].argmax(1)] if classes else x

    def close(found, expected):
        np.testing.assert_allclose(found, expected, atol=1e-4 * expected.std())

    close(generator.get_layer("mapping")(given(arrays["z"])), arrays["w"][:, 0])
    synthesis = generator.get_layer("synthesis")
    assert synthesis.input_shape[1:] == arrays["w"].shape[1:]
    for noise, w, image in (("const", "w_psi07", "image_const_psi07"), ("none", "w", "image_none")):
        with noise_of(noise):
            close(synthesis(arrays[w]), arrays[image].transpose(0, 2, 3, 1))
    with noise_of("none"):
        close(generator(given(arrays["z"])), arrays["image_none"].transpose(0, 2, 3, 1))
    close(discriminator(given(arrays["d_input"].transpose(0, 2, 3, 1))), arrays["d_output"])


@pytest.mark.slow
def test_published_sizes():
    """StyleGAN2 at 1024: 30.37 million weights that are trained, and 29.01 million."""
    counts = [sum(np.prod(v.shape) for v in net.trainable_weights) for net in stylegan2((1024, 1024, 3))]
    assert counts == [30_370_060, 29_012_513]


@pytest.mark.parametrize("channels", [1, 4])
def test_contract(channels):
    network_contract(
        stylegan2((8, 8, channels), 6, **SMALL), latent_dim=6, image_shape=(8, 8, channels), bounded=False
    )


@pytest.mark.parametrize("architecture", ["skip", "resnet", "orig"])
def test_half_precision_at_the_largest_sizes(architecture):
    options = {**SMALL, "architecture": architecture, "discriminator_architecture": architecture}
    z = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")
    whole, half = (stylegan2((16, 16, 3), 6, low_precision=n, **options) for n in (0, 2))
    assert half[0].get_layer("synthesis").get_layer("b16_conv1").compute_dtype == "float16"
    assert half[0].get_layer("synthesis").get_layer("b4_conv1").compute_dtype == "float32"
    for a, b in zip(whole, half, strict=True):
        b.set_weights(a.get_weights())
    images = whole[0](z).numpy()
    np.testing.assert_allclose(half[0](z), images, atol=0.02 * images.std())
    logits = whole[1](images).numpy()
    found = half[1](images)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, logits, atol=0.02 * max(1.0, logits.std()))


def test_refused():
    for shape in ((28, 28, 1), (32, 16, 3), (4, 4, 3)):
        with pytest.raises(ValueError, match="power of two"):
            stylegan2(shape)
    with pytest.raises(ValueError, match="discriminator_architecture"):
        stylegan2((8, 8, 1), discriminator_architecture="dense")
