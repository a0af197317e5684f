import numpy as np
import pytest

from keras_gan.networks import rrdbnet


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
    with pytest.raises(ValueError, match=r"\(1, 2, 4\)"):
        rrdbnet(3)
