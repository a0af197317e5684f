import keras_gan
from tests.contracts import model_contract


def test_contract():
    gan = model_contract(
        keras_gan.WGANGP,
        loss="WassersteinLoss",
        regularizers=[keras_gan.regularizers.GradientPenalty(10.0)],
        discriminator_steps=5,
        learning_rate=1e-4,
        optimizer="Adam",
    )
    assert (gan.generator_optimizer.beta_1, gan.generator_optimizer.beta_2) == (0.0, 0.9)
