import numpy as np
import pytest

from keras_gan.losses import LeastSquaresLoss
from tests.contracts import FAKE, REAL, loss_contract


def test_contract():
    loss_contract(
        LeastSquaresLoss,
        "least_squares",
        generator=17.69625,
        discriminator=41.73375,
        arguments={"label_smoothing": 0.1},
    )


def test_smoothing_moves_the_targets():
    loss = LeastSquaresLoss(label_smoothing=0.1, two_sided=True)
    expected = 0.5 * np.mean((REAL - 0.9) ** 2) + 0.5 * np.mean((FAKE - 0.1) ** 2)
    np.testing.assert_allclose(loss.discriminator_loss(REAL, FAKE), expected, rtol=1e-6)


def test_the_generators_weight():
    fake = [10.0, 4.4, -5.5, 3.6]
    half, whole = (LeastSquaresLoss(generator_weight=w).generator_loss(fake) for w in (0.5, 1.0))
    np.testing.assert_allclose(2 * half, whole, rtol=1e-6)
    with pytest.raises(ValueError, match="positive"):
        LeastSquaresLoss(generator_weight=0)
