import keras
import numpy as np
import pytest
from keras import layers

import keras_gan
from keras_gan import metrics
from tests.contracts import check_config
from tests.helpers import tiny_gan
from tests.metrics.networks import convolution


def test_of_a_linear_generator():
    # z -> A z along straight lines: 2 ||A||_F^2.
    matrix = np.random.default_rng(0).normal(size=(3, 5)).astype("float32")
    generator = keras.Sequential([layers.Input((3,)), layers.Dense(5, use_bias=False)])
    generator.layers[0].set_weights([matrix])
    discriminator = keras.Sequential([layers.Input((5,)), layers.Dense(1)])
    gan = keras_gan.GAN(generator, discriminator, ema_decay=None)
    metric = metrics.PerceptualPathLength(None, num_samples=20_000, path="lerp", batch_size=20_000)
    metric.prepare((5,), gan)
    first, last = gan.sample_latents(40_000, 0).reshape(2, 20_000, 3)
    lengths = np.square((last - first) @ matrix).sum(axis=1)
    assert lengths.mean() == pytest.approx(2 * (matrix**2).sum(), rel=0.02)
    low, high = np.percentile(lengths, (1, 99), method="nearest")
    kept = lengths[(lengths >= low) & (lengths <= high)]
    assert metric.result() == pytest.approx(kept.mean(), rel=1e-3)


def test_in_evaluate_with_an_extractor():
    gan = tiny_gan(metrics=[metrics.PerceptualPathLength(convolution(), num_samples=20)])
    images = np.zeros((16, 8, 8, 1), "float32") - 0.5
    first = gan.evaluate(images, return_dict=True, verbose=0)
    assert first["ppl"] > 0 and first == gan.evaluate(images, return_dict=True, verbose=0)


def test_arguments():
    check_config(
        metrics.PerceptualPathLength(None, 10, 1e-3, "lerp", 3, 7), {"epsilon": 1e-3, "path": "lerp"}
    )
    with pytest.raises(ValueError, match="slerp"):
        metrics.PerceptualPathLength(None, path="straight")
    with pytest.raises(ValueError, match="epsilon"):
        metrics.PerceptualPathLength(None, epsilon=0)
    with pytest.raises(ValueError, match="needs a model"):
        metrics.PerceptualPathLength(None).result()


def test_in_w_of_a_synthesis_that_is_linear():
    """Images that are A w: |A (w1 - w0)|^2 on every path, whatever t."""
    import keras

    from tests.models.test_stylegan2 import style_gan

    gan = style_gan()
    ws = keras.Input((6, 8))
    images = keras.layers.Reshape((16, 16, 3))(keras.layers.Dense(768)(keras.layers.Flatten()(ws)))
    synthesis, latents = keras.Model(ws, images, name="synthesis"), keras.Input((8,))
    w = gan.generator.get_layer("mapping")(latents)
    generator = keras.Model(latents, synthesis(keras.layers.RepeatVector(6)(w)))
    linear = keras_gan.StyleGAN2(generator, gan.discriminator, ema_decay=None)
    metric = keras_gan.metrics.PerceptualPathLength(None, num_samples=40, space="w", epsilon=0.1)
    metric.prepare((16, 16, 3), linear)
    ends = np.asarray(linear.style(linear.sample_latents(80, 0))).reshape(2, 40, 6, 8)
    outputs = np.asarray(synthesis(ends.reshape(80, 6, 8))).reshape(2, 40, -1)
    lengths = np.sort(np.square(outputs[1] - outputs[0]).sum(axis=1))
    assert metric.compute() == pytest.approx(lengths.mean(), rel=0.1)
    assert keras_gan.metrics.PerceptualPathLength.from_config(metric.get_config()).space == "w"
    with pytest.raises(ValueError, match="StyleGANs"):
        metric.prepare((8, 8, 1), tiny_gan())


def test_in_w_by_class():
    from tests.models.test_stylegan2 import style_gan

    metric = metrics.PerceptualPathLength(None, num_samples=4, space="w")
    metric.prepare((16, 16, 3), style_gan(num_classes=3))
    assert metric.compute() > 0
