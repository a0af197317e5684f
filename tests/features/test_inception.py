import keras
import numpy as np
import pytest

from keras_gan.features.inception import _set_weights, inception


def random_state(network):
    """A state dict in PyTorch's layout, drawn in the order of its names."""
    rng, shapes, state = np.random.default_rng(0), {}, {}
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            height, width, inputs, outputs = layer.kernel.shape
            shapes[f"{layer.name}.weight"] = (outputs, inputs, height, width)
        elif isinstance(layer, keras.layers.BatchNormalization):
            for part in ("weight", "bias", "running_mean", "running_var"):
                shapes[f"{layer.name}.{part}"] = tuple(layer.gamma.shape)
        elif isinstance(layer, keras.layers.Dense):
            shapes |= {"fc.weight": layer.kernel.shape[::-1], "fc.bias": layer.kernel.shape[1:]}
    for name, shape in sorted(shapes.items()):
        if name.endswith("running_var"):
            value = rng.uniform(0.5, 1.5, shape)
        elif name.endswith("bn.weight"):
            value = rng.uniform(0.8, 1.2, shape)
        elif name.endswith(("bias", "running_mean")):
            value = rng.normal(size=shape) * 0.1
        else:
            value = rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[1:]))
        state[name] = value.astype("float32")
    return state


@pytest.mark.slow
def test_features_and_logits_are_those_of_pytorch_fid():
    # Figures of pytorch-fid 0.3.0's network (torchvision 0.29.2) with these very weights and images.
    network = inception("random")
    assert network.count_params() == 23_885_392 - 1008  # without fc.bias
    state = random_state(network)
    _set_weights(network, state, "state")
    images = np.random.default_rng(1).uniform(-1, 1, (2, 299, 299, 3)).astype("float32")
    features, logits = (np.asarray(output) for output in network(images, training=False))
    spread = 3.038331985473633
    assert features.std() == pytest.approx(spread, rel=1e-4)
    assert features.mean() == pytest.approx(2.267699718475342, rel=1e-4)
    first = [0.2518633306026459, 5.120745658874512, 3.5258023738861084, 6.697220802307129]
    last = [0.0, 3.2649877071380615, 0.13010916113853455, 13.474686622619629]
    np.testing.assert_allclose(features[0, :4], first, atol=1e-4 * spread)
    np.testing.assert_allclose(features[1, -4:], last, atol=1e-4 * spread)
    expected = [2.770841360092163, 3.3894288539886475, 2.3434433937072754]
    np.testing.assert_allclose(logits[0, :3] + state["fc.bias"][:3], expected, atol=1e-3)
    # What does not fit is named.
    for change, message in (
        ({"Mixed_7a.branch3x3_1.bn.bias": np.zeros(7, "float32")}, "branch3x3_1.bn.bias' has shape"),
        ({"more": np.zeros(7, "float32")}, "it has 'more' too"),
    ):
        with pytest.raises(ValueError, match=message):
            _set_weights(network, {**state, **change}, "state")
    del state["fc.weight"]
    with pytest.raises(ValueError, match="no 'fc.weight'"):
        _set_weights(network, state, "state")


def test_without_a_network_it_says_what_to_do(monkeypatch):
    def fail(*arguments, **options):
        raise OSError("no route")

    monkeypatch.setattr(keras.utils, "get_file", fail)
    with pytest.raises(OSError, match=r"pass its path: Extractor\('inception', weights=PATH\)"):
        inception()
