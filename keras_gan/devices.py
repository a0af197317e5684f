"""What the GPUs at hand are, and where XLA ends the process on them."""

import contextlib
import shutil
import subprocess
import warnings

import tensorflow as tf

# From this compute capability on (RTX 50xx, Blackwell), and up to this TensorFlow: its LLVM writes PTX 8.5, which has no sm_120.
ABORTS_FROM, ABORTS_UP_TO = (12, 0), (2, 21)


def gpus():
    """A dict for each GPU: "name", "compute_capability" (major, minor) or None, and "device", what TensorFlow calls it."""
    found = []
    for device in tf.config.list_physical_devices("GPU"):
        details = tf.config.experimental.get_device_details(device)
        found.append(
            {
                "device": device.name,
                "name": details.get("device_name", "unknown"),
                "compute_capability": details.get("compute_capability"),
            }
        )
    return found


def software():
    """Versions that decide whether a GPU works, a dict: "cuda" and "cudnn" that TensorFlow was built for, and the "driver" or None."""
    build = tf.sysconfig.get_build_info()
    command = shutil.which("nvidia-smi")
    driver = None
    if command:
        asked = [command, "--query-gpu=driver_version", "--format=csv,noheader"]
        # A driver that is broken or hangs is one that is not known.
        with contextlib.suppress(subprocess.SubprocessError, OSError):
            said = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True)
            driver = said.stdout.split("\n")[0].strip() or None
    return {"cuda": build.get("cuda_version"), "cudnn": build.get("cudnn_version"), "driver": driver}


def xla_aborts():
    """Names of the GPUs on which this TensorFlow's XLA ends the process, without an error that Python could catch.

    Source: tensorflow/tensorflow#111958, "PTX version 8.5 does not support target 'sm_120'", reported of TensorFlow 2.21.
    """
    version = tuple(int(part) for part in tf.__version__.split(".")[:2])
    if version > ABORTS_UP_TO:
        return []
    return [
        gpu["name"]
        for gpu in gpus()
        if gpu["compute_capability"] and tuple(gpu["compute_capability"]) >= ABORTS_FROM
    ]


def safe_jit(jit_compile):
    """`jit_compile` as it may be given to Keras: "auto" is False where XLA would end the process; True is warned about there."""
    names = xla_aborts() if jit_compile in (True, "auto") else []
    if not names:
        return jit_compile
    reason = f"XLA of TensorFlow {tf.__version__} ends the process on {', '.join(names)} (tensorflow#111958)"
    if jit_compile is True:
        warnings.warn(f'{reason}: leave `jit_compile` "auto", or pass --no-jit.', stacklevel=4)
        return True
    warnings.warn(f"{reason}; it is left off.", stacklevel=4)
    return False
