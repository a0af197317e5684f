from keras_gan.regularizers import R2Penalty
from tests.contracts import penalty_contract


def test_contract():
    penalty_contract(R2Penalty, "r2", arguments={"gamma": 3.0}, linear=lambda norm: 3.0 / 2 * norm**2)
