import keras_gan
from tests.contracts import model_contract


def test_contract():
    model_contract(
        keras_gan.LSGAN,
        loss="LeastSquaresLoss",
        regularizers=[],
        discriminator_steps=1,
        learning_rate=2e-4,
        optimizer="Adam",
    )
