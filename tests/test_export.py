import json
import os
import subprocess
import sys

import numpy as np
import pytest

import keras_gan
from tests.helpers import tiny_gan

READER = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, tensorflow as tf
path, latents, out = sys.argv[1:]
latents = np.load(latents)
loaded = tf.saved_model.load(path)
serving = loaded.signatures["serving_default"](latents=tf.constant(latents))["images"]
np.savez(out, serving=serving, one=loaded.signatures["serving_default"](latents=tf.constant(latents[:1]))["images"],
         sample=loaded.sample(5, 3), again=loaded.sample(5, seed=3), other=loaded.sample(n=5, seed=4),
         default=loaded.sample(2), truncated=loaded.sample(5, 3, 0.5), large=loaded.sample(1, 2**40),
         signature=loaded.signatures["sample"](n=tf.constant(5), seed=tf.constant(3, tf.int64),
                                               truncation=tf.constant(1.0))["output_0"])
try:
    loaded.sample(2, truncation=float("nan"))
except tf.errors.InvalidArgumentError as error:
    assert "truncation" in str(error)
else:
    raise AssertionError("a truncation that is not finite was taken")
assert "keras_gan" not in sys.modules
"""


@pytest.fixture
def trained(images):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, verbose=0)
    return gan


@pytest.mark.slow
def test_saved_model_in_a_process_without_keras_gan(trained, tmp_path):
    path = trained.export(tmp_path / "model")
    latents = trained.sample_latents(7, seed=1)
    np.save(tmp_path / "latents.npy", latents)
    command = [sys.executable, "-c", READER, path, str(tmp_path / "latents.npy"), str(tmp_path / "out.npz")]
    subprocess.run(command, check=True, cwd=tmp_path, timeout=120)
    read = np.load(tmp_path / "out.npz")
    np.testing.assert_allclose(read["serving"], trained(latents), atol=1e-5)
    np.testing.assert_allclose(read["one"], trained(latents[:1]), atol=1e-5)
    np.testing.assert_array_equal(read["sample"], trained.generate(5, seed=3))
    np.testing.assert_array_equal(read["sample"], read["again"])
    np.testing.assert_array_equal(read["sample"], read["signature"])
    np.testing.assert_array_equal(read["default"], trained.generate(2, seed=0))
    np.testing.assert_array_equal(read["truncated"], trained.generate(5, seed=3, truncation=0.5))
    np.testing.assert_array_equal(read["large"], trained.generate(1, seed=2**40))
    assert (read["sample"] != read["other"]).any() and read["sample"].dtype == np.uint8


def test_each_weight_is_stored_once(tmp_path):
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((32, 32, 3), latent_dim=64, filters=16))
    gan.export(tmp_path / "model")
    size = sum(f.stat().st_size for f in (tmp_path / "model" / "variables").iterdir())
    assert size < 1.05 * 4 * gan.generator.count_params() + 10_000


def test_metadata(trained, tmp_path):
    trained.export(tmp_path / "model", metadata={"note": "a test"})
    metadata = json.loads((tmp_path / "model" / "metadata.json").read_text())
    assert metadata["image_shape"] == [8, 8, 1] and metadata["latent_dim"] == 4
    assert metadata["class"] == "GAN" and metadata["dataset"] == "the arrays" and metadata["note"] == "a test"
    assert metadata["generator_steps"] == 4 and set(metadata["versions"]) == {"python", "keras", "tensorflow"}
    history = trained.history.history
    for name, value in metadata["training_figures"].items():
        assert value == pytest.approx(history[name][-1], abs=1e-5)


def test_export_again_replaces_and_strangers_are_left_alone(trained, tmp_path):
    trained.export(tmp_path / "model")
    trained.export(tmp_path / "model")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(ValueError, match="not overwritten"):
        trained.export(tmp_path / "mine")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "model"]


@pytest.mark.slow
def test_odd_sizes_in_the_graph(tmp_path):
    """A CycleGAN's SavedModel gives 33 x 47 for 33 x 47, and a x2 network of pixel unshuffle 14 x 18 for 7 x 9."""
    import tensorflow as tf

    translators = [keras_gan.networks.resnet((None, None, 3), blocks=1, filters=2) for _ in range(2)]
    critics = [keras_gan.networks.patchgan((16, 16, 3), receptive_field=16, filters=2) for _ in range(2)]
    gan = keras_gan.CycleGAN(*translators, *critics)
    loaded = tf.saved_model.load(gan.export(tmp_path / "cycle"))
    images = np.random.default_rng(0).integers(0, 256, (2, 33, 47, 3)).astype("uint8")
    for direction in ("a2b", "b2a"):
        made = getattr(loaded, direction)(images).numpy()
        np.testing.assert_array_equal(made, gan.translate(images, direction))
    floats = loaded.signatures["serving_default"](images=tf.zeros((1, 33, 47, 3)))["images"]
    assert floats.shape == (1, 33, 47, 3)
    judge = keras_gan.networks.srgan_discriminator((16, 16, 3), filters=2, units=2)
    sr = keras_gan.SRGAN(keras_gan.networks.rrdbnet(2, filters=4, blocks=1, growth=2), judge)
    enlarged = tf.saved_model.load(sr.export(tmp_path / "sr"))
    small = images[:1, :7, :9]
    made = enlarged.translate(small).numpy()
    assert made.shape == (1, 14, 18, 3)
    np.testing.assert_array_equal(made[0], sr.upscale(small[0], tile=None))


