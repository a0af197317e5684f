"""HiFi-GAN's networks against the official code's outputs and published counts."""

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import layers, networks
from keras_gan.convert import sound, state_dict
from keras_gan.networks.hifigan import Folded
from tests.conftest import golden


@pytest.mark.parametrize("version, weights", [("v1", 13_926_017), ("v2", 925_985), ("v3", 1_462_273)])
def test_published_numbers_of_weights(version, weights):
    assert networks.hifigan(version).count_params() == weights


def test_published_numbers_of_weights_of_the_discriminators():
    options = {"weight_norm": False}
    assert round(networks.hifigan_discriminator(8192, scales=0, **options).count_params() / 1e6, 1) == 41.1
    assert round(networks.hifigan_discriminator(8192, periods=(), **options).count_params() / 1e6, 1) == 29.6


@pytest.mark.parametrize("name", ["hifigan_v1_c32", "hifigan_v2_c16", "hifigan_v3_c32"])
def test_the_official_generators_outputs(name):
    z, network = np.load(golden(f"audio/{name}.npz")), keras_gan.convert.load(golden(f"audio/{name}.pth"))
    made = network(z["mel"].transpose(0, 2, 1))
    np.testing.assert_allclose(made, z["audio"].transpose(0, 2, 1), atol=1e-4)


def folded(z, prefix):
    """A state dict of plain kernels: weight norm by the converter, spectral norm with u and v as stored."""
    state = {name.removeprefix(prefix): z[name] for name in z.files if name.startswith(prefix)}
    sound.fold(state)
    for name in [name for name in state if name.endswith(".weight_orig")]:
        module, kernel = name.removesuffix(".weight_orig"), state.pop(name)
        u, v = (state.pop(f"{module}.weight_{x}") for x in "uv")
        state[f"{module}.weight"] = kernel / (u @ kernel.reshape(len(kernel), -1) @ v)
    return state


def modules(i, count):
    return [*(f"discriminators.{i}.convs.{j}" for j in range(count)), f"discriminators.{i}.conv_post"]


def assigned(build, names, state):
    """The network built of one discriminator after another, as layers of several stand side by side."""
    network = build()
    by_name = {}
    for layer in network.layers:
        if isinstance(layer, tuple(state_dict.WEIGHTS)):
            by_name[layer.name] = layer
    order = sorted(by_name.values(), key=lambda layer: list(CREATED).index(layer.name))
    for layer, module in zip(order, names, strict=True):
        for suffix, variable, axes in state_dict._weights_of(layer):
            array = state[f"{module}.{suffix}"]
            variable.assign(array.transpose(axes) if axes else array)
    return network


CREATED = {}


@pytest.fixture(autouse=True)
def creation_order(monkeypatch):
    """Names of convolutions in the order in which they were made."""
    CREATED.clear()
    for kind in (keras.layers.Conv1D, keras.layers.Conv2D):
        init = kind.__init__

        def noted(self, *args, init=init, **kwargs):
            init(self, *args, **kwargs)
            CREATED[self.name] = self

        monkeypatch.setattr(kind, "__init__", noted)


def compare(network, z, scales, count):
    outputs = network(z["d_input"].transpose(0, 2, 1))
    for i in range(scales):
        logits = np.asarray(outputs[i])
        np.testing.assert_allclose(logits.reshape(len(logits), -1), z[f"d_output_{i}"], atol=1e-4)
        for j in range(count):
            found = np.moveaxis(np.asarray(outputs[scales + i * count + j]), -1, 1)
            np.testing.assert_allclose(found, z[f"features_{i}_{j}"], atol=1e-4)


def test_the_official_multi_period_discriminators_outputs():
    z = np.load(golden("audio/hifigan_mpd.npz"))
    names = [name for i in range(5) for name in modules(i, 5)]
    network = assigned(
        lambda: networks.hifigan_discriminator(1031, scales=0, widths=(2, 8, 32, 64, 64), weight_norm=False),
        names,
        folded(z, "D."),
    )
    compare(network, z, 5, 5)


def test_the_official_multi_scale_discriminators_outputs():
    z = np.load(golden("audio/hifigan_msd.npz"))
    names = [name for i in range(3) for name in modules(i, 7)]
    network = assigned(
        lambda: networks.hifigan_discriminator(
            1031, periods=(), scale_widths=(16, 16, 32, 48, 64, 64, 64), weight_norm=False
        ),
        names,
        folded(z, "D."),
    )
    compare(network, z, 3, 7)


def test_samples_of_a_period_stand_in_a_column():
    x = np.arange(7, dtype="float32").reshape(1, 7, 1)
    # What lacks is mirrored: 5 and 4 behind 6.
    np.testing.assert_array_equal(Folded(3)(x)[0, :, :, 0], [[0, 1, 2], [3, 4, 5], [6, 5, 4]])


def test_weight_norm_begins_as_the_plain_network():
    x = np.random.default_rng(0).normal(size=(1, 5, 80)).astype("float32")
    keras.utils.set_random_seed(0)
    plain = networks.hifigan("v3", channels=8)(x)
    keras.utils.set_random_seed(0)
    normed = networks.hifigan("v3", channels=8, weight_norm=True)
    np.testing.assert_allclose(normed(x), plain, atol=1e-6)
    assert any(isinstance(layer, layers.WeightNormalization) for layer in normed.layers)


def test_wrong_arguments():
    with pytest.raises(ValueError, match="version"):
        networks.hifigan("v4")
    with pytest.raises(ValueError, match="kernels"):
        networks.hifigan("v3", rates=(4, 4), kernels=(8, 7))
    with pytest.raises(ValueError, match="periods"):
        networks.hifigan_discriminator(64, periods=(), scales=0)
