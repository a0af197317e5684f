"""The official networks from image to image against outputs of the original code."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import torch_file
from keras_gan.convert import state_dict
from tests.conftest import golden

FILES = {
    "esrgan_rrdb_nf8_nb2_gc4_x4": "rrdbnet",
    "patchgan_n3_ndf8_batch": "patchgan",
    "patchgan_n3_ndf8_instance": "patchgan",
    "resnet_6blocks_ngf8": "resnet",
    "resnet_6blocks_ngf8_legacy": "resnet",
    "resnet_9blocks_ngf8": "resnet",
    "unet_256_ngf8": "unet",
}


@pytest.mark.parametrize("name", FILES)
def test_output_is_the_original_networks(name):
    network = keras_gan.convert.load(golden(f"translation/{name}.pth"))
    assert network.name == FILES[name]
    arrays = np.load(golden(f"translation/{name.removesuffix('_legacy')}.npz"))
    output = network(arrays["input"].transpose(0, 2, 3, 1)).numpy().transpose(0, 3, 1, 2)
    np.testing.assert_allclose(output, arrays["output"], atol=1e-4 * arrays["output"].std())


@pytest.mark.slow
def test_the_saved_model_takes_and_gives_the_networks_images(tmp_path):
    network, folder = keras_gan.convert.convert(
        golden("translation/resnet_6blocks_ngf8.pth"), tmp_path / "resnet"
    )
    images = np.random.default_rng(0).uniform(-1, 1, (2, 16, 24, 1)).astype("float32")
    served = tf.saved_model.load(folder).signatures["serving_default"](images=tf.constant(images))["images"]
    np.testing.assert_allclose(served, network(images), atol=1e-5)
    assert '"range": [\n    -1,\n    1\n  ]' in (tmp_path / "resnet" / "metadata.json").read_text()


@pytest.mark.parametrize("name", [name for name in FILES if "legacy" not in name])
def test_every_family_leaves_as_a_saved_model(name, tmp_path):
    network, folder = keras_gan.convert.convert(golden(f"translation/{name}.pth"), tmp_path / "model")
    arrays = np.load(golden(f"translation/{name}.npz"))["input"].transpose(0, 2, 3, 1)
    served = tf.saved_model.load(folder).signatures["serving_default"](images=tf.constant(arrays))["images"]
    np.testing.assert_allclose(served, network(arrays), atol=1e-4)


def weights_of(network, names):
    """The state dict that PyTorch would have of a network."""
    state, weighted = {}, [layer for layer in network.layers if layer.weights and "dropout" not in layer.name]
    rng = np.random.default_rng(0)
    for layer, name in zip(weighted, names, strict=True):
        if hasattr(layer, "kernel"):
            state[f"{name}.weight"] = rng.normal(size=np.array(layer.kernel.shape)[[3, 2, 0, 1]]) * 0.1
            if layer.use_bias:
                state[f"{name}.bias"] = rng.normal(size=layer.bias.shape)
        else:
            for suffix in ("weight", "bias", "running_mean", "running_var"):
                state[f"{name}.{suffix}"] = rng.uniform(0.5, 1, layer.gamma.shape)
    return {key: value.astype("float32") for key, value in state.items()}


def loaded(state, monkeypatch):
    monkeypatch.setattr(torch_file, "read", lambda path: state)
    return keras_gan.convert.load("file.pth")


def msrresnet_state(scale=4):
    network = keras_gan.networks.msrresnet(scale, filters=4, blocks=2)
    ups = ["upconv1", "upconv2"][: 1 if scale < 4 else 2]
    names = [
        "conv_first",
        *(f"body.{b}.conv{i}" for b in (0, 1) for i in (1, 2)),
        *ups,
        "conv_hr",
        "conv_last",
    ]
    return weights_of(network, names)


def reference_msrresnet(state, x, scale):
    """BasicSR's formula in NumPy, NCHW."""

    def convolve(x, name):
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
        y = np.einsum("nchwij,ocij->nohw", windows, state[f"{name}.weight"])
        return y + state[f"{name}.bias"][:, None, None]

    def leaky(x):
        return np.where(x > 0, x, 0.1 * x)

    def shuffle(x, r):
        n, c, h, w = x.shape
        return x.reshape(n, c // r**2, r, r, h, w).transpose(0, 1, 4, 2, 5, 3).reshape(n, -1, h * r, w * r)

    y = leaky(convolve(x, "conv_first"))
    for b in (0, 1):
        y = y + convolve(np.maximum(convolve(y, f"body.{b}.conv1"), 0), f"body.{b}.conv2")
    for name in ("upconv1", "upconv2"):
        if f"{name}.weight" in state:
            y = leaky(shuffle(convolve(y, name), 2 if scale == 4 else scale))
    y = convolve(leaky(convolve(y, "conv_hr")), "conv_last")
    enlarged = tf.image.resize(x.transpose(0, 2, 3, 1), (x.shape[2] * scale, x.shape[3] * scale)).numpy()
    return y + enlarged.transpose(0, 3, 1, 2)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_msrresnet(scale, monkeypatch):
    state = msrresnet_state(scale)
    network = loaded({"params": state}, monkeypatch)
    x = np.random.default_rng(1).uniform(size=(1, 3, 5, 6)).astype("float32")
    expected = reference_msrresnet(state, x, scale)
    output = network(x.transpose(0, 2, 3, 1)).numpy().transpose(0, 3, 1, 2)
    np.testing.assert_allclose(output, expected, atol=1e-4 * expected.std())


NAMES = {
    "resnet": [
        *(f"model.{i}" for i in (1, 4, 7)),
        *(f"model.{b}.conv_block.{i}" for b in (10, 11) for i in (1, 5)),
        *(f"model.{i}" for i in (12, 15, 19)),
    ],
    "unet": [
        *("model.model.0", "model.model.1.model.1", "model.model.1.model.3.model.1"),
        *("model.model.1.model.3.model.3", "model.model.1.model.5", "model.model.3"),
    ],
    "patchgan": [f"model.{i}" for i in (0, 2, 5, 8, 11)],
    "pixel": ["net.0", "net.2", "net.5"],
}


@pytest.mark.parametrize("family", NAMES)
def test_without_normalisation_there_are_no_biases(family, monkeypatch):
    """junyanz' `--norm none`: the convolutions that a norm would follow have none."""
    make = {
        "resnet": lambda: keras_gan.networks.resnet(
            (None, None, 3), blocks=2, filters=4, normalization="none"
        ),
        "unet": lambda: keras_gan.networks.unet((8, 8, 3), filters=4, normalization="none"),
        "patchgan": lambda: keras_gan.networks.patchgan((None, None, 3), filters=4, normalization="none"),
        "pixel": lambda: keras_gan.networks.patchgan(
            (None, None, 3), receptive_field=1, filters=4, normalization="none"
        ),
    }[family]
    network, names = make(), NAMES[family]
    state = weights_of(network, names)
    with_bias = {
        "resnet": names[-1:],
        "unet": names[-1:],
        "patchgan": [names[0], names[-1]],
        "pixel": names[:1],
    }
    for name in set(names) - set(with_bias[family]):
        state[f"{name}.bias"] *= 0
    images = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 3)).astype("float32")
    images = images[:, :8, :8] if family == "unet" else images
    # With its biases, of zero, the file would be taken for one with instance normalisation.
    state_dict.assign(network, dict(state), state_dict.chain(network, names), "all biases")
    bare = {key: v for key, v in state.items() if not key.endswith("bias") or key[:-5] in with_bias[family]}
    np.testing.assert_array_equal(loaded(bare, monkeypatch)(images), network(images))


