import numpy as np
import pytest
import tensorflow as tf

from keras_gan import networks
from keras_gan.networks.progan import double
from tests.contracts import network_contract
from tests.models.test_stylegan2 import SIZES


def test_contract_of_the_networks():
    made = networks.stylegan((16, 16, 1), 6, mapping_layers=1, channel_base=64, channel_max=8)
    network_contract(made, latent_dim=6, image_shape=(16, 16, 1), bounded=False)


@pytest.mark.slow
def test_published_sizes():
    """At 1024 x 1024 26.2 million weights of the generator, as the paper says, and 23.1 of the discriminator."""
    generator, discriminator = networks.stylegan((1024, 1024, 3))
    trained = [sum(np.prod(v.shape) for v in n.trainable_weights) / 1e6 for n in (generator, discriminator)]
    assert [round(count, 1) for count in trained] == [26.2, 23.1]


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
