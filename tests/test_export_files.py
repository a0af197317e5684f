"""LiteRT and ONNX files, run by the runtimes that users deploy."""

import json
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import export_files
from tests.helpers import tiny_gan

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "benchmarks"))
pytest.importorskip("tf2onnx", reason="pip install 'keras-gan[onnx]'")
pytest.importorskip("ai_edge_litert", reason="pip install 'keras-gan[litert]'")
exports = pytest.importorskip("exports", reason="the benchmarks are not at hand")

RUNTIMES = {"litert": (exports.LiteRT, ".tflite"), "onnx": (exports.ONNX, ".onnx")}


def run(gan, tmp_path, format, given, **options):
    runtime, ending = RUNTIMES[format]
    return runtime(gan.export(tmp_path / f"model{ending}", format=format, **options))(given)


@pytest.mark.slow
@pytest.mark.parametrize("format", RUNTIMES)
@pytest.mark.parametrize("name", exports.NETWORKS)
def test_every_network(tmp_path, name, format):
    gan = exports.NETWORKS[name]()
    given = exports.inputs_of(gan, 1)
    np.testing.assert_allclose(run(gan, tmp_path, format, given), exports.expected_of(gan, given), atol=1e-4)


@pytest.mark.parametrize("format", RUNTIMES)
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_float32_whatever_the_policy(tmp_path, format, policy):
    keras.config.set_dtype_policy(policy)
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=8, kernel_size=3))
    gan.compile()
    gan.fit(
        np.random.default_rng(0).uniform(-1, 1, (16, 16, 16, 1)).astype("float32"), batch_size=8, verbose=0
    )
    latents = gan.sample_latents(1, seed=0)
    made = run(gan, tmp_path, format, {"latents": latents})
    np.testing.assert_allclose(made, gan.synthesize(latents), atol=1e-3)
    np.testing.assert_allclose((made + 1) * 127.5, gan.generate(1, seed=0), atol=0.51)


@pytest.mark.slow
@pytest.mark.parametrize("ema_decay", [0.9, None])
def test_low_precision_of_stylegan2(tmp_path, ema_decay):
    networks = keras_gan.networks.stylegan2(
        (16, 16, 3), 8, mapping_layers=1, channel_base=128, low_precision=2
    )
    plain = keras_gan.networks.stylegan2((16, 16, 3), 8, mapping_layers=1, channel_base=128)
    gan = keras_gan.StyleGAN2(*networks, ema_decay=ema_decay)
    plain[0].set_weights(gan.generator.get_weights())
    latents = gan.sample_latents(1, seed=0)
    expected = np.clip(plain[0](latents), -1, 1)
    np.testing.assert_allclose(run(gan, tmp_path, "onnx", {"latents": latents}), expected, atol=1e-4)
    if ema_decay:
        np.testing.assert_allclose(np.clip(gan.synthesize(latents), -1, 1), expected, atol=1e-4)


@pytest.mark.slow
def test_names_of_inputs_outputs_and_axes(tmp_path):
    import onnx

    gan = keras_gan.Pix2Pix(
        keras_gan.networks.resnet((None, None, 3), blocks=1, filters=2),
        keras_gan.networks.patchgan((16, 16, 3), 3, filters=2, receptive_field=16),
    )
    graph = onnx.load(gan.export(tmp_path / "m.onnx", format="onnx")).graph
    (given,), (made,) = graph.input, graph.output
    assert (given.name, made.name) == ("source", "images")
    assert [d.dim_param or d.dim_value for d in given.type.tensor_type.shape.dim] == [
        "batch",
        "height",
        "width",
        3,
    ]
    about = json.loads((tmp_path / "m.onnx.metadata.json").read_text())
    assert about["inputs"]["source"]["range"] == [-1, 1]
    # Of any size, of those too that the network itself cannot take.
    images = np.random.default_rng(0).uniform(-1, 1, (2, 33, 47, 3)).astype("float32")
    made = exports.ONNX(tmp_path / "m.onnx")({"source": images})
    assert made.shape == (2, 33, 47, 3)
    np.testing.assert_allclose((made + 1) * 127.5, gan.translate(images), atol=0.51)


@pytest.mark.slow
def test_sizes_and_batches(tmp_path):
    gan = tiny_gan()
    for format, name, batch in (("litert", "m.tflite", 1), ("onnx", "m.onnx", None)):
        gan.export(tmp_path / name, format=format)
        about = json.loads((tmp_path / f"{name}.metadata.json").read_text())
        assert about["inputs"]["latents"]["shape"] == [batch, gan.generator.input_shape[-1]]
    latents = gan.sample_latents(5, seed=0)
    expected = gan.synthesize(latents)
    for format in RUNTIMES:
        np.testing.assert_allclose(
            run(gan, tmp_path, format, {"latents": latents}, batch=5), expected, atol=1e-5
        )
    np.testing.assert_allclose(
        run(gan, tmp_path, "litert", {"latents": latents[:1]}), expected[:1], atol=1e-5
    )
    sr = keras_gan.SRGAN(
        keras_gan.networks.srvggnet(2, filters=4, convolutions=1),
        keras_gan.networks.srgan_discriminator((16, 16, 3), filters=2, units=2),
    )
    images = np.random.default_rng(0).uniform(-1, 1, (1, 12, 20, 3)).astype("float32")
    made = run(sr, tmp_path, "litert", {"source": images}, shape=(12, 20))
    np.testing.assert_allclose(made, np.clip(sr.generator(images), -1, 1), atol=1e-5)


