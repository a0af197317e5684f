"""GPUs of which there is none here: TensorFlow's answers are replaced."""

import types
import warnings

import pytest
import tensorflow as tf

from keras_gan import devices, doctor
from tests.helpers import tiny_gan


@pytest.fixture
def machine(monkeypatch):
    """Pretend to a GPU of a compute capability and a version of TensorFlow."""

    def pretend(capability, version, name="NVIDIA GeForce RTX 5090"):
        details = {"device_name": name} | ({"compute_capability": capability} if capability else {})
        config = types.SimpleNamespace(
            list_physical_devices=lambda kind: (
                [tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU")] if kind == "GPU" else []
            ),
            experimental=types.SimpleNamespace(get_device_details=lambda device: details),
        )
        fake = types.SimpleNamespace(config=config, __version__=version, sysconfig=tf.sysconfig)
        monkeypatch.setattr(devices, "tf", fake)

    return pretend


@pytest.mark.parametrize(
    ("capability", "version", "aborts"),
    [
        ((12, 0), "2.21.0", True),
        ((12, 1), "2.20.0", True),
        ((9, 0), "2.21.0", False),
        ((12, 0), "2.22.0", False),
        (None, "2.21.0", False),
    ],
)
def test_where_xla_ends_the_process(machine, capability, version, aborts):
    machine(capability, version)
    assert bool(devices.xla_aborts()) is aborts
    if aborts:
        with pytest.warns(UserWarning, match="111958"):
            assert devices.safe_jit("auto") is False
        with pytest.warns(UserWarning, match="--no-jit"):
            assert devices.safe_jit(True) is True
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert devices.safe_jit(False) is False
        if not aborts:
            assert devices.safe_jit("auto") == "auto"


def test_a_model_is_compiled_without_xla_there(machine):
    machine((12, 0), "2.21.0")
    with pytest.warns(UserWarning, match="left off"):
        gan = tiny_gan()
    assert gan.jit_compile is False
    # What was asked for is what is saved: another machine may have it.
    assert gan.get_compile_config()["jit_compile"] == "auto"


def test_the_doctor_names_the_gpu_and_does_not_try_xla(machine, monkeypatch):
    machine((12, 0), "2.21.0")
    tried = []
    monkeypatch.setattr(
        doctor, "_trial", lambda steps, **options: tried.append(options) or (0.1, "GPU:0", 1.0)
    )
    monkeypatch.setattr(tf.config, "set_logical_device_configuration", lambda *args: None)
    lines = list(doctor.examine())
    assert any("RTX 5090, compute capability 12.0" in line for line in lines)
    assert any("driver" in line and "CUDA" in line for line in lines)
    assert any("[wrong] float32, XLA: not tried" in line for line in lines)
    assert not any("jit_compile" in options for options in tried) and len(tried) == 4


def test_a_driver_is_asked_for(monkeypatch, tmp_path):
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 590.48.01\necho 590.48.01\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert devices.software()["driver"] == "590.48.01"
    program.write_text("#!/bin/sh\nexit 9\n")
    assert devices.software()["driver"] is None
