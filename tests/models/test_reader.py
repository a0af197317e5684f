"""What a reader of the change found: held wrong, models and parts say so."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.conditions import Vectors
from keras_gan.noise import Uniform
from keras_gan.regularizers import LatentConsistencyPenalty
from tests.conditions.test_conditions import networks
from tests.helpers import tiny_gan, tiny_networks
from tests.models.test_fanogan import tiny as tiny_detector
from tests.models.test_vae_gan import tiny as tiny_vae_gan


def test_conditions_that_the_networks_do_not_take():
    for key in ("latents", "image", "sample_weight"):
        with pytest.raises(ValueError, match=f"cannot have the key '{key}'"):
            keras_gan.GAN(*networks(Vectors(2)), condition=Vectors(2, key=key))
    generator, _ = networks(Vectors(2))
    with pytest.raises(ValueError, match="The discriminator does not take the condition"):
        keras_gan.GAN(generator, networks(Vectors(3))[1], condition=Vectors(2))
    for wrong in ((), (10, None)):
        with pytest.raises(ValueError, match="`condition` must be a number of classes"):
            keras_gan.conditions.get(wrong)
    assert keras_gan.conditions.get(np.int64(3)).num_classes == 3
    for model in (keras_gan.ConditionalGAN, keras_gan.ACGAN):
        with pytest.raises(ValueError, match=r"`generator` must be a keras\.Model"):
            model(1, 2, num_classes=3)
    with pytest.raises(ValueError, match=r"`generator` must be a keras\.Model"):
        keras_gan.InfoGAN(1, 2)


def test_a_key_of_ones_own_with_the_monitor_and_a_python_data_set(tmp_path):
    condition = Vectors(2, key="attributes")
    gan = keras_gan.GAN(*networks(condition), condition=condition, seed=0)
    gan.compile()
    rng = np.random.default_rng(0)
    data = {"image": rng.normal(size=(64, 2)), "attributes": rng.normal(size=(64, 2))}
    data = {name: values.astype("float32") for name, values in data.items()}
    monitor = keras_gan.callbacks.TrainingMonitor(samples=16, every=2)
    gan.fit(data, batch_size=16, verbose=0, callbacks=[monitor])
    gan.fit(
        ({k: v[i : i + 16] for k, v in data.items()} for i in range(0, 64, 16)), verbose=0, steps_per_epoch=4
    )


def test_subclasses_of_conditional_models_load(tmp_path):
    @keras.saving.register_keras_serializable("tests")
    class Mine(keras_gan.ConditionalGAN):
        def __init__(self, generator, discriminator, *, num_classes, **kwargs):
            super().__init__(generator, discriminator, num_classes=num_classes, **kwargs)

    pair = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=3)
    gan = Mine(*pair, num_classes=3, seed=0)
    gan.save(tmp_path / "gan.keras")
    assert keras.saving.load_model(tmp_path / "gan.keras").num_classes == 3


def test_an_empty_list_of_augmentations_is_kept(tmp_path):
    @keras.saving.register_keras_serializable("tests")
    class Augmented(keras_gan.GAN):
        def defaults(self):
            return {**super().defaults(), "augmentation": "diffaugment"}

    gan = tiny_gan(Augmented, augmentation=[])
    gan.save(tmp_path / "gan.keras")
    assert list(keras.saving.load_model(tmp_path / "gan.keras").augmentations) == []
    with pytest.raises(TypeError, match="defines `update`.*after_step"):
        type("Mine", (keras_gan.augmentations.Augmentation,), {"update": lambda self, *args: {}})


def test_vae_gan_latents_are_those_of_its_fakes(images):
    gan = tiny_vae_gan(regularizers=[LatentConsistencyPenalty(1.0, "generator", stddev=1e-6)])
    history = gan.fit(images, batch_size=16, verbose=0).history
    # Batch normalisation sees the two kinds of fakes apart; of other latents it was .08.
    assert abs(history["generator_latent_consistency"][0]) < 1e-3
    made = keras_gan.networks.encoder((8, 8, 1), 8, filters=4), *tiny_networks()
    with pytest.raises(ValueError, match="prior of a VAEGAN is normal"):
        keras_gan.VAEGAN(*made, noise=Uniform(4))
    assert len(gan.passed_by("encoder")) == 3


def test_weights_of_images_count(images):
    for model, name in ((tiny_detector(), "loss"), (tiny_vae_gan(), "kl")):
        figures = [
            model.evaluate(images, sample_weight=np.full(64, w, "float32"), verbose=0, return_dict=True)[name]
            for w in (1.0, 0.5)
        ]
        assert figures[1] == pytest.approx(figures[0] / 2, rel=1e-4)


def test_old_names_warn_and_metadata_name_the_noise(tmp_path):
    gan = keras_gan.GAN(*tiny_networks(), noise=Uniform(4))
    with pytest.warns(FutureWarning, match="`draw_latents` is now `noise.draw`"):
        assert gan.draw_latents(2, tf.constant([0, 0], "int64")).shape == (2, 4)
    with pytest.warns(FutureWarning, match="is now `augmentations.InstanceNoise`"):
        assert isinstance(keras_gan.regularizers.get("instance_noise"), keras_gan.augmentations.InstanceNoise)
    assert keras_gan.export.describe(gan)["inputs"]["latents"]["distribution"] == "uniform, -1 to 1"
    with pytest.raises(ValueError, match="the networks are of"):
        keras_gan.GAN(*tiny_networks(), modality=keras_gan.modalities.Images((32, 32, 1)))


def test_sources_are_checked():
    def source(images, labels):
        return lambda rest, wanted: keras_gan.data.Source(images, labels, None, images.shape[1:])

    images = np.zeros((20, 8, 8, 1), "uint8")
    cases = {
        "small:": (source(images, np.zeros(20, "int64")), "was asked for images of"),
        "few:": (source(np.zeros((20, 16, 16, 1), "uint8"), np.zeros(10, "int64")), "a label for each image"),
        "floats:": (source(np.zeros((20, 16, 16, 1), "float32"), np.zeros(20, "int64")), "images of uint8"),
        "none:": (lambda rest, wanted: None, "must give a `keras_gan.data.Source`"),
    }
    for prefix, (reader, message) in cases.items():
        keras_gan.data.register(prefix, reader)
        with pytest.raises(ValueError, match=message):
            keras_gan.data.load(f"{prefix}x", image_size=16, batch_size=4)
    for wrong in ("hdf5", "", 3, ":"):
        with pytest.raises(ValueError, match="must end in a colon"):
            keras_gan.data.register(wrong, print)


def test_hooks_that_return_nothing_say_what_they_must(images):
    class Nothing(keras_gan.GAN):
        def generator_terms(self, turn):
            pass

    gan = tiny_gan(Nothing)
    with pytest.raises(
        ValueError, match="`generator_terms` of Nothing must return a dict of what is declared"
    ):
        gan.fit(images, batch_size=16, verbose=0)

    class Mute(keras_gan.regularizers.Penalty):
        name = "mute"

        def penalty(self, gan, turn):
            pass

    class Vector(Mute):
        def penalty(self, gan, turn):
            return keras.ops.mean(turn.fake, axis=(1, 2, 3))

    for penalty in (Mute(1.0), Vector(1.0)):
        gan = tiny_gan(regularizers=[penalty])
        with pytest.raises(ValueError, match="`penalty` of .* must return a scalar"):
            gan.fit(images, batch_size=16, verbose=0)

    class Still(keras_gan.losses.NonSaturatingLoss):
        def after_step(self, gan, turn, figures):
            pass

    gan = tiny_gan(loss=Still())
    with pytest.raises(ValueError, match="`after_step` of Still must return a dict"):
        gan.fit(images, batch_size=16, verbose=0)


def test_a_sigmoid_on_any_of_several_maps_is_refused():
    generator, discriminator = tiny_networks()
    logits = discriminator.output
    several = keras.Model(discriminator.input, [keras.ops.sigmoid(logits), logits])
    with pytest.raises(ValueError, match="The discriminator ends in a sigmoid"):
        keras_gan.GAN(generator, several).compile()


def test_recipes_are_checked_when_registered():
    recipe = keras_gan.recipes.get("dcgan")
    with pytest.raises(ValueError, match="`paper` must be a"):
        keras_gan.recipes.register("mine", small=recipe, paper={})
    with pytest.raises(ValueError, match="joined by hyphens"):
        keras_gan.recipes.register("My Recipe", small=recipe, paper=recipe)
    assert "mine" not in keras_gan.recipes.RECIPES


def test_latents_of_a_model_of_another_condition(tmp_path):
    gan = keras_gan.GAN(*networks(Vectors(2)), condition=Vectors(2))
    gan.save(tmp_path / "gan.keras")
    with pytest.raises(ValueError, match="classes alone can be chosen"):
        keras_gan.runs.Generator(tmp_path / "gan.keras").images_of(np.zeros((2, 2), "float32"))


def test_encoders_held_wrong_are_named():
    encoder, decoder = keras_gan.networks.vae((8, 8, 1), latent_dim=4, filters=4)
    mean, log_variance = (keras.layers.Dense(4)(keras.layers.Flatten()(encoder.inputs[0])) for _ in range(2))
    with pytest.raises(ValueError, match="The encoder has 2 outputs and must have one"):
        keras_gan.VAE(keras.Model(encoder.inputs, [mean, log_variance]), decoder)
    labelled = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=3)
    with pytest.raises(ValueError, match="must take latents alone"):
        keras_gan.VAE(encoder, labelled[0])
    ends = keras.Model(decoder.inputs, keras.ops.sigmoid(decoder.output))
    with pytest.raises(ValueError, match="The decoder ends in a sigmoid"):
        keras_gan.VAE(encoder, ends, likelihood="bernoulli")


def test_penalties_of_no_player_and_figures_of_one_name_are_refused():
    class Lost(keras_gan.regularizers.Penalty):
        name, player = "lost", "critic"

    with pytest.raises(ValueError, match="`player` of Lost must be one of"):
        tiny_gan(regularizers=[Lost(1.0)])
    Lost.player, Lost.name = "discriminator", "g_loss"
    with pytest.raises(ValueError, match=r"a name of its own in the logs. Twice: \['g_loss'\]"):
        tiny_gan(regularizers=[Lost(1.0)])


@pytest.mark.slow
def test_vae_gan_of_a_discriminator_with_features_of_its_own():
    made = keras_gan.networks.progan((16, 16, 1), latent_dim=4, filters=[4, 4, 4])
    model = keras_gan.VAEGAN(keras_gan.networks.encoder((16, 16, 1), 8, filters=4), *made, seed=0)
    model.compile()
    images = np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, 1)).astype("float32")
    assert np.isfinite(model.fit(images, batch_size=4, verbose=0).history["e_loss"]).all()


def test_vae_gan_draws_two_kinds_of_noise_and_samples_are_of_the_prior(images):
    model = tiny_vae_gan()
    drawn = model.draw(4, tf.constant([3, 0], "int64"))
    assert np.abs(drawn["latents"] - drawn["posterior_noise"]).min() > 1e-6
    batch = {"image": tf.constant(images[:4]), **drawn}
    expected = model.generator(drawn["latents"], training=True)
    np.testing.assert_allclose(model.samples(batch), expected, atol=1e-5)


def test_encoders_of_other_discriminators_are_refused():
    encoder, generator = keras_gan.networks.vae((16, 16, 1), latent_dim=4, filters=4)
    two = keras_gan.networks.infogan((16, 16, 1), latent_dim=7, recognition=3)[1]
    one = keras_gan.networks.encoder((16, 16, 1), 4, filters=4)
    with pytest.raises(ValueError, match="the discriminator's one output"):
        keras_gan.FAnoGAN(one, generator, two)
    image = keras.Input((16, 16, 1))
    packed = keras_gan.layers.Packing(2)(image)
    packs = keras.Model(image, keras.layers.Dense(1)(keras.layers.Flatten()(packed)))
    with pytest.raises(ValueError, match="sees packs of them"):
        keras_gan.VAEGAN(encoder, generator, packs)


def test_a_game_without_players_says_so():
    class Nobody(keras_gan.Game):
        networks = ("network",)

    with pytest.raises(TypeError, match="Nobody must define `players`"):
        Nobody(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))


def test_codes_must_fit_into_the_latents():
    with pytest.raises(ValueError, match="must hold noise, 10 categories and 2 codes"):
        keras_gan.noise.Codes(10, categories=10, codes=2)
