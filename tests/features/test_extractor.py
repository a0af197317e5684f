import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from keras_gan import metrics
from keras_gan.features.extractor import shared
from tests.conftest import SHARED
from tests.metrics.networks import convolution, pixels


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_images_are_quantised_and_resized_as_clean_fid_does():
    images = np.random.default_rng(0).uniform(-1.2, 1.2, (2, 30, 20, 1)).astype("float32")
    levels = np.clip(np.round((images + 1) * 127.5), 0, 255)
    expected = [
        np.asarray(Image.fromarray(x[..., 0], mode="F").resize((40, 35), Image.BICUBIC)).clip(0, 255).ravel()
        for x in levels
    ]
    network = keras.Sequential([layers.Input((35, 40, 1)), layers.Flatten()])
    features = metrics.Extractor(network, value_range=(0, 255))(images)
    np.testing.assert_allclose(features, expected, atol=1e-3)
    # The same images as uint8; grey ones for a network that takes colour.
    np.testing.assert_array_equal(
        metrics.Extractor(network, value_range=(0, 255))(levels.astype("uint8")), features
    )
    network = keras.Sequential([layers.Input((35, 40, 3)), layers.Flatten()])
    colour = metrics.Extractor(network, value_range=(0, 255))(images)
    np.testing.assert_allclose(colour, np.repeat(expected, 3, axis=1), atol=1e-3)


def test_a_layers_output_and_maps_of_features():
    network = convolution()
    images = np.round(np.random.default_rng(0).uniform(0, 255, (3, 8, 8, 1))).astype("uint8")
    inner = keras.Model(network.inputs[0], network.get_layer("maps").output)
    expected = np.mean(inner(images / np.float32(127.5) - 1), axis=(1, 2))
    for layer in ("maps", "mean"):
        np.testing.assert_allclose(metrics.Extractor(network, layer=layer)(images), expected, atol=1e-6)
    assert metrics.Extractor(network).load().features == 5
    with pytest.raises(ValueError, match=r"no layer 'maxs'.*mean"):
        metrics.Extractor(network, layer="maxs").load()


def test_a_network_in_memory_is_stored_by_path_and_hash(tmp_path):
    extractor = metrics.Extractor(convolution(), layer="mean")
    config = extractor.get_config()
    assert extractor.sha256 in config["source"]
    images = np.zeros((2, 8, 8, 1), "uint8")
    again = metrics.Extractor.from_config(config)
    np.testing.assert_array_equal(again(images), extractor(images))
    # Another network at that place is another extractor.
    pixels(8).save(config["source"])
    with pytest.raises(ValueError, match="another one than it was"):
        metrics.Extractor.from_config(config)(images)


def test_the_hash_is_of_the_network_not_of_its_names():
    def network(factor):
        return keras.Sequential([layers.Input((4, 4, 1)), layers.Rescaling(factor), layers.Flatten()])

    hashes = [metrics.Extractor(network(factor)).sha256 for factor in (3.0, 3.0, 5.0)]
    assert hashes[0] == hashes[1] != hashes[2]
    assert metrics.Extractor(pixels(2)).sha256 != metrics.Extractor(pixels(4)).sha256


@pytest.mark.slow
def test_it_computes_in_float32_under_any_policy():
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 1)).astype("uint8")
    expected = metrics.Extractor(convolution())(images)
    keras.config.set_dtype_policy("mixed_float16")
    from keras_gan.features.train_extractor import train_classifier

    found = metrics.Extractor("inception", weights="random").load()._network
    assert found.layers[1].compute_dtype == "float32"
    classifier = train_classifier(images.astype("float32") / 127.5 - 1, np.array([0, 1]), 2, 1)
    assert classifier.layers[-1].compute_dtype == "float32"
    assert keras.config.dtype_policy().name == "mixed_float16"
    assert expected.dtype == "float32"


def test_a_config_survives_where_the_file_is_not(tmp_path):
    config = metrics.Extractor(convolution()).get_config()
    moved = {**config, "source": str(tmp_path / "elsewhere.keras")}
    again = metrics.Extractor.from_config(moved)
    assert again.get_config() == moved
    with pytest.raises(ValueError, match=r"no extractor.*elsewhere"):
        again.load()


