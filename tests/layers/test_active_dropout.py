import numpy as np

from keras_gan.layers import ActiveDropout
from tests.contracts import layer_contract


def test_it_drops_in_inference_and_the_same_call_drops_the_same():
    inputs = np.ones((4, 1000), "float32")
    layer_contract(ActiveDropout(0.3), inputs, (4, 1000), second_order=False, draws=True)
    layer = ActiveDropout(0.3, seed=1)
    outputs = layer(inputs).numpy()
    assert abs((outputs == 0).mean() - 0.3) < 0.03
    np.testing.assert_allclose(outputs[outputs > 0], 1 / 0.7, rtol=1e-6)
    np.testing.assert_array_equal(layer(inputs), outputs)
    np.testing.assert_array_equal(outputs[0], outputs[1])  # whatever the batch, the same for each
    other = ActiveDropout(0.3)
    assert (other(inputs).numpy() != ActiveDropout(0.3)(inputs).numpy()).any()
    draws = [layer(inputs, training=True).numpy() for _ in range(2)]
    assert (draws[0] != draws[1]).any()
    np.testing.assert_array_equal(layer(inputs), outputs)
