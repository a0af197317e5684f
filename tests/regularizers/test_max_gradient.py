from keras_gan.regularizers import MaxGradientPenalty
from tests.contracts import penalty_contract


def test_contract():
    penalty_contract(
        MaxGradientPenalty, "max_gradient", arguments={"weight": 3.0}, linear=lambda norm: 3.0 * norm**2
    )
