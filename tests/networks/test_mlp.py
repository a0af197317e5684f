import keras_gan
from tests.contracts import network_contract


def test_contract():
    network_contract(
        keras_gan.networks.mlp(data_dim=2, latent_dim=3, hidden=(16, 8)),
        latent_dim=3,
        image_shape=(2,),
        generator_params=3 * 16 + 16 + 16 * 8 + 8 + 8 * 2 + 2,
        discriminator_params=2 * 16 + 16 + 16 * 8 + 8 + 8 + 1,
    )