@pytest.mark.slow
def test_a_saved_model_loads_without_warnings(tmp_path):
    """StyleGAN2's operations have gradients of their own, of which TensorFlow warned forty times."""
    networks = keras_gan.networks.stylegan2((16, 16, 3), 8, mapping_layers=1, channel_base=64)
    path = keras_gan.StyleGAN2(*networks).export(tmp_path / "model")
    code = (
        f"import tensorflow as tf; loaded = tf.saved_model.load({path!r}); print(loaded.sample(1, 0).shape)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"},
    )
    assert "(1, 16, 16, 3)" in done.stdout and "custom gradient" not in done.stderr


def test_negative_numbers_of_images_are_refused(trained, tmp_path):
    import tensorflow as tf

    loaded = tf.saved_model.load(trained.export(tmp_path / "model"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="`n` must be positive"):
        loaded.sample(-1, 0)
    networks = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=2)
    gan = keras_gan.ConditionalGAN(*networks, num_classes=2)
    loaded = tf.saved_model.load(gan.export(tmp_path / "conditional"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="`n` must be positive"):
        loaded.sample(-1, 0)


def test_onnx_without_its_packages_says_what_to_install(trained, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(ImportError, match=r"pip install 'keras-gan\[onnx\]'"):
        trained.export(tmp_path / "model.onnx", format="onnx")


def test_unknown_format(trained, tmp_path):
    with pytest.raises(ValueError, match="saved_model.*litert.*onnx"):
        trained.export(tmp_path / "m", format="torch")


def test_mixed_precision_and_vectors(tmp_path):
    import keras
    import tensorflow as tf

    keras.config.set_dtype_policy("mixed_bfloat16")
    gan = tiny_gan()
    loaded = tf.saved_model.load(gan.export(tmp_path / "mixed"))
    np.testing.assert_array_equal(loaded.sample(3, 1), gan.generate(3, seed=1))
    keras.config.set_dtype_policy("float32")
    gan = tiny_gan(networks=keras_gan.networks.mlp(data_dim=2, hidden=(4,)))
    loaded = tf.saved_model.load(gan.export(tmp_path / "vectors"))
    np.testing.assert_allclose(loaded.sample(3, 1), gan.generate(3, seed=1), atol=1e-6)
