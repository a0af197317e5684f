"""Checkpoints as training codes write them: nested, wrapped, of several networks, of odd dtypes."""

import json

import ml_dtypes
import numpy as np
import pytest

from keras_gan import convert, networks
from keras_gan.convert import state_dict


def states():
    """Two generators and a discriminator under official names, all different."""
    found = []
    for seed in range(2):
        rng = np.random.default_rng(seed)
        state = {}
        for i, (inputs, outputs) in enumerate(((3, 4), (4, 4), (4, 12))):
            state[f"body.{2 * i}.weight"] = rng.normal(size=(outputs, inputs, 3, 3)).astype("float32")
            state[f"body.{2 * i}.bias"] = rng.normal(size=outputs).astype("float32")
            if i < 2:
                state[f"body.{2 * i + 1}.weight"] = rng.normal(size=4).astype("float32")
        found.append(state)
    critic = {f"main.{i}.weight": np.ones((2, 2, 4, 4), "float32") for i in (0, 2)}
    return *found, critic


def nested(name, plain, averaged, critic):
    def prefixed(prefix, state):
        return {f"{prefix}{n}": v for n, v in state.items()}

    return {
        "model and optimizer": {
            "model": plain,
            "optimizer": {"state": {0: {"exp_avg": np.ones(3)}}},
            "epoch": 3,
        },
        "generator": {"generator": plain, "discriminator": critic},
        "netG_state_dict": {"epoch": 1, "netD_state_dict": critic, "netG_state_dict": plain},
        "g, d, g_ema": {"d": critic, "g": plain, "g_ema": averaged, "g_optim": {"a": np.ones(3)}},
        "prefixes": prefixed("discriminator.", critic)
        | prefixed("generator.", plain)
        | prefixed("generator_ema.", averaged),
        "state_dict of prefixes": {
            "state_dict": prefixed("generator.", plain) | {"step_counter": np.array(3)}
        },
        "module twice": prefixed("module.module.", plain),
        "compiled": {"params_ema": prefixed("_orig_mod.", averaged), "params": plain},
        "wrapped and compiled": {"model": prefixed("module._orig_mod.", plain)},
    }[name]


@pytest.mark.parametrize(
    ("name", "is_averaged"),
    [
        *[
            (n, False)
            for n in ("model and optimizer", "generator", "netG_state_dict", "state_dict of prefixes")
        ],
        *[(n, False) for n in ("module twice", "wrapped and compiled")],
        *[(n, True) for n in ("g, d, g_ema", "prefixes", "compiled")],
    ],
)
def test_the_known_network_is_found(monkeypatch, name, is_averaged):
    plain, averaged, critic = states()
    monkeypatch.setattr(state_dict, "_read_file", lambda path: nested(name, plain, averaged, critic))
    network = convert.load("checkpoint.pth")
    expected = (averaged if is_averaged else plain)["body.0.weight"].transpose(2, 3, 1, 0)
    assert network.name == "srvggnet"
    np.testing.assert_array_equal(network.layers[1].kernel, expected)


def test_a_prefix_names_one_network(monkeypatch):
    plain, averaged, critic = states()
    content = nested("g, d, g_ema", plain, averaged, critic)
    monkeypatch.setattr(state_dict, "_read_file", lambda path: content)
    np.testing.assert_array_equal(
        convert.load("c.pth", prefix="g").layers[1].kernel, plain["body.0.weight"].transpose(2, 3, 1, 0)
    )
    with pytest.raises(ValueError, match="It has: d, g, g_ema"):
        convert.load("c.pth", prefix="generator")
    del content["g"], content["g_ema"]
    with pytest.raises(ValueError, match="no known family"):
        convert.load("c.pth")


def test_values_that_are_not_read_are_named_with_their_file(tmp_path):
    np.savez(tmp_path / "a.npz", w=np.ones((2, 2), ml_dtypes.bfloat16))
    with pytest.raises(
        ValueError, match=r"a\.npz has values that NumPy does not know, such as `w`.*bfloat16"
    ):
        convert.load(tmp_path / "a.npz")
    pytest.importorskip("safetensors")
    header = json.dumps({"w": {"dtype": "F8_E4M3", "shape": [2, 2], "data_offsets": [0, 4]}}).encode()
    values = np.ones((2, 2), ml_dtypes.float8_e4m3fn).tobytes()
    (tmp_path / "f8.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + values)
    with pytest.raises(ValueError, match=r"f8\.safetensors"):
        convert.load(tmp_path / "f8.safetensors")


def test_bfloat16_of_safetensors_is_read(tmp_path):
    safetensors = pytest.importorskip("safetensors")
    from safetensors.numpy import save_file

    assert safetensors
    state, _, _ = states()
    save_file({n: v.astype(ml_dtypes.bfloat16) for n, v in state.items()}, tmp_path / "b.safetensors")
    network = convert.load(tmp_path / "b.safetensors")
    np.testing.assert_allclose(
        network.layers[1].kernel, state["body.0.weight"].transpose(2, 3, 1, 0), rtol=1e-2
    )
    assert networks.srvggnet(2).name == network.name
