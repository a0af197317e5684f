"""Saliency against captum's figures and closed forms."""

import importlib

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.explain import overlay, saliency
from tests.conftest import golden


@pytest.fixture(scope="module")
def captum():
    return dict(np.load(golden("explain/captum.npz")))


@pytest.fixture
def twin(captum):
    """The network that captum explained."""
    images = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(4, 3, padding="same")(images)
    x = keras.layers.LeakyReLU(0.2)(x)
    x = keras.layers.ZeroPadding2D(1)(x)
    x = keras.layers.Conv2D(6, 3, strides=2, activation="tanh", name="features")(x)
    network = keras.Model(images, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
    kernels = [captum[f"kernel_{i}"].transpose(2, 3, 1, 0) for i in range(2)]
    kernels.append(captum["kernel_2"].reshape(6, 4, 4).transpose(1, 2, 0).reshape(96, 1))
    network.set_weights([w for i, kernel in enumerate(kernels) for w in (kernel, captum[f"bias_{i}"])])
    np.testing.assert_allclose(network(captum["images"]), captum["logits"], atol=1e-5)
    return network


def close(found, wanted):
    np.testing.assert_allclose(found, wanted, atol=2e-5 * np.abs(wanted).max() + 1e-6)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("gradient", {"method": "gradient"}),
        ("integrated", {"method": "integrated"}),
        ("integrated_from", {"method": "integrated", "baseline": -1.0}),
        ("occlusion", {"method": "occlusion", "window": 4, "stride": 2}),
        ("grad_cam_large", {"method": "grad_cam"}),
        ("grad_cam_large", {"method": "grad_cam", "layer": "features"}),
    ],
)
def test_equal_to_captum(twin, captum, name, options):
    close(saliency(twin, captum["images"], target=0, **options), captum[name])
    close(saliency(twin, captum["images"], target=0, batch_size=2, **options), captum[name])


@pytest.fixture
def gan():
    keras.utils.set_random_seed(1)
    networks = keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=8)
    for network in networks:
        # Far enough from the start for logits that differ.
        network.set_weights([8.0 * w if w.ndim == 4 else w for w in network.get_weights()])
    return keras_gan.GAN(*networks)


def test_integrated_gradients_are_complete(gan):
    images = gan.generate(5, seed=1)
    maps = saliency(gan, images, "integrated", steps=200)
    scaled = images.astype("float32") / 127.5 - 1.0
    logits = [
        keras.ops.convert_to_numpy(gan.discriminate(x, training=False))[:, 0] for x in (scaled, 0 * scaled)
    ]
    gap = maps.sum(axis=(1, 2, 3)) - (logits[0] - logits[1])
    assert np.abs(logits[0] - logits[1]).min() > 1e-3
    assert np.abs(gap).max() <= 1e-3 * np.abs(logits[0] - logits[1]).max()


def test_occlusion_of_a_linear_discriminator_is_the_sum_of_its_weights_in_the_window(gan):
    images = keras.Input((16, 16, 1))
    linear = keras.Model(images, keras.layers.Dense(1)(keras.layers.Flatten()(images)))
    gan = keras_gan.GAN(gan.generator, linear)
    x = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 1)).astype("float32")
    maps = saliency(gan, x, "occlusion", window=4, stride=4)
    parts = (x * linear.get_weights()[0].reshape(16, 16, 1)).reshape(2, 4, 4, 4, 4, 1).sum(axis=(2, 4))
    np.testing.assert_allclose(maps, parts.repeat(4, axis=1).repeat(4, axis=2), atol=1e-5)


def test_windows_cover_images_that_they_do_not_divide(gan):
    x = np.random.default_rng(0).uniform(-1, 1, (1, 16, 16, 1)).astype("float32")
    assert (saliency(gan, x, "occlusion", window=5, stride=3) != 0).all()


def test_grad_cam_of_a_linear_head_is_cam():
    images = keras.Input((8, 8, 3))
    features = keras.layers.Conv2D(5, 3, padding="same", activation="relu", name="features")(images)
    classes = keras.layers.Dense(4)(keras.layers.GlobalAveragePooling2D()(features))
    network = keras.Model(images, classes)
    x = np.random.default_rng(0).uniform(-1, 1, (3, 8, 8, 3)).astype("float32")
    maps = saliency(network, x, "grad_cam", target=2)
    seen = keras.Model(images, features)(x).numpy()
    # The head weighs means of 64 places.
    cam = np.maximum(seen @ network.get_weights()[2][:, 2:3], 0.0) / 64
    np.testing.assert_allclose(maps, cam, atol=1e-6)


def test_a_classifier_is_explained_for_its_largest_output():
    images = keras.Input((4, 4, 1))
    network = keras.Model(images, keras.layers.Dense(3)(keras.layers.Flatten()(images)))
    x = np.random.default_rng(0).uniform(-1, 1, (6, 4, 4, 1)).astype("float32")
    largest = network.predict(x, verbose=0).argmax(axis=1)
    assert len(set(largest)) > 1
    kernel = network.get_weights()[0]
    np.testing.assert_allclose(
        saliency(network, x, "gradient"), kernel[:, largest].T.reshape(x.shape), atol=1e-6
    )


