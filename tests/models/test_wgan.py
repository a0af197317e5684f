import pytest

import keras_gan
from tests.contracts import model_contract


@pytest.mark.slow
def test_contract():
    model_contract(
        keras_gan.WGAN,
        loss="WassersteinLoss",
        regularizers=[keras_gan.regularizers.WeightClipping(0.01)],
        discriminator_steps=5,
        learning_rate=5e-5,
        optimizer="RMSprop",
    )
