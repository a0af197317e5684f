import numpy as np
import pytest
import tensorflow as tf

from keras_gan import metrics
from tests.metrics.test_pair import network, pair


def test_perceptual_distance_in_numpy():
    real, fake = (x[..., :1] for x in pair())
    maps, expected = metrics.Extractor(network()).maps(["one", "two"]), 0.0
    for a, b, w in zip(
        *(maps(x / 127.5 - 1.0) for x in (real, fake)), ([1, 2, 3, 4], [0, 1, 0]), strict=True
    ):
        a, b = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (a.numpy(), b.numpy()))
        expected += ((a - b) ** 2 * np.array(w)).sum(-1).mean((1, 2))
    metric = metrics.PerceptualDistance(network(), ["one", "two"], weights=([1, 2, 3, 4], [0, 1, 0]))
    metric.update_state(real, fake)
    np.testing.assert_allclose(metric.result(), expected.mean(), rtol=1e-5)
    assert (np.diff(expected) > 0).all()


def test_lpips_layers_and_weights(tmp_path, monkeypatch):
    """By an independent derivation with TensorFlow's operations, on random weights."""
    from keras_gan.metrics import perceptual_distance as module

    rng = np.random.default_rng(0)
    states, before = [{}, {}], 3
    for i, (filters, places) in enumerate(module.VGG16):
        for place in places:
            kernel = rng.normal(0, np.sqrt(2 / (9 * before)), (filters, before, 3, 3))
            states[0][f"features.{place}.weight"] = kernel.astype("float32")
            states[0][f"features.{place}.bias"] = rng.normal(0, 0.1, filters).astype("float32")
            before = filters
        states[1][f"lin{i}.model.1.weight"] = rng.uniform(0, 1, (1, filters, 1, 1)).astype("float32")
    monkeypatch.setattr(module.torch_file, "read", lambda path: states[path == "linear"])
    real, fake = pair((3, 32, 32, 3))
    metric = metrics.lpips("vgg", "linear")
    metric.update_state(real, fake)

    def maps(images):
        x = images / 127.5 - 1.0
        x = tf.constant((x - np.array(module.MEAN)) / np.array(module.DEVIATION), tf.float32)
        for i, (_, places) in enumerate(module.VGG16):
            x = tf.nn.max_pool2d(x, 2, 2, "VALID") if i else x
            for place in places:
                kernel = states[0][f"features.{place}.weight"].transpose(2, 3, 1, 0)
                x = tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME") + states[0][f"features.{place}.bias"])
            yield tf.nn.l2_normalize(x, -1).numpy()

    expected = 0.0
    for i, (a, b) in enumerate(zip(maps(real), maps(fake), strict=True)):
        expected += ((a - b) ** 2 @ states[1][f"lin{i}.model.1.weight"].ravel()).mean()
    np.testing.assert_allclose(metric.result(), expected, rtol=1e-4)
    assert metric.name == "lpips"
    del states[1]["lin4.model.1.weight"]
    with pytest.raises(ValueError, match="lin4"):
        metrics.lpips("vgg", "linear")