def test_keras_files_and_saved_models(tmp_path, monkeypatch):
    network, images = convolution(), np.random.default_rng(0).integers(0, 256, (2, 8, 8, 1)).astype("uint8")
    expected = metrics.Extractor(network)(images)
    network.save(tmp_path / "network.keras")
    np.testing.assert_allclose(metrics.Extractor(tmp_path / "network.keras")(images), expected, atol=1e-6)
    monkeypatch.setenv("HOME", str(tmp_path))
    at_home = metrics.Extractor("~/network.keras")
    np.testing.assert_allclose(at_home(images), expected, atol=1e-6)
    assert at_home.get_config()["source"] == str(tmp_path / "network.keras")
    network.export(tmp_path / "exported", verbose=False)
    one = metrics.Extractor(tmp_path / "exported")
    np.testing.assert_allclose(one(images), expected, atol=1e-6)
    assert one.sha256 == metrics.Extractor(tmp_path / "exported").load().sha256


def test_within_shared_a_batch_is_looked_at_once():
    calls = []

    class Counting(layers.Layer):
        def call(self, x):
            calls.append(1)
            return x

    network = keras.Sequential([layers.Input((4, 4, 1)), Counting(), layers.Flatten()])
    extractor = metrics.Extractor(network)
    images = np.zeros((2, 4, 4, 1), "float32")
    extractor(images)
    calls.clear()
    with shared():
        assert extractor(images) is extractor(images)
    assert len(calls) == 1


def test_mobilenet_on_real_images(emoji_dir):
    weights = SHARED / "weights" / "mobilenet_v1_imagenet_1001.weights.h5"
    if not weights.exists():
        pytest.skip("MobileNet's weights are not at hand (../shared/weights)")
    network = keras.applications.MobileNet(weights=None, classes=1001, classifier_activation=None)
    network.load_weights(weights)
    extractor = metrics.Extractor(network, layer="global_average_pooling2d")
    files = sorted((emoji_dir / "test" / "google").rglob("*.png"))[:40:4]
    images = np.stack(
        [
            np.asarray(
                Image.alpha_composite(Image.new("RGBA", (64, 64), "white"), Image.open(f)).convert("RGB")
            )
            for f in files
        ]
    )
    features = np.asarray(extractor(images))
    assert features.shape == (10, 1024) and np.isfinite(features).all() and features.std() > 0.1
    # A picture is nearer to itself mirrored than to other pictures.
    mirrored = np.asarray(extractor(images[:, :, ::-1]))
    distances = np.linalg.norm(features[:, None] - mirrored, axis=-1)
    assert (distances.argmin(1) == np.arange(10)).mean() >= 0.9


def test_bad_input_is_refused(tmp_path):
    images = np.zeros((2, 8, 8, 3), "float32")
    for make, message in (
        (lambda: metrics.Extractor(3), "a name, a path or a keras.Model"),
        (lambda: metrics.Extractor("mobilnet")(images), "no extractor 'mobilnet'.*MobileNetV2"),
        (lambda: metrics.Extractor(tmp_path / "none.keras")(images), "no extractor"),
        (lambda: metrics.Extractor(tmp_path)(images), "neither a `.keras` file nor a SavedModel"),
        (lambda: metrics.Extractor(pixels())(images), "takes images with 1 channels"),
        (lambda: metrics.Extractor(pixels())(np.zeros((2, 5), "float32")), "takes images"),
        (lambda: metrics.Extractor(pixels(), value_range=(1, 0)), "value_range"),
        (
            lambda: metrics.Extractor("mobilenet_v2", weights=tmp_path / "no.h5")(images),
            "There is no file of weights",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            make()


def test_networks_that_compute_otherwise_have_other_hashes():
    """Operations without layers, and which output is taken, count; names do not."""

    def sha256(make, name="x"):
        inputs = keras.layers.Input((4, 4, 1), name=name)
        return metrics.Extractor(keras.Model(inputs, make(inputs))).sha256

    flatten = keras.layers.Flatten
    makers = [
        lambda x: flatten()(x * 2),
        lambda x: flatten()(keras.ops.tanh(x) * 3),
        lambda x: flatten()(x * 3),
        lambda x: [flatten()(x), flatten()(x * 2)],
        lambda x: [flatten()(x * 2), flatten()(x)],
    ]
    assert len({sha256(make) for make in makers}) == len(makers)
    assert sha256(makers[0], "a") == sha256(makers[0], "b")


def test_weights_and_ranges_that_would_be_ignored():
    with pytest.raises(ValueError, match="`weights` does not go"):
        metrics.Extractor(pixels(), weights="x.h5").load()
    with pytest.raises(ValueError, match="`value_range` does not go"):
        metrics.Extractor("inception", value_range=(0, 1)).load()
