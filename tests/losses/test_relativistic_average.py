import numpy as np

from keras_gan.losses import RelativisticAverageLoss
from tests.contracts import FAKE, REAL, loss_contract


def softplus(x):
    return np.logaddexp(0, x)


def test_contract():
    discriminator = softplus(FAKE.mean() - REAL).mean() + softplus(FAKE - REAL.mean()).mean()
    generator = softplus(REAL.mean() - FAKE).mean() + softplus(REAL - FAKE.mean()).mean()
    loss_contract(
        RelativisticAverageLoss,
        "relativistic_average",
        generator=generator,
        discriminator=discriminator,
    )


def test_published_values():
    real = np.array([-2.0, 0.4, 12.5, 2.7])
    loss = RelativisticAverageLoss()
    np.testing.assert_allclose(loss.generator_loss(FAKE, real), 4.9401135, rtol=1e-6)
    np.testing.assert_allclose(loss.discriminator_loss(real, FAKE), 4.390114, rtol=1e-6)


def test_the_generators_weights_are_those_of_the_fakes():
    weight = np.array([2.0, 0.0, 1.0, 1.0])
    found = RelativisticAverageLoss().generator_loss(FAKE, REAL, weight)
    expected = (weight * softplus(REAL.mean() - FAKE)).mean() + softplus(REAL - FAKE.mean()).mean()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
