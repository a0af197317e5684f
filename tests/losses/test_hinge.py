from keras_gan.losses import HingeLoss
from tests.contracts import loss_contract


def test_contract():
    loss_contract(HingeLoss, "hinge", generator=-3.125, discriminator=6.75)
