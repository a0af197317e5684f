import pytest

from keras_gan.regularizers import WassersteinDivergencePenalty
from tests.contracts import penalty_contract


@pytest.mark.slow
def test_contract():
    penalty_contract(
        WassersteinDivergencePenalty,
        "wasserstein_divergence",
        arguments={"weight": 0.5, "power": 3.0},
        linear=lambda norm: 0.5 * norm**3,
    )


def test_power_must_be_greater_than_one():
    with pytest.raises(ValueError, match="power"):
        WassersteinDivergencePenalty(power=1.0)