def test_newer_names_averages_and_smaller_scales(monkeypatch):
    """Real-ESRGAN: `params_ema` before `params`, new names, pixels to channels at scale 2."""
    network = keras_gan.networks.rrdbnet(2, filters=8, blocks=2, growth=4)
    names = [f"body.{b}.rdb{i}.conv{j}" for b in (0, 1) for i in (1, 2, 3) for j in range(1, 6)]
    names = ["conv_first", *names, "conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last"]
    state = weights_of(network, names)
    other = {name: value + 1 for name, value in state.items()}
    found = loaded({"params": other, "params_ema": state}, monkeypatch)
    images = np.random.default_rng(0).uniform(size=(1, 6, 4, 3)).astype("float32")
    assert found(images).shape == (1, 12, 8, 3)
    # Channel c, row i and column j of a square become channel 4c + 2i + j.
    shuffled = next(layer for layer in found.layers if hasattr(layer, "factor"))(images).numpy()
    np.testing.assert_array_equal(shuffled[0, 0, 0], images[0, :2, :2].transpose(2, 0, 1).ravel())


def test_running_statistics_of_norms_without_weights_are_dropped(monkeypatch):
    state = torch_file.read(golden("translation/resnet_6blocks_ngf8.pth"))
    old = {"module." + name: value for name, value in state.items()}
    old |= {f"module.model.2.{name}": np.ones(8, "float32") for name in ("running_mean", "running_var")}
    old["module.model.2.num_batches_tracked"] = np.int64(3) * np.ones((), "int64")
    found = loaded(old, monkeypatch)
    np.testing.assert_array_equal(found.layers[2].kernel, state["model.1.weight"].transpose(2, 3, 1, 0))


