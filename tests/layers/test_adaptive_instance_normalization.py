import numpy as np

from keras_gan.layers import AdaptiveInstanceNormalization
from tests.contracts import layer_contract


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
