"""Set up before TensorFlow starts: two logical CPUs, so that replicas can be tried anywhere."""

import gc
import math
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.ops import gradient_registry

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)

# Two processes share the cores, and graphs of small networks are traced longer than they compute.
tf.config.threading.set_intra_op_parallelism_threads(1)

gc.freeze()  # what the imports left need not be looked through again
gc.set_threshold(100_000, 50, 100)  # graphs hold many objects, and are freed after each file of tests

# Seconds since 1970 after which no slow test begins, and a commit by which it changes which these are; of .ci/run.
UNTIL, FROM = float(os.environ.get("SLOW_TESTS_UNTIL", "inf")), os.environ.get("SLOW_TESTS_FROM", "0")

SHARED = pathlib.Path(__file__).parents[2] / "shared"
GOLDEN = pathlib.Path(__file__).parent / "data" / "golden", SHARED / "golden"


def golden(name):
    """The path of an official network's weights or outputs: of the smallest of each family here, of all in ../shared."""
    found = [folder / name for folder in GOLDEN if (folder / name).exists()]
    if not found:
        pytest.skip(f"the official outputs {name} are not at hand (../shared/golden)")
    return found[0]


def pytest_collection_modifyitems(items):
    if math.isfinite(UNTIL) and items:
        first = int(FROM[:8], 16) % len(items)
        items[:] = items[first:] + items[:first]


def pytest_runtest_setup(item):
    if "slow" in item.keywords and time.time() > UNTIL:
        pytest.skip("left out: the time for slow tests is up")


@pytest.fixture(autouse=True)
def _fresh_keras():
    """Each test starts with the same seed and leaves no policy behind."""
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_dtype_policy("float32")
    keras.backend.clear_session(free_memory=False)  # a collection after each test took a third of the time


@pytest.fixture(autouse=True, scope="module")
def _free_memory():
    """Each graph with an optimiser's step is kept for ever by a gradient that TensorFlow registers: gigabytes."""
    yield
    registered = gradient_registry._registry
    for name in [name for name in registered if name.startswith("CustomGradient-")]:
        del registered[name]
    gc.collect()


@pytest.fixture(scope="session")
def mirrored():
    """One strategy for all tests: a second in the same process would reuse the first's collective keys."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture
def images():
    """64 random images of 8x8x1 in [-1, 1]."""
    return np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")


@pytest.fixture
def tfds_dir():
    """The folder with MNIST and Fashion-MNIST as TFDS prepares them."""
    folder = os.environ.get("TFDS_DATA_DIR") or SHARED / "data" / "tfds"
    if not (pathlib.Path(folder) / "mnist").is_dir():
        pytest.skip("MNIST prepared by TFDS is not at hand (../shared/data/tfds or TFDS_DATA_DIR)")
    return str(folder)


@pytest.fixture
def emoji_dir():
    """The folder of emoji, one sub-folder a category."""
    folder = SHARED / "data" / "emoji"
    if not folder.is_dir():
        pytest.skip("the emoji are not at hand (../shared/data/emoji)")
    return folder
