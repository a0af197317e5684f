import numpy as np
import pytest

from keras_gan.losses import MinimaxLoss
from tests.contracts import FAKE, REAL, loss_contract


def test_contract():
    loss_contract(
        MinimaxLoss,
        "minimax",
        generator=-4.51082,
        discriminator=5.83387,
        arguments={"label_smoothing": 0.1, "two_sided": True},
    )


@pytest.mark.parametrize(("target", "expected"), [(0.875, 6.19637), (0.75, 6.55887)])
def test_one_sided_smoothing(target, expected):
    loss = MinimaxLoss(label_smoothing=1 - target)
    np.testing.assert_allclose(loss.discriminator_loss(REAL, FAKE), expected, atol=6e-6)


def test_two_sided_smoothing_is_cross_entropy_with_both_targets():
    s = 0.2
    p_real, p_fake = 1 / (1 + np.exp(-REAL)), 1 / (1 + np.exp(-FAKE))
    expected = -((1 - s) * np.log(p_real) + s * np.log(1 - p_real)).mean()
    expected -= (s * np.log(p_fake) + (1 - s) * np.log(1 - p_fake)).mean()
    loss = MinimaxLoss(label_smoothing=s, two_sided=True)
    np.testing.assert_allclose(loss.discriminator_loss(REAL, FAKE), expected, rtol=1e-5)


def test_value_where_the_distributions_are_equal():
    """D* = 1/2 (logit 0), and the game's value is -log 4."""
    logits = np.zeros(8)
    loss = MinimaxLoss()
    np.testing.assert_allclose(-loss.discriminator_loss(logits, logits), -np.log(4), rtol=1e-6)


@pytest.mark.parametrize(
    "arguments",
    [{"label_smoothing": 1.0}, {"label_smoothing": -0.1}, {"label_smoothing": 0.5, "two_sided": True}],
)
def test_bad_smoothing(arguments):
    with pytest.raises(ValueError, match="label_smoothing"):
        MinimaxLoss(**arguments)
