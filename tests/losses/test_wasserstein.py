from keras_gan.losses import WassersteinLoss
from tests.contracts import loss_contract


def test_contract():
    loss_contract(WassersteinLoss, "wasserstein", generator=-3.125, discriminator=0.225)
