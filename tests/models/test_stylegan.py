import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.layers import AdaptiveInstanceNormalization
from keras_gan.networks.progan import double
from tests.contracts import layer_contract, network_contract, round_trip
from tests.models.test_stylegan2 import IMAGES, SIZES, style_gan


@pytest.mark.parametrize("num_classes", [None, pytest.param(3, marks=pytest.mark.slow)])
def test_it_trains_is_saved_and_exported(num_classes, tmp_path):
    gan = style_gan(keras_gan.StyleGAN, num_classes, networks.stylegan)
    labels = [] if num_classes is None else [np.arange(16) % 3]
    history = gan.fit(IMAGES, *labels, batch_size=8, epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    if num_classes is None:
        round_trip(gan, IMAGES)
        sampler = tf.saved_model.load(gan.export(tmp_path / "model"))
        np.testing.assert_array_equal(sampler.sample(3, 7, 0.7), gan.generate(3, 7, truncation=0.7))


def test_contract_of_the_networks():
    made = networks.stylegan((16, 16, 1), 6, mapping_layers=1, channel_base=64, channel_max=8)
    network_contract(made, latent_dim=6, image_shape=(16, 16, 1), bounded=False)


@pytest.mark.slow
def test_published_sizes():
    """At 1024 x 1024 26.2 million weights of the generator, as the paper says, and 23.1 of the discriminator."""
    generator, discriminator = networks.stylegan((1024, 1024, 3))
    trained = [sum(np.prod(v.shape) for v in n.trainable_weights) / 1e6 for n in (generator, discriminator)]
    assert [round(count, 1) for count in trained] == [26.2, 23.1]


def test_adaptive_instance_normalization():
    rng = np.random.default_rng(0)
    x, w = rng.normal(3, 2, (2, 5, 4, 3)).astype("float32"), rng.normal(size=(2, 6)).astype("float32")
    layer = AdaptiveInstanceNormalization()
    found = layer([x, w]).numpy()
    styles = w @ layer.affine.kernel.numpy() / np.sqrt(6) + layer.affine.bias.numpy()
    scale, offset = styles[:, None, None, :3], styles[:, None, None, 3:]
    normal = (x - x.mean((1, 2), keepdims=True)) / x.std((1, 2), keepdims=True)
    np.testing.assert_allclose(found, normal * (1 + scale) + offset, atol=1e-4)
    layer_contract(AdaptiveInstanceNormalization(), [x, w], (2, 5, 4, 3))


def test_defaults_are_the_papers():
    gan = style_gan(keras_gan.StyleGAN, None, networks.stylegan)
    assert gan.regularizers[0].gamma == 10.0 and float(
        gan.generator_optimizer.learning_rate
    ) == pytest.approx(1e-3)
    assert SIZES["latent_dim"] == 8


def test_doublings_and_halvings_are_the_papers():
    """Nearest neighbour, convolution, binomial filter; and binomial filter, convolution, means of 2 x 2."""
    generator, discriminator = networks.stylegan((16, 16, 3), **SIZES)
    rng = np.random.default_rng(0)

    def blur(x):
        kernel = np.outer([1, 2, 1], [1, 2, 1]).astype("float32")[:, :, None, None] / 16
        return tf.nn.depthwise_conv2d(x, np.repeat(kernel, x.shape[-1], 2), [1] * 4, "SAME")

    up = generator.get_layer("synthesis").get_layer("b8_conv0")
    x = tf.constant(rng.normal(size=(2, 4, 4, up.kernel.shape[2])), "float32")
    kernel = up.kernel.value / np.sqrt(np.prod(up.kernel.shape[:3]))
    # A transposed convolution turns its kernel around.
    expected = blur(tf.nn.conv2d(double(x), kernel[::-1, ::-1], 1, "SAME"))
    np.testing.assert_allclose(up(x)[:, 2:-2, 2:-2], expected[:, 2:-2, 2:-2], atol=1e-5)
    down = discriminator.get_layer("b16_conv1")
    x = tf.constant(rng.normal(size=(2, 16, 16, down.kernel.shape[2])), "float32")
    kernel = down.kernel.value / np.sqrt(np.prod(down.kernel.shape[:3]))
    linear = down.__class__.from_config({**down.get_config(), "activation": "linear"})
    linear.build(x.shape)
    linear.set_weights(down.get_weights())
    expected = tf.nn.avg_pool2d(tf.nn.conv2d(blur(x), kernel, 1, "SAME"), 2, 2, "VALID")
    np.testing.assert_allclose(linear(x)[:, 1:-1, 1:-1], expected[:, 1:-1, 1:-1], atol=1e-5)
