"""The official networks from latents to images against outputs of the original code."""

import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import save_file

import keras_gan
from keras_gan import networks
from keras_gan.convert import style
from keras_gan.layers.noise_injection import noise_of
from tests.conftest import golden

STYLEGAN2 = ("skip_32", "skip_16_cond3", "resnet_16", "orig_16")


def close(found, expected, near=1e-4):
    np.testing.assert_allclose(found, expected, atol=near * expected.std())


@pytest.mark.parametrize("name", STYLEGAN2)
def test_stylegan2_equals_the_official_networks(name):
    path = golden(f"stylegan2/stylegan2_{name}.npz")
    arrays = np.load(path)
    classes = arrays["label"].shape[1]
    generator, discriminator = (keras_gan.convert.load(path, prefix) for prefix in ("G.", "D."))

    def given(x):
        return [x, arrays["label"].argmax(1)] if classes else x

    ws, official = generator.get_layer("mapping")(given(arrays["z"])), arrays["w"][:, 0]
    close(ws, official)
    # Random biases are zero and w's nearly equal: what differs between them is right too.
    close(np.diff(ws, axis=0), np.diff(official, axis=0), 2e-3)
    synthesis = generator.get_layer("synthesis")
    for noise, w, image in (("const", "w_psi07", "image_const_psi07"), ("none", "w", "image_none")):
        with noise_of(noise):
            close(synthesis(arrays[w]), arrays[image].transpose(0, 2, 3, 1))
    with noise_of("none"):
        close(generator(given(arrays["z"])), arrays["image_none"].transpose(0, 2, 3, 1))
    if classes:
        # How many images a group has is not in a file of weights.
        deviation = next(x for x in discriminator.layers if isinstance(x, keras_gan.layers.MinibatchStdDev))
        deviation.group_size = 2
    close(discriminator(given(arrays["d_input"].transpose(0, 2, 3, 1))), arrays["d_output"])
    gan = keras_gan.convert.as_gan(generator)
    condition = tf.constant(arrays["label"].argmax(1), tf.int32) if classes else None
    close(
        gan.synthesize(tf.constant(arrays["z"]), condition, truncation=0.7),
        arrays["image_const_psi07"].transpose(0, 2, 3, 1),
    )


@pytest.mark.parametrize("configuration", ["t", "r"])
def test_stylegan3_equals_the_official_network(configuration):
    path = golden(f"stylegan3/stylegan3_{configuration}_32.npz")
    arrays, generator = np.load(path), keras_gan.convert.load(path, "G.")
    gan = keras_gan.convert.as_gan(generator)
    close(gan.synthesize(tf.constant(arrays["z"]), truncation=0.7), arrays["image"].transpose(0, 2, 3, 1))
    close(gan.synthesize(tf.constant(arrays["w_psi07"])), arrays["image"].transpose(0, 2, 3, 1))


def test_progan_equals_the_official_networks():
    path = golden("progan/progan_16.npz")
    arrays = np.load(path)
    generator, discriminator = (keras_gan.convert.load(path, prefix) for prefix in ("G.", "D."))
    for old in ("0.0", "0.3", "1.0"):
        for network in (generator, discriminator):
            network.alpha.assign(1.0 - float(old))
        close(generator(arrays["z"]), arrays[f"image_alpha{old}"].transpose(0, 2, 3, 1))
        close(discriminator(arrays["d_input"].transpose(0, 2, 3, 1)), arrays[f"d_output_alpha{old}"])


@pytest.mark.parametrize(
    "name", ["stylegan2/stylegan2_skip_16_cond3", "stylegan3/stylegan3_t_32", "progan/progan_16"]
)
@pytest.mark.slow
def test_a_generator_leaves_as_a_sampler(name, tmp_path):
    path = golden(f"{name}.npz")
    generator, folder = keras_gan.convert.convert(path, tmp_path / "model", "G.")
    sampler, gan = tf.saved_model.load(folder), keras_gan.convert.as_gan(generator)
    labels = [] if gan.condition is None else [1]
    given = {} if gan.condition is None else {"labels": 1}
    np.testing.assert_array_equal(
        sampler.sample(2, 5, 0.7, *labels), gan.generate(2, 5, truncation=0.7, **given)
    )


@pytest.mark.parametrize("name", ["skip_16_cond3", "resnet_16"])
def test_a_discriminator_leaves_as_a_saved_model(name, tmp_path):
    path = golden(f"stylegan2/stylegan2_{name}.npz")
    network, folder = keras_gan.convert.convert(path, tmp_path / "model", "D.")
    given = {"images": tf.constant(np.load(path)["d_input"].transpose(0, 2, 3, 1))}
    if isinstance(network.input_shape, list):
        given["labels"] = tf.constant(np.load(path)["label"].argmax(1), network.inputs[1].dtype)
    served = tf.saved_model.load(folder).signatures["serving_default"](**given)["images"]
    np.testing.assert_allclose(
        served, network(list(given.values()) if len(given) > 1 else given["images"]), atol=1e-5
    )


