"""A smoke test of this machine."""

import importlib.metadata
import os
import time

import keras
import numpy as np
import tensorflow as tf

from keras_gan import devices


def examine(steps=10):
    """Train a tiny GAN on the available device in every precision, with XLA, and on two replicas.

    Run it in a fresh process: on a machine with fewer than two GPUs the two replicas are logical
    CPUs, which TensorFlow can create only before it has run anything.

    Args:
        steps: int, timed steps per trial.

    Yields:
        Lines of text; a line begins with "[wrong]" if something does not work, with "[slow]" if it is slow.
    """
    yield "versions: " + ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("keras", "tensorflow", "numpy")
    )
    gpus = devices.gpus()
    yield f"devices: {len(gpus)} GPU, {os.cpu_count()} CPU cores"
    for gpu in gpus:
        capability = gpu["compute_capability"]
        yield f"  {gpu['device']}: {gpu['name']}, compute capability {'.'.join(map(str, capability)) if capability else 'unknown'}"
    known = {name: version or "unknown" for name, version in devices.software().items()}
    yield f"  TensorFlow is built for CUDA {known['cuda']}, cuDNN {known['cudnn']}; driver {known['driver']}"
    if not gpus:
        yield "[slow] no GPU seen: fine for 28x28; for more, pip install 'keras-gan[gpu]' on Linux with NVIDIA"
    if len(gpus) < 2:
        cpu = tf.config.list_physical_devices("CPU")[0]
        try:
            tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
        except RuntimeError:
            yield "  (TensorFlow has started before: two replicas cannot be tried on this CPU)"

    before = keras.config.dtype_policy()
    reference = None
    trials = [
        ("float32", {}),
        ("mixed_bfloat16", {}),
        ("mixed_float16", {}),
        ("float32, XLA", {"jit_compile": True}),
        ("float32, 2 replicas", {"replicas": 2}),
    ]
    without_xla = devices.xla_aborts()
    try:
        for name, options in trials:
            if options.get("jit_compile") and without_xla:
                yield (
                    f"[wrong] {name}: not tried, it ends the process on {', '.join(without_xla)} with TensorFlow {tf.__version__} "
                    "(tensorflow#111958). Training leaves it off"
                )
                continue
            keras.config.set_dtype_policy(name.split(",")[0])
            try:
                seconds, place, d_loss = _trial(steps, **options)
            except Exception as error:
                yield f"[wrong] {name}: {type(error).__name__}: {str(error).splitlines()[0][:150]}"
                continue
            if reference is None:
                reference = seconds
                yield f"placement: the compiled step runs on {place}"
                if gpus and "GPU" not in place:
                    yield "[wrong] a GPU is available but is not used"
            line = f"{name}: {1000 * seconds:.1f} ms/step, {seconds / reference:.2f} x float32, d_loss {d_loss:.3f}"
            if not np.isfinite(d_loss):
                yield f"[wrong] {line}"
            elif seconds > 1.5 * reference:
                yield f"[slow] {line}"
            else:
                yield f"[ok] {line}"
    finally:
        keras.config.set_dtype_policy(before)


def _trial(steps, jit_compile="auto", replicas=1):
    from keras_gan import networks
    from keras_gan.models.gan import GAN

    strategy = tf.distribute.get_strategy()
    if replicas > 1:
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        if len(devices) < replicas:
            devices = tf.config.list_logical_devices("CPU")
        strategy = tf.distribute.MirroredStrategy([device.name for device in devices[:replicas]])
    with strategy.scope():
        keras.utils.set_random_seed(0)
        gan = GAN(
            *networks.dcgan((32, 32, 3), latent_dim=64, filters=16, discriminator_normalization="none"),
            seed=0,
        )
        gan.compile(regularizers=["r1"], jit_compile=jit_compile)
    images = np.random.default_rng(0).uniform(-1, 1, (64, 32, 32, 3)).astype("float32")
    dataset = tf.data.Dataset.from_tensors(images).repeat(steps)
    gan.fit(dataset.take(1), epochs=1, verbose=0)  # traces and compiles
    start = time.perf_counter()
    history = gan.fit(dataset, epochs=1, verbose=0)
    seconds = (time.perf_counter() - start) / steps
    return seconds, _place(gan), history.history["d_loss"][-1]


def _place(gan):
    """Return the device on which a compiled forward pass of the generator runs."""
    run = tf.function(lambda z: gan.generator(z, training=False))
    images = run(tf.zeros((1, *gan.generator.input_shape[1:])))
    return images.device.split("/")[-1]
