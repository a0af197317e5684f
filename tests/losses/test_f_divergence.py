import numpy as np
import pytest

import keras_gan
from keras_gan.losses.f_divergence import DIVERGENCES, FDivergenceLoss
from tests.contracts import FAKE, REAL, loss_contract


def test_contract():
    """Jensen-Shannon is the minimax discriminator, moved by the constant log 4."""
    minimax = keras_gan.losses.MinimaxLoss()
    loss_contract(
        FDivergenceLoss,
        "jensen_shannon",
        generator=float(np.mean(np.logaddexp(0, -FAKE)) - np.log(2)),
        discriminator=float(minimax.discriminator_loss(REAL, FAKE)) - np.log(4),
        arguments={"divergence": "kl", "saturating": True},
        largest=80.0,
    )


# The paper's table 6: activation and conjugate, as they are written there.
TABLE = {
    "jensen_shannon": (lambda v: np.log(2) - np.log(1 + np.exp(-v)), lambda t: -np.log(2 - np.exp(t))),
    "kl": (lambda v: v, lambda t: np.exp(t - 1)),
    "reverse_kl": (lambda v: -np.exp(-v), lambda t: -1 - np.log(-t)),
    "pearson": (lambda v: v, lambda t: t**2 / 4 + t),
    "squared_hellinger": (lambda v: 1 - np.exp(-v), lambda t: t / (1 - t)),
    "total_variation": (lambda v: np.tanh(v) / 2, lambda t: t),
}


@pytest.mark.parametrize("name", DIVERGENCES)
def test_the_papers_table(name):
    activation, conjugate = TABLE[name]
    real, fake = np.array([-1.5, 0.3, 2.0]), np.array([-2.0, 0.1, 1.1])
    expected = -activation(real).mean() + conjugate(activation(fake)).mean()
    loss = keras_gan.losses.get(name)
    np.testing.assert_allclose(loss.discriminator_loss(real, fake), expected, rtol=1e-6)
    np.testing.assert_allclose(loss.generator_loss(fake), -activation(fake).mean(), rtol=1e-6)
    saturating = FDivergenceLoss(name, saturating=True).generator_loss(fake)
    np.testing.assert_allclose(saturating, -conjugate(activation(fake)).mean(), rtol=1e-6)


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ValueError, match="pearson"):
        FDivergenceLoss("wasserstein")