@pytest.mark.slow
def test_quantised_files_are_smaller_and_near(tmp_path):
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=16, filters=16, kernel_size=3))
    latents = gan.sample_latents(1, seed=0)
    sizes, expected = {}, gan.synthesize(latents)
    for quantize, off in ((None, 1e-5), ("float16", 1e-2), ("int8", 0.1)):
        options = {} if quantize is None else {"quantize": quantize}
        made = run(gan, tmp_path, "litert", {"latents": latents}, **options)
        sizes[quantize] = (tmp_path / "model.tflite").stat().st_size
        assert np.abs(made - expected).max() < off, quantize
    assert sizes["int8"] < 0.4 * sizes[None] and sizes["float16"] < 0.6 * sizes[None]
    sr = keras_gan.SRGAN(
        keras_gan.networks.srvggnet(2, filters=4, convolutions=1),
        keras_gan.networks.srgan_discriminator((16, 16, 3), filters=2, units=2),
    )
    with pytest.raises(ValueError, match="representative"):
        sr.export(tmp_path / "s.tflite", format="litert", quantize="int8")
    images = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 3)).astype("float32")
    sr.export(tmp_path / "s.tflite", format="litert", quantize="int8", representative=[images])


DRAWS = """
import sys, numpy as np, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1])
print(session.run(None, {"latents": np.zeros((1, 4), "float32")})[0].ravel()[:4])
"""


def test_noise_of_onnx_differs_from_process_to_process(tmp_path):
    """tf2onnx gives it seed 0: the same noise in every process."""

    @keras.saving.register_keras_serializable("tests")
    class Noise(keras.layers.Layer):
        def call(self, x):
            import tensorflow as tf

            return x + tf.random.normal(tf.shape(x))

    z = keras.Input((4,))
    made = keras.layers.Reshape((8, 8, 1))(Noise()(keras.layers.Dense(64)(z)))
    gan = keras_gan.GAN(keras.Model(z, made), tiny_gan().discriminator)
    path = gan.export(tmp_path / "m.onnx", format="onnx")
    drawn = [
        subprocess.run([sys.executable, "-c", DRAWS, path], capture_output=True, text=True) for _ in range(2)
    ]
    assert drawn[0].returncode == 0 and drawn[0].stdout != drawn[1].stdout


@pytest.mark.parametrize(
    ("name", "format", "options", "message"),
    [
        ("x.h5", "saved_model", {}, "is the name of a file"),
        ("x.tflite", "saved_model", {}, "format='litert'"),
        ("x.onnx", "litert", {}, r"must end in \.tflite"),
        ("folder", "onnx", {}, r"must end in \.onnx"),
        ("folder.onnx", "onnx", {}, "is a folder"),
        ("x", "saved_model", {"batch": 2}, "takes no options"),
        ("x.onnx", "onnx", {"quantize": "int8"}, "takes `batch`"),
        ("x.tflite", "litert", {"shape": (8, 8)}, "takes `batch`, `quantize`"),
        ("x.tflite", "litert", {"quantize": "int4"}, "float16.*int8"),
        ("x.tflite", "litert", {"batch": -1}, "positive"),
        ("x", "torch", {}, "saved_model"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, name, format, options, message):
    (tmp_path / "folder.onnx").mkdir()
    with pytest.raises(ValueError, match=message):
        tiny_gan().export(tmp_path / name, format=format, **options)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.onnx"]


def test_an_operation_that_litert_lacks_is_named(tmp_path):
    @keras.saving.register_keras_serializable("tests")
    class Inverse(keras.layers.Layer):
        def call(self, x):
            import tensorflow as tf

            return tf.linalg.inv(x + tf.eye(8) * 9.0)[..., None]

    z = keras.Input((4,))
    made = Inverse()(keras.layers.Reshape((8, 8))(keras.layers.Dense(64)(z)))
    gan = keras_gan.GAN(keras.Model(z, made), tiny_gan().discriminator)
    with pytest.raises(ValueError, match=r"operations that LiteRT lacks \(.*MatrixInverse"):
        gan.export(tmp_path / "m.tflite", format="litert")
    assert not list(tmp_path.iterdir()) and export_files.QUANTIZATIONS
