import keras

from tests.helpers import tiny_gan, tiny_networks


def test_built_for_their_own_player_with_telling_names():
    gan = tiny_gan(generator_optimizer="sgd", discriminator_optimizer="rmsprop")
    for player, kind in (("generator", keras.optimizers.SGD), ("discriminator", keras.optimizers.RMSprop)):
        optimizer = getattr(gan, f"{player}_optimizer")
        assert isinstance(optimizer, kind) and optimizer.built and player in optimizer.name
        assert optimizer._trainable_variables == getattr(gan, f"{player}_variables")


def test_only_what_computes_in_float16_is_loss_scaled():
    keras.config.set_dtype_policy("mixed_float16")
    generator, _ = tiny_networks()
    keras.config.set_dtype_policy("float32")
    _, discriminator = tiny_networks()
    gan = tiny_gan(networks=(generator, discriminator))
    assert isinstance(gan.generator_optimizer, keras.optimizers.LossScaleOptimizer)
    assert isinstance(gan.discriminator_optimizer, keras.optimizers.Adam)


def test_kerass_learning_rate_callbacks_find_both():
    gan = tiny_gan()
    assert gan.optimizer.optimizers == [gan.generator_optimizer, gan.discriminator_optimizer]
    assert gan.optimizer.built
