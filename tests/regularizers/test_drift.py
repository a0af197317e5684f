import numpy as np

from keras_gan.regularizers import DriftPenalty, Turn
from tests.contracts import check_config, lazy_contract, part_contract


def test_value():
    turn = Turn(None, None, real_logits=np.array([[1.0], [-3.0]]), fake_logits=np.array([[9.0], [9.0]]))
    assert float(DriftPenalty().penalty(None, turn)) == 5.0
    check_config(DriftPenalty(0.01, interval=2), {"weight": 0.01, "interval": 2})


def test_contract():
    part_contract(regularizers=["drift"])
    lazy_contract(DriftPenalty, {"weight": 100.0})
