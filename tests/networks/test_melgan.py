"""MelGAN's networks against the official code's outputs."""

import numpy as np
import pytest

import keras_gan
from keras_gan import networks
from keras_gan.convert import state_dict
from tests.conftest import golden
from tests.networks.test_hifigan import CREATED, creation_order, folded  # noqa: F401


def test_the_official_generators_outputs(tmp_path):
    z = np.load(golden("audio/melgan_ngf2.npz"))
    np.savez(tmp_path / "melgan.npz", **{n.removeprefix("G."): z[n] for n in z.files if n.startswith("G.")})
    network = keras_gan.convert.load(tmp_path / "melgan.npz")
    assert network.name == "melgan"
    made = network(z["mel"].transpose(0, 2, 1))
    np.testing.assert_allclose(made, z["audio"].transpose(0, 2, 1), atol=1e-4)


def test_the_official_discriminators_outputs():
    z = np.load(golden("audio/melgan_ngf2.npz"))
    state = folded(z, "D.model.")
    network = networks.melgan_discriminator(1031, filters=8, most=32, weight_norm=False)
    made = sorted(
        (layer for layer in network.layers if isinstance(layer, tuple(state_dict.WEIGHTS))),
        key=lambda layer: list(CREATED).index(layer.name),
    )
    for k, layer in enumerate(made):
        i, j = divmod(k, 7)
        module = f"disc_{i}.model.layer_{j}" + {0: ".1", 6: ""}.get(j, ".0")
        for suffix, variable, axes in state_dict._weights_of(layer):
            array = state[f"{module}.{suffix}"]
            variable.assign(array.transpose(axes) if axes else array)
    outputs = network(z["d_input"].transpose(0, 2, 1))
    for i in range(3):
        for j in range(7):
            found = outputs[i] if j == 6 else outputs[3 + 6 * i + j]
            np.testing.assert_allclose(np.moveaxis(found, -1, 1), z[f"d_{i}_{j}"], atol=1e-4)


def test_published_number_of_weights():
    # 4,266,050 with weight norm, whose lengths are one a filter, of transposed convolutions one an input channel.
    assert networks.melgan(weight_norm=True).count_params() == 4_266_050


def test_odd_rates_are_refused():
    with pytest.raises(ValueError, match="even"):
        networks.melgan(rates=(5, 2))
