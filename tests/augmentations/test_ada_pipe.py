import numpy as np
import pytest
import tensorflow as tf
from keras import ops
from scipy.special import erfinv

from keras_gan.augmentations import ada_pipe
from tests.conftest import golden


class Fixed:
    """Every draw at one percentile, and every coin up, as the official code's `debug_percentile`."""

    def __init__(self, percentile, heads=1.0):
        self.percentile, self.heads = percentile, heads

    def uniform(self, name, shape):
        # Its second rotation is left out then.
        return ops.full(shape, 0.5 if name == "rotate-after" else self.percentile)

    def normal(self, name, shape):
        return ops.full(shape, float(erfinv(2 * self.percentile - 1)))

    def coin(self, name, shape, probability):
        return ops.full(shape, self.heads)


class Drawn:
    def __init__(self, seed=0):
        self.rng = np.random.default_rng(seed)

    def uniform(self, name, shape):
        return ops.convert_to_tensor(self.rng.uniform(size=[int(n) for n in shape]), "float32")

    def normal(self, name, shape):
        return ops.convert_to_tensor(self.rng.normal(size=[int(n) for n in shape]), "float32")

    def coin(self, name, shape, probability):
        return ops.cast(self.uniform(name, shape) < probability, "float32")


def smooth(shape=(4, 16, 12, 3)):
    """Images that a few waves make."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[: shape[1], : shape[2]]
    waves = [np.sin(0.3 * (a * x + b * y) + c) for a, b, c in rng.uniform(-1, 1, (shape[0] * shape[3], 3))]
    return np.stack(waves).reshape(shape[0], shape[3], *shape[1:3]).transpose(0, 2, 3, 1).astype("float32")


@pytest.mark.parametrize("percentile", ["0.3", "0.8"])
def test_each_equals_the_official_one(percentile):
    arrays = np.load(golden("stylegan2/ada_percentiles.npz"))
    images = ops.convert_to_tensor(arrays["input"].transpose(0, 2, 3, 1))
    names = {key.split("_")[0] for key in arrays.files} - {"input"}
    # Noise is of another generator there.
    assert names == set(ada_pipe.TRANSFORMATIONS) - {"noise"}
    for name in sorted(names):
        found = ada_pipe.augment(images, {name: 1.0}, Fixed(float(percentile)))
        expected = arrays[f"{name}_{percentile}"].transpose(0, 2, 3, 1)
        np.testing.assert_allclose(found, expected, atol=1e-4, err_msg=name)


def test_where_no_coin_falls_images_stay():
    images = smooth()
    for name in ada_pipe.TRANSFORMATIONS:
        same = ada_pipe.augment(images, {name: 0.5}, Fixed(0.7, heads=0.0)).numpy()
        # Doubling and halving lose what is near the highest frequency, which smooth images have not.
        np.testing.assert_allclose(same, images, atol=5e-3, err_msg=name)
    np.testing.assert_array_equal(ada_pipe.augment(images, {}, Fixed(0.7)), images)


def test_mirroring_and_turning():
    """To what the wavelet's filter, which is not quite symmetric, moves them."""
    images = smooth((2, 16, 16, 1))
    mirrored = ada_pipe.augment(images, {"xflip": 1.0}, Fixed(0.8)).numpy()
    np.testing.assert_allclose(mirrored, images[:, :, ::-1], atol=0.05)
    turned = ada_pipe.augment(images, {"rotate90": 1.0}, Fixed(0.3)).numpy()
    quarter = [np.rot90(images, k, axes=(1, 2)) for k in (1, 3)]
    assert min(np.abs(turned - q).max() for q in quarter) < 0.05


@pytest.mark.parametrize("shape", [(3, 8, 12, 3), (2, 16, 16, 1)])
def test_matrices_and_filters_give_the_same(shape, monkeypatch):
    rng = np.random.default_rng(0)
    images = tf.constant(rng.normal(size=shape).astype("float32"))
    matrices = np.eye(3) + np.concatenate(
        [rng.normal(size=(shape[0], 2, 3)) * [0.3, 0.3, 3.0], np.zeros((shape[0], 1, 3))], axis=1
    )
    made = []
    for largest in (256, 0):
        monkeypatch.setattr(ada_pipe, "LARGEST", largest)
        with tf.GradientTape() as tape:
            tape.watch(images)
            moved = ada_pipe._resample(images, tf.constant(matrices, tf.float32))
            total = tf.reduce_sum(moved**3)
        made.append((moved, tape.gradient(total, images)))
    for by_matrix, by_filter in zip(*made, strict=True):
        np.testing.assert_allclose(by_matrix, by_filter, atol=1e-4)


def test_noise_and_cutout():
    images = smooth((2000, 8, 8, 1)) * 0
    noise = ada_pipe.augment(images, {"noise": 1.0}, Drawn()).numpy()
    # sigma = .1 |N(0, 1)|: a mean of .1 sqrt(2 / pi).
    assert noise.std(axis=(1, 2, 3)).mean() == pytest.approx(0.1 * np.sqrt(2 / np.pi), rel=0.05)
    cut = ada_pipe.augment(images + 1, {"cutout": 0.5}, Drawn()).numpy()[..., 0]
    touched = (cut == 0).any(axis=(1, 2))
    assert touched.mean() == pytest.approx(0.5, abs=0.05)
    # Half of each side, less what is beyond the border: on average .5 - .25^2 of it.
    assert (cut[touched] == 0).mean() == pytest.approx(0.4375**2, rel=0.05)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_colours_of_grey_and_with_alpha(channels):
    images = smooth((3, 8, 8, channels))
    every = dict.fromkeys(ada_pipe.GROUPS["color"], 1.0)
    found = ada_pipe.augment(images, every, Drawn(1)).numpy()
    assert found.shape == images.shape
    assert np.abs(found[..., :3] - images[..., :3]).max() > 0.05
    if channels == 4:
        np.testing.assert_array_equal(found[..., 3], images[..., 3])


def test_bands_add_up_to_the_image():
    bank = ada_pipe.filter_bank()
    middle = np.zeros(bank.shape[1])
    middle[bank.shape[1] // 2] = 1
    np.testing.assert_allclose(bank.sum(axis=0), middle, atol=1e-6)


@pytest.mark.slow
def test_gradients_go_through_twice_and_xla_gives_the_same():
    images = tf.constant(smooth((2, 8, 8, 3)))
    every = {name: 1.0 for name in ada_pipe.TRANSFORMATIONS if name != "noise"}

    def penalty(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(ada_pipe.augment(x, every, Fixed(0.6)) ** 3)
        return tf.reduce_sum(tape.gradient(total, x) ** 2)

    with tf.GradientTape() as tape:
        tape.watch(images)
        value = penalty(images)
    gradient = tape.gradient(value, images)
    direction = tf.constant(np.random.default_rng(0).normal(size=images.shape), tf.float32)
    step = 1e-2
    exact = (penalty(images + step * direction) - penalty(images - step * direction)) / (2 * step)
    np.testing.assert_allclose(tf.reduce_sum(gradient * direction), exact, rtol=0.02)
    compiled = tf.function(lambda x: ada_pipe.augment(x, every, Fixed(0.6)), jit_compile=True)(images)
    np.testing.assert_allclose(compiled, ada_pipe.augment(images, every, Fixed(0.6)), atol=1e-4)
