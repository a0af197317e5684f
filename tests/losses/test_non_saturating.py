from keras_gan.losses import NonSaturatingLoss
from tests.contracts import loss_contract


def test_contract():
    loss_contract(
        NonSaturatingLoss,
        "non_saturating",
        generator=1.38582,
        discriminator=5.83387,
        arguments={"label_smoothing": 0.25},
    )
