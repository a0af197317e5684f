import keras
import pytest

from tests.helpers import tiny_gan, tiny_networks


def test_built_for_their_own_player_with_telling_names():
    gan = tiny_gan(generator_optimizer="sgd", discriminator_optimizer="rmsprop")
    for player, kind in (("generator", keras.optimizers.SGD), ("discriminator", keras.optimizers.RMSprop)):
        optimizer = getattr(gan, f"{player}_optimizer")
        assert isinstance(optimizer, kind) and optimizer.built and optimizer.name == player
        assert optimizer._trainable_variables == gan.variables_of(player)


@pytest.mark.parametrize(("half", "scaled"), [("generator", [True, False]), ("discriminator", [True, True])])
def test_players_whose_gradients_pass_float16_are_loss_scaled(half, scaled):
    networks = {}
    for player, index in (("generator", 0), ("discriminator", 1)):
        keras.config.set_dtype_policy("mixed_float16" if player == half else "float32")
        networks[player] = tiny_networks()[index]
    gan = tiny_gan(networks=tuple(networks.values()))
    kinds = [isinstance(o, keras.optimizers.LossScaleOptimizer) for o in gan.optimizer.optimizers]
    assert kinds == scaled


def test_kerass_learning_rate_callbacks_find_both():
    gan = tiny_gan()
    assert gan.optimizer.optimizers == [gan.generator_optimizer, gan.discriminator_optimizer]
    assert gan.optimizer.built
