import numpy as np
import pytest

from keras_gan.networks import esrgan_discriminator, rrdbnet


def test_the_papers_network():
    network = rrdbnet()
    assert network.count_params() == 16_697_987
    assert [len(network.inputs), network.output_shape] == [1, (None, None, None, 3)]


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_sizes(scale):
    network = rrdbnet(scale, 1, filters=4, blocks=1, growth=2)
    assert network(np.zeros((1, 8, 4, 1), "float32")).shape == (1, 8 * scale, 4 * scale, 1)
    again = type(network).from_config(network.get_config())
    assert again.count_params() == network.count_params()


def test_other_scales_are_refused():
    with pytest.raises(ValueError, match=r"\(1, 2, 4, 8, 16\)"):
        rrdbnet(3)


def test_discriminator():
    """BasicSR's VGGStyleDiscriminator of 128 pixels: 14.5 M weights, counted layer by layer."""
    network = esrgan_discriminator((128, 128, 3))
    widths = [64, 64, 128, 128, 256, 256, 512, 512, 512, 512]
    convolutions = sum(
        (9 if i % 2 == 0 else 16) * a * b for i, (a, b) in enumerate(zip([3, *widths], widths, strict=False))
    )
    trainable = convolutions + 64 + 2 * sum(widths[1:]) + 512 * 16 * 100 + 100 + 101
    assert sum(int(np.prod(w.shape)) for w in network.trainable_weights) == trainable
    with pytest.raises(ValueError, match="multiples of 32"):
        esrgan_discriminator((48, 48, 3))