def test_safetensors(tmp_path):
    source = golden("stylegan2/stylegan2_resnet_16.npz")
    arrays = {
        k.removeprefix("G."): np.array(v, order="C") for k, v in np.load(source).items() if k.startswith("G.")
    }
    save_file(arrays, tmp_path / "G.safetensors")
    for a, b in zip(
        keras_gan.convert.load(tmp_path / "G.safetensors").weights,
        keras_gan.convert.load(source, "G.").weights,
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("file", "name", "array"),
    [
        ("stylegan3/stylegan3_t_32.npz", "synthesis.L0_", None),
        ("stylegan3/stylegan3_t_32.npz", "synthesis.L1_", None),
        ("stylegan2/stylegan2_resnet_16.npz", "synthesis.b4.conv1.weight", np.float32(1.0)),
    ],
)
def test_what_is_misshapen_is_a_readable_error(tmp_path, file, name, array):
    arrays = {k.removeprefix("G."): v for k, v in np.load(golden(file)).items() if k.startswith("G.")}
    name = next(k for k in arrays if k.startswith(name) and k.endswith(".weight") and "affine" not in k)
    arrays[name] = array
    np.savez(tmp_path / "G.npz", **{k: v for k, v in arrays.items() if v is not None})
    with pytest.raises(ValueError, match=r"G\.npz"):
        keras_gan.convert.load(tmp_path / "G.npz")


def test_two_networks_in_one_file_need_a_prefix(tmp_path):
    np.savez(tmp_path / "both.npz", **{f"{part}.x.weight": np.zeros((2, 2), "float32") for part in "GD"})
    with pytest.raises(ValueError, match=r"--prefix\): D\., G\."):
        keras_gan.convert.load(tmp_path / "both.npz")


def test_what_does_not_fit_is_named(tmp_path):
    source = golden("stylegan2/stylegan2_resnet_16.npz")
    arrays = {k.removeprefix("G."): v for k, v in np.load(source).items() if k.startswith("G.")}

    def refused(change, words):
        changed = dict(arrays)
        change(changed)
        np.savez(tmp_path / "G.npz", **changed)
        with pytest.raises(ValueError, match=words):
            keras_gan.convert.load(tmp_path / "G.npz")

    refused(lambda a: a.pop("synthesis.b8.conv0.affine.bias"), r"b8\.conv0\.affine\.bias` is missing")
    refused(lambda a: a.update({"synthesis.b8.extra": np.ones(3)}), r"b8\.extra` is unknown")
    refused(lambda a: a.update({"mapping.fc1.bias": np.ones(3)}), r"mapping\.fc1\.bias` has shape \(3,\)")
    refused(
        lambda a: a.update({"synthesis.b8.conv1.weight": np.ones((5, 24, 3, 3))}),
        "do not follow from one base",
    )
    with pytest.raises(ValueError, match="no names that begin with 'H.'"):
        keras_gan.convert.load(source, "H.")
    (tmp_path / "bad.npz").write_bytes(b"PK nothing")
    with pytest.raises(ValueError, match="cannot be read as a NumPy file"):
        keras_gan.convert.load(tmp_path / "bad.npz")
    np.savez(tmp_path / "pickled.npz", a=np.array([{"x": 1}], dtype=object))
    with pytest.raises(ValueError, match="cannot be read as a NumPy file"):
        keras_gan.convert.load(tmp_path / "pickled.npz")
    (tmp_path / "bad.safetensors").write_bytes(b"\x00" * 20)
    with pytest.raises(ValueError, match="file of safetensors"):
        keras_gan.convert.load(tmp_path / "bad.safetensors")


def test_other_filters_than_the_designed_ones_are_refused():
    arrays = dict(np.load(golden("stylegan3/stylegan3_t_32.npz")))
    state = {k.removeprefix("G."): v for k, v in arrays.items() if k.startswith("G.")}
    name = next(k for k in state if k.endswith("up_filter") and state[k].size > 1)
    state[name] = state[name] * 1.01
    with pytest.raises(ValueError, match="another filter"):
        style.stylegan3_generator(state)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stylegan2", "stylegan3"])
def test_networks_of_published_sizes_load(name):
    """At 1024 x 1024, of names and shapes alone: the weights are zeros."""
    network = getattr(networks, name)((1024, 1024, 3))[0]
    entries = style.FAMILIES[0 if name == "stylegan2" else 2]
    state = _state_of(network, name)
    found, _ = entries(state)
    assert [tuple(v.shape) for v in found.weights] == [tuple(v.shape) for v in network.weights]


def _state_of(network, name):
    """Zeros with the official names and shapes of a generator of ours."""
    state = {}
    for layer in style._weighted(network):
        stage, _, part = layer.name.partition("_")
        if name == "stylegan2":
            for official, variable, arrange in style._entries_of_stylegan2(network, "synthesis."):
                shape = tuple(variable.shape)
                if arrange is style._kernel:
                    shape = tuple(np.array(shape)[[3, 2, 0, 1]])
                elif arrange is np.transpose:
                    shape = shape[::-1]
                elif arrange is not None:
                    shape = shape[2:] + shape[:2]
                state[official] = np.zeros(shape, "float32")
            return state
        if layer.name == "input":
            state["synthesis.input.freqs"] = np.zeros((512, 2), "float32")
        elif stage.startswith("L") and not part:
            kernel, act = layer.weights[0].shape, network.get_layer("synthesis").get_layer(f"{stage}_act")
            official = f"synthesis.{stage}_{act.size}_{kernel[-1]}"
            state[f"{official}.weight"] = np.zeros(np.array(kernel)[[3, 2, 0, 1]], "float32")
        elif not stage.startswith("L") and layer.name != "average":
            state[f"mapping.{layer.name}.weight"] = np.zeros(layer.kernel.shape[::-1], "float32")
    return state
