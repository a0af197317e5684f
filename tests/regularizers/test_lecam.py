import numpy as np

from keras_gan.regularizers import LeCamPenalty, Turn
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


def test_values_and_averages_step_by_step():
    gan = tiny_gan(regularizers=[LeCamPenalty(decay=0.9)])
    penalty = gan.regularizers[0]
    rng = np.random.default_rng(0)
    averages = None
    for step in range(3):
        real, fake = rng.normal([[[1.0]], [[-1.0]]], size=(2, 5, 1)).astype("float32")
        means = np.array([real.mean(), fake.mean()])
        averages = means if averages is None else 0.9 * averages + 0.1 * means
        expected = (np.maximum(real - averages[1], 0) ** 2).mean()
        expected += (np.maximum(averages[0] - fake, 0) ** 2).mean()
        value = penalty.penalty(gan, Turn(None, None, real_logits=real, fake_logits=fake))
        np.testing.assert_allclose(value, expected, rtol=1e-5)
        penalty.after_step(
            gan, Turn(None, None, step=step), {"real_score": real.mean(), "fake_score": fake.mean()}
        )
        np.testing.assert_allclose(gan.state.lecam_averages, [*averages, 1.0], rtol=1e-5)


def test_contract():
    check_config(LeCamPenalty(0.1, 0.5, 2), {"weight": 0.1, "decay": 0.5, "interval": 2})
    # Its averages are in the saved state: part_contract compares all of it.
    part_contract(regularizers=["lecam"])