def test_a_condition_counts():
    networks = keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4, num_classes=3)
    gan = keras_gan.ConditionalGAN(*networks, num_classes=3)
    images = gan.generate(4, seed=0, labels=1)
    maps = [saliency(gan, images, "gradient", labels=label) for label in (1, 2, [1, 1, 1, 2])]
    assert not np.allclose(maps[0], maps[1], atol=1e-9)
    np.testing.assert_allclose(maps[2], np.concatenate([maps[0][:3], maps[1][3:]]), atol=1e-7)
    with pytest.raises(ValueError, match="give `labels`"):
        saliency(gan, images)


def test_a_discriminator_without_maps_goes_without_grad_cam(gan):
    from keras_gan.runs.explanation import saliency_sheet

    flat = keras.Sequential([keras.Input((16, 16, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    sheets = [saliency_sheet(g, g.generate(2, seed=0)) for g in (gan, keras_gan.GAN(gan.generator, flat))]
    assert sheets[0].width > sheets[1].width


def test_several_maps_of_patches_are_explained_whole(gan):
    images = keras.Input((16, 16, 1))
    maps = [keras.layers.Conv2D(1, 3, strides=s, padding="same")(images) for s in (2, 4)]
    gan = keras_gan.GAN(gan.generator, keras.Model(images, maps))
    x = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 1)).astype("float32")
    found = saliency(gan, x, "integrated", steps=2)
    means = sum(
        keras.ops.convert_to_numpy(m).mean(axis=(1, 2, 3)) for m in gan.discriminate(x, training=False)
    )
    np.testing.assert_allclose(found.sum(axis=(1, 2, 3)), means, atol=1e-5)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"method": "smooth"}, "`method` must be one of"),
        ({"steps": 0}, "`steps` must be a positive int"),
        ({"baseline": np.zeros(3)}, "`baseline` must be a number"),
        ({"method": "occlusion", "window": 17}, "`window` is larger than the images"),
        ({"method": "grad_cam", "layer": "no"}, "There are: down_1"),
        ({"target": 0}, "`target` is an output of a classifier"),
        ({"labels": 1}, "This model has no classes"),
        ({"images": np.zeros((2, 8, 8, 1), "uint8")}, "`images` must have the shape"),
        ({"images": np.full((2, 16, 16, 1), 255.0)}, "floats in \\[-1, 1\\]. Received: up to 255"),
        ({"images": np.full((2, 16, 16, 1), np.nan)}, "NaN"),
        ({"images": np.zeros((0, 16, 16, 1))}, "`images` must have the shape"),
    ],
)
def test_wrong_input_is_refused(gan, given, message):
    given = {"images": np.zeros((2, 16, 16, 1), "uint8"), **given}
    with pytest.raises(ValueError, match=message):
        saliency(gan, **given)


def test_models_without_a_discriminator_of_images_are_refused():
    encoder, decoder = keras_gan.networks.vae((8, 8, 1), latent_dim=2)
    with pytest.raises(ValueError, match="A VAE has no discriminator"):
        saliency(keras_gan.VAE(encoder, decoder), np.zeros((1, 8, 8, 1), "uint8"))


def test_overlay_is_red_where_positive_and_blue_where_negative():
    maps = np.zeros((1, 4, 4, 1))
    maps[0, :2], maps[0, 3] = 2.0, -1.0
    drawn = overlay(np.full((1, 4, 4, 3), 100, "uint8"), maps)
    assert (drawn[0, 0] == [178, 50, 50]).all() and (drawn[0, 2] == 100).all()
    assert (drawn[0, 3] == [75, 75, 139]).all()


def test_its_graph_is_traced_once_and_follows_weights_and_arguments(gan, monkeypatch, tmp_path):
    module, traced = importlib.import_module("keras_gan.explain.activations"), []
    make = module.as_graph
    monkeypatch.setattr(module, "as_graph", lambda *args: traced.append(1) or make(*args))
    images = gan.generate(3, seed=1)
    first = saliency(gan, images, "gradient")
    np.testing.assert_array_equal(saliency(gan, images[:2], "gradient"), first[:2])
    assert len(traced) == 1
    network = gan.discriminator
    network.set_weights([3 * w if w.shape[-1:] == (1,) else w for w in network.get_weights()])
    np.testing.assert_allclose(saliency(gan, images, "gradient"), 3 * first, rtol=1e-4, atol=1e-7)
    assert len(traced) == 1
    # Another GAN of the same discriminator may read it otherwise.
    saliency(keras_gan.GAN(gan.generator, network), images, "gradient")
    assert len(traced) == 2
    network.save(tmp_path / "discriminator.keras")
    again = keras.saving.load_model(tmp_path / "discriminator.keras")
    np.testing.assert_allclose(again(np.zeros((1, 16, 16, 1))), network(np.zeros((1, 16, 16, 1))))


def test_a_changed_layer_is_seen():
    """A classifier's softmax is often taken away before it is explained."""
    images = np.random.default_rng(0).uniform(-1, 1, (2, 8, 8, 1)).astype("float32")
    inputs = keras.Input((8, 8, 1))
    network = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(keras.layers.Flatten()(inputs)))
    saliency(network, images, "gradient", target=1)
    network.layers[-1].activation = keras.activations.linear
    kernel = network.get_weights()[0][:, 1].reshape(1, 8, 8, 1)
    np.testing.assert_allclose(
        saliency(network, images, "gradient", target=1), np.repeat(kernel, 2, 0), atol=1e-6
    )
