"""Which GPUs the machine has, and on which of them XLA aborts the process."""

import contextlib
import shutil
import subprocess
import warnings

import tensorflow as tf

# XLA aborts from this compute capability on (RTX 50xx, Blackwell), up to this TensorFlow version: its LLVM
# writes PTX 8.5, which has no sm_120.
ABORTS_FROM, ABORTS_UP_TO = (12, 0), (2, 21)


def gpus():
    """Return a dict for each GPU.

    Its keys are "name", "compute_capability" (major, minor) or None, and "device", the name in TensorFlow.
    """
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
    """Return the versions that decide whether a GPU works.

    A dict: "cuda" and "cudnn" that TensorFlow was built for, and the "driver" or None.
    """
    build = tf.sysconfig.get_build_info()
    command = shutil.which("nvidia-smi")
    driver = None
    if command:
        asked = [command, "--query-gpu=driver_version", "--format=csv,noheader"]
        # If the driver is broken or hangs, its version stays None.
        with contextlib.suppress(subprocess.SubprocessError, OSError):
            said = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True)
            driver = said.stdout.split("\n")[0].strip() or None
    return {"cuda": build.get("cuda_version"), "cudnn": build.get("cudnn_version"), "driver": driver}


def xla_aborts():
    """Return the names of the GPUs on which this TensorFlow's XLA aborts the process.

    Python cannot catch the abort. Source: tensorflow/tensorflow#111958, "PTX version 8.5 does not support
    target 'sm_120'", reported for TensorFlow 2.21.
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
    """Return the `jit_compile` to pass to Keras.

    Where XLA would abort the process, "auto" becomes False, and True stays True with a warning.
    """
    names = xla_aborts() if jit_compile in (True, "auto") else []
    if not names:
        return jit_compile
    reason = f"XLA of TensorFlow {tf.__version__} ends the process on {', '.join(names)} (tensorflow#111958)"
    if jit_compile is True:
        warnings.warn(f'{reason}: leave `jit_compile` "auto", or pass --no-jit.', stacklevel=4)
        return True
    warnings.warn(f"{reason}; it is left off.", stacklevel=4)
    return False
