import numpy as np

from keras_gan.layers import LearnedConstant
from tests.contracts import layer_contract


def test_contract_and_value():
    layer = LearnedConstant((2, 3, 4))
    x = np.ones((5, 7), "float32")
    layer_contract(layer, x, (5, 2, 3, 4), second_order=False)
    np.testing.assert_array_equal(layer(x), np.broadcast_to(layer.constant.numpy(), (5, 2, 3, 4)))
