"""pi-GAN as a model."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import norm

import keras_gan
from keras_gan import networks
from keras_gan.networks.pigan import _share
from tests.contracts import game_contract


def make(optimizer=None, size=16, **options):
    keras.utils.set_random_seed(0)
    pair = networks.pigan((size, size, 3), 6, width=8, depth=2, samples=6, filters=4)
    gan = keras_gan.PiGAN(*pair, seed=0)
    if optimizer:
        options |= {f"{player}_optimizer": optimizer() for player in gan.players}
    gan.compile(**options)
    return gan


def images(n=64):
    return np.random.default_rng(0).uniform(-1, 1, (n, 16, 16, 3)).astype("float32")


@pytest.mark.slow
def test_contract(tmp_path, mirrored):
    game_contract(make, images(), tmp_path, mirrored, lambda: make(lambda: keras.optimizers.SGD(1e-3)))


@pytest.mark.slow
def test_views_volumes_files_and_exports(tmp_path):
    gan = make()
    gan.fit(images(16), batch_size=8, verbose=0)
    latents = gan.sample_latents(2, seed=0)
    assert latents.shape == (2, 8) and gan.z_dim == 6
    turned = gan.views(latents, yaw=[0.0, np.pi, 2 * np.pi])
    assert turned.shape == (2, 3, 16, 16, 3) and turned.dtype == np.uint8
    assert np.abs(turned[:, 0].astype(int) - turned[:, 2]).max() <= 1
    made = gan.generate(3, seed=1)
    served = tf.saved_model.load(gan.export(tmp_path / "exported"))
    assert np.abs(served.sample(3, 1).numpy().astype(int) - made).max() <= 1
    gan.save(tmp_path / "gan.keras")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "gan.keras").generate(3, seed=1), made)
    densities = gan.densities(latents, size=8)
    assert densities.shape == (2, 8, 8, 8, 1) and densities.min() >= 0
    # Truncation leaves the camera as it is, and brings volumes together.
    some = gan.sample_latents(3, seed=2, truncation=0.0)
    assert (some[:, :6] == 0).all() and (some[:, 6:] == gan.sample_latents(3, seed=2)[:, 6:]).all()
    # The camera's two numbers do not reach the volume.
    np.testing.assert_array_equal(gan.densities(latents[:, :6], size=8), densities)


def test_latents_of_the_camera_are_angles():
    gan = make()
    shares = _share(tf.linspace(-5.0, 5.0, 101)).numpy()
    np.testing.assert_allclose(shares, norm.cdf(np.linspace(-5, 5, 101)), atol=3e-7)
    # Quantiles of a normal distribution: 0 is the middle of both ranges; far below it the lower ends.
    z = np.zeros((2, 8), "float32")
    z[1, 6:] = -6
    camera = gan.generator.get_layer("camera")
    expected = camera([z[:, :6], np.array([[0.0, 0.45], [-np.pi, 0.2]], "float32")])[0]
    np.testing.assert_allclose(gan.generator(z), expected, atol=1e-4)


def test_a_volume_looks_as_it_is():
    """A field that is dense in one corner: its views show it there."""
    points = keras.Input((None, 3), name="points")
    z = keras.Input((6,), name="z")
    within = keras.ops.prod(
        keras.ops.cast((points > 0.2) & (points < 0.8), "float32"), axis=-1, keepdims=True
    )
    colour = keras.ops.concatenate(
        [0.0 * points[..., :1], 0.0 * points[..., :1], 1.0 + 0.0 * points[..., :1]], -1
    )
    field = keras.Model([z, points], [100.0 * within + 0.0 * keras.ops.sum(z), colour], name="field")
    from keras_gan.networks.pigan import _camera

    camera = _camera(field, 6, 32, 3, 64, 12.0, 1.0)
    images = {}
    for name, angles in (("front", [0.0, 0.0]), ("right", [np.pi / 2, 0.0]), ("back", [np.pi, 0.0])):
        image, opacity, depth = camera([np.zeros((1, 6), "float32"), np.array([angles], "float32")])
        images[name] = np.asarray(image)[0], np.asarray(opacity)[0], np.asarray(depth)[0]
    for name, left in (("front", False), ("right", True), ("back", True)):
        image, opacity, _ = images[name]
        y, x = np.argwhere(opacity > 0.5).mean(0)
        assert y < 16 and (x < 16) == left, name
        seen = opacity > 0.99
        np.testing.assert_allclose(image[seen], np.broadcast_to([-1, -1, 1], image[seen].shape), atol=0.05)
        np.testing.assert_allclose(image[0, 0], 1.0, atol=1e-5)  # white behind it
    # It is nearer from the front than from the back: 0.8 and -0.2 from the centre, of a radius of sqrt(3).
    depths = {name: images[name][2][images[name][1] > 0.99].mean() for name in ("front", "back")}
    np.testing.assert_allclose(depths["front"], np.sqrt(3) - 0.8, atol=0.06)
    np.testing.assert_allclose(depths["back"], np.sqrt(3) + 0.2, atol=0.06)


def test_held_wrong():
    with pytest.raises(ValueError, match='a network "camera"'):
        keras_gan.PiGAN(*networks.dcgan((16, 16, 3), 8, filters=4))
    with pytest.raises(ValueError, match=r"must have shape \(n, 6\)"):
        make().views(np.zeros((2, 5)), yaw=[0.0])
    with pytest.raises(ValueError, match="as many as `yaw`"):
        make().views(np.zeros((2, 6)), yaw=[0.0, 1.0], pitch=[0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="`background`"):
        networks.pigan((16, 16, 3), background=255.0)
    with pytest.raises(ValueError, match="size, size"):
        networks.pigan((16, 32, 3))
    with pytest.raises(ValueError, match="`pitch`"):
        networks.pigan((16, 16, 3), pitch=(1.0, 0.0))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    history = make().fit(images(16), batch_size=8, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.mark.slow
@pytest.mark.parametrize("format", ["onnx", "litert"])
def test_files_for_other_runtimes(tmp_path, format):
    """Compared with the model when they are written."""
    suffix = {"onnx": ".onnx", "litert": ".tflite"}[format]
    assert make().export(tmp_path / f"model{suffix}", format=format)
