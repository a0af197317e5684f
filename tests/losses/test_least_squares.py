import numpy as np

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