def test_dropout_in_the_blocks_moves_the_names(monkeypatch):
    state = torch_file.read(golden("translation/resnet_6blocks_ngf8.pth"))
    moved = {name.replace("conv_block.5", "conv_block.6"): value for name, value in state.items()}
    images = np.ones((1, 16, 16, 1), "float32")
    expected = keras_gan.convert.load(golden("translation/resnet_6blocks_ngf8.pth"))(images)
    np.testing.assert_array_equal(loaded(moved, monkeypatch)(images), expected)


def test_pixel_discriminator(monkeypatch):
    network = keras_gan.networks.patchgan((8, 8, 6), receptive_field=1, filters=4)
    state = weights_of(network, ["net.0", "net.2", "net.3", "net.5"])
    assert loaded(state, monkeypatch).output_shape == (None, None, None, 1)


def rrdbnet_state():
    network = keras_gan.networks.rrdbnet(4, filters=4, blocks=1, growth=2)
    dense = [f"body.0.rdb{i}.conv{j}" for i in (1, 2, 3) for j in range(1, 6)]
    return weights_of(
        network, ["conv_first", *dense, "conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last"]
    )


WHOLE = {
    "resnet": lambda: weights_of(
        keras_gan.networks.resnet((None, None, 3), blocks=2, filters=4), NAMES["resnet"]
    ),
    "unet": lambda: weights_of(
        keras_gan.networks.unet((8, 8, 3), filters=4, normalization="instance"), NAMES["unet"]
    ),
    "patchgan": lambda: weights_of(
        keras_gan.networks.patchgan((None, None, 3), filters=4, normalization="instance"), NAMES["patchgan"]
    ),
    "pixel": lambda: weights_of(
        keras_gan.networks.patchgan((None, None, 3), receptive_field=1, filters=4, normalization="instance"),
        NAMES["pixel"],
    ),
    "rrdbnet": rrdbnet_state,
    "msrresnet": msrresnet_state,
}


@pytest.mark.slow
@pytest.mark.parametrize("family", WHOLE)
def test_whatever_is_missing_or_misshapen_is_a_readable_error(family, monkeypatch):
    whole = WHOLE[family]()
    loaded(dict(whole), monkeypatch)
    # Without its first, a file may be of no known family; others must not be taken for a smaller network.
    for name in whole:
        for array in (None, whole[name].ravel(), whole[name][..., None]):
            state = (
                {**whole, name: array} if array is not None else {k: v for k, v in whole.items() if k != name}
            )
            if array is not None and array.shape == whole[name].shape:
                continue
            with pytest.raises(ValueError, match="file.pth"):
                loaded(state, monkeypatch)


def test_weights_that_are_no_numbers_are_refused(monkeypatch):
    state = rrdbnet_state()
    state["conv_hr.weight"][0, 0] = np.nan
    with pytest.raises(ValueError, match="`conv_hr.weight` has values that are NaN"):
        loaded(state, monkeypatch)


def test_what_does_not_fit_is_listed(monkeypatch):
    state = torch_file.read(golden("translation/resnet_6blocks_ngf8.pth"))
    state["model.16.weight"] = state["model.16.weight"][:, :, :2]
    state["model.99.weight"] = state.pop("model.4.bias")
    with pytest.raises(ValueError, match=r"3 differences.*`model.4.bias` is missing.*\(32, 16, 2, 3\).*99"):
        loaded(state, monkeypatch)
    with pytest.raises(ValueError, match=r"no known family.*'a.weight'.*RRDBNet"):
        loaded({"a.weight": np.ones((2, 2), "float32")}, monkeypatch)
    with pytest.raises(ValueError, match="no state dict"):
        loaded({"epoch": 3}, monkeypatch)
