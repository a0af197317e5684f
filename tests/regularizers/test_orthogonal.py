import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.regularizers import OrthogonalPenalty
from tests.contracts import check_config, part_contract


def test_value():
    gan = keras_gan.GAN(*keras_gan.networks.mlp(2, hidden=(3,)), ema_decay=None)
    gan.compile(regularizers=["orthogonal"])
    expected = 0.0
    for variable in gan.variables_of("generator"):
        if len(variable.shape) == 2:
            gram = variable.numpy().T @ variable.numpy()
            expected += ((gram - np.diag(np.diag(gram))) ** 2).sum()
    np.testing.assert_allclose(OrthogonalPenalty().penalty(gan, None), expected, rtol=1e-5)
    for variable in gan.variables_of("generator"):
        variable.assign(
            keras.initializers.Orthogonal()(variable.shape) if len(variable.shape) == 2 else variable
        )
    # (2, 3) cannot have three orthogonal columns; (3, 2) has two.
    gan.variables_of("generator")[0].assign(np.eye(2, 3))
    np.testing.assert_allclose(OrthogonalPenalty().penalty(gan, None), 0.0, atol=1e-10)


def test_filters_of_transposed_convolutions():
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4), ema_decay=None)
    gan.compile(regularizers=[OrthogonalPenalty(), OrthogonalPenalty(player="discriminator")])
    expected = 0.0
    for layer in gan.generator.layers:
        if hasattr(layer, "kernel"):
            kernel = layer.kernel.numpy()
            filters = np.moveaxis(kernel, -2, 0) if kernel.ndim == 4 else kernel.T  # (h, w, filters, inputs)
            gram = filters.reshape(len(filters), -1) @ filters.reshape(len(filters), -1).T
            expected += ((gram - np.diag(np.diag(gram))) ** 2).sum()
    np.testing.assert_allclose(OrthogonalPenalty().penalty(gan, None), expected, rtol=1e-4)


@pytest.mark.slow
def test_contract():
    check_config(
        OrthogonalPenalty(0.1, "discriminator", 2), {"weight": 0.1, "player": "discriminator", "interval": 2}
    )
    part_contract(regularizers=["orthogonal"])
    with pytest.raises(ValueError, match="player"):
        OrthogonalPenalty(player="critic")
