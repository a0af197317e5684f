import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.networks.progan import double, half
from tests.contracts import round_trip
from tests.helpers import all_state, assert_same_state

IMAGES = np.random.default_rng(0).uniform(-1, 1, (32, 16, 16, 3)).astype("float32")


def pro_gan(seed=0, jit_compile="auto", **options):
    keras.utils.set_random_seed(seed)
    made = networks.progan((16, 16, 3), latent_dim=8, filters=[12, 8, 6])
    gan = keras_gan.ProGAN(
        *made, **{"fade_images": 32, "stable_images": 32, "ema_decay": 0.9, **options}, seed=seed
    )
    gan.compile(jit_compile=jit_compile)
    return gan


@pytest.mark.slow
def test_it_grows_by_the_images_shown():
    gan = pro_gan()
    history = gan.fit(IMAGES, batch_size=8, epochs=6, verbose=0).history
    # An epoch is 32 images: stable at 4, then fading and stable at 8, at 16.
    assert history["image_size"] == [4, 8, 8, 16, 16, 16]
    fading = np.mean([0, 0.25, 0.5, 0.75])
    np.testing.assert_allclose(history["alpha"], [1, fading, 1, fading, 1, 1])
    assert all(np.isfinite(values).all() for values in history.values())
    assert gan.images_to_full_size == 5 * 32 and int(gan.state.images_shown) == 6 * 32
    assert gan.generate(2, seed=0).shape == (2, 16, 16, 3)


def test_samples_of_every_stage_have_its_size():
    gan = pro_gan()
    for stage, size in enumerate((4, 8, 16)):
        gan.generator.stage = stage
        latents = np.random.default_rng(0).normal(size=(2, 8)).astype("float32")
        small = gan.generator(latents, training=True).numpy()
        assert small.shape == (2, size, size, 3)
        factor = 16 // size
        np.testing.assert_array_equal(
            gan.generator(latents), small.repeat(factor, axis=1).repeat(factor, axis=2)
        )


def test_nothing_jumps_where_a_stage_begins():
    """At alpha 0 the output is that of the smaller network, enlarged; and so are the logits."""
    gan = pro_gan()
    latents = np.random.default_rng(0).normal(size=(4, 8)).astype("float32")
    for stage in (1, 2):
        for network in (gan.generator, gan.discriminator):
            network.stage, _ = stage - 1, network.alpha.assign(1.0)
        before, images = gan.generator(latents).numpy(), tf.constant(IMAGES[:4])
        logits = gan.discriminator(images).numpy()
        for network in (gan.generator, gan.discriminator):
            network.stage, _ = stage, network.alpha.assign(0.0)
        np.testing.assert_allclose(gan.generator(latents), before, atol=1e-6)
        np.testing.assert_allclose(gan.discriminator(images), logits, atol=1e-6)


@pytest.mark.slow
def test_only_what_the_stage_has_moves_and_the_optimisers_go_on():
    gan = pro_gan()
    untouched = {n: v for n, v in all_state(gan).items() if "16_conv" in n}
    assert untouched
    gan.fit(IMAGES, batch_size=8, epochs=2, verbose=0)
    now = all_state(gan)
    for name, value in untouched.items():
        np.testing.assert_array_equal(now[name], value, err_msg=name)
    moments = [v for v in gan.generator_optimizer.variables if "velocity" in v.path and "dense" in v.path]
    before = moments[0].numpy()
    gan.fit(IMAGES, batch_size=32, epochs=1, verbose=0)
    gan.fit(IMAGES, batch_size=32, epochs=1, verbose=0)
    # beta_2 is .99: most of what was there still is.
    assert (moments[0].numpy() >= 0.95 * before).all() and before.max() > 0


def test_real_images_are_blended_as_generated_ones_are():
    gan = pro_gan()
    gan.state.images_shown.assign(32 + 8)
    gan.enter_stage()
    batch = gan.arrange({"image": tf.constant(IMAGES)})
    eight = half(tf.constant(IMAGES))
    np.testing.assert_allclose(batch["image"], 0.25 * eight + 0.75 * double(half(eight)), atol=1e-6)


@pytest.mark.parametrize("epochs, stage", [pytest.param(1, 1, marks=pytest.mark.slow), (3, 2)])
@pytest.mark.slow
def test_resumed_in_the_middle_of_a_fade_to_the_bit(epochs, stage):
    gan = pro_gan(fade_images=48)
    gan.fit(IMAGES, batch_size=8, epochs=epochs, verbose=0)
    again = round_trip(gan, IMAGES)
    assert again.stage == gan.stage == stage and again.generator.size == 4 << stage


@pytest.mark.slow
def test_a_batch_is_split_where_a_stage_wants_less():
    gan = pro_gan(batch_sizes={8: 4})
    history = gan.fit(IMAGES, batch_size=16, epochs=2, verbose=0).history
    assert history["image_size"] == [4, 8]
    # Two steps of 16, then eight of 4.
    assert int(gan.state.generator_step) == 2 + 8 and int(gan.state.images_shown) == 64
    with pytest.raises(ValueError, match=r"multiple of batch_sizes\[4\] = 3"):
        pro_gan(batch_sizes={4: 3}).fit(IMAGES, batch_size=16, verbose=0)


@pytest.mark.slow
def test_checkpoints_restore_the_stage(tmp_path):
    gan = pro_gan()
    gan.fit(IMAGES, batch_size=8, epochs=2, verbose=0)
    gan.save_weights(tmp_path / "gan.weights.h5")
    other = pro_gan(seed=3)
    other.load_weights(tmp_path / "gan.weights.h5")
    assert other.stage == gan.stage == 1 and other.discriminator.size == 8
    np.testing.assert_array_equal(other.generate(2, seed=0), gan.generate(2, seed=0))


@pytest.mark.slow
def test_export_of_a_stage(tmp_path):
    gan = pro_gan()
    gan.fit(IMAGES, batch_size=8, epochs=2, verbose=0)
    sampler = tf.saved_model.load(gan.export(tmp_path / "model"))
    np.testing.assert_array_equal(sampler.sample(3, 7), gan.generate(3, 7))


@pytest.mark.slow
def test_validation_is_of_the_full_size():
    gan = pro_gan()
    gan.compile(metrics=[keras_gan.metrics.SlicedWasserstein()])
    gan.fit(
        IMAGES,
        batch_size=8,
        epochs=2,
        validation_data=keras_gan.data.from_arrays(IMAGES, batch_size=8),
        verbose=0,
    )


def test_refusals():
    with pytest.raises(ValueError, match="power of two"):
        networks.progan((28, 28, 1))
    with pytest.raises(ValueError, match="one number for each size"):
        networks.progan((16, 16, 1), filters=[8, 8])
    with pytest.raises(ValueError, match=r"networks\.progan"):
        keras_gan.ProGAN(*networks.dcgan((16, 16, 3), latent_dim=4, filters=4))
    for options, words in (
        ({"fade_images": 0}, "`fade_images`"),
        ({"stable_images": 1.5}, "`stable_images`"),
        ({"batch_sizes": {5: 4}}, "`batch_sizes`"),
    ):
        with pytest.raises(ValueError, match=words):
            pro_gan(**options)
    gan = pro_gan()
    gan.compile(steps_per_execution=2)
    with pytest.raises(ValueError, match="steps_per_execution=1"):
        gan.fit(IMAGES, batch_size=8, verbose=0)


@pytest.mark.slow
def test_published_sizes_of_the_paper():
    """At 1024 x 1024 23.1 million weights each."""
    for network in networks.progan((1024, 1024, 3)):
        assert round(sum(np.prod(v.shape) for v in network.trainable_weights) / 1e6, 1) == 23.1


@pytest.mark.slow
def test_xla_gives_finite_figures():
    history = pro_gan(jit_compile=True).fit(IMAGES, batch_size=8, epochs=3, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.mark.slow
def test_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    history = pro_gan().fit(IMAGES, batch_size=8, epochs=3, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.mark.slow
def test_two_replicas_equal_one_device(mirrored):
    trained = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        keras.utils.set_random_seed(0)
        with strategy.scope():
            made = networks.progan((16, 16, 3), latent_dim=8, filters=[12, 8, 6], group_size=1)
            gan = keras_gan.ProGAN(*made, fade_images=32, stable_images=32, seed=0)
            gan.compile(
                generator_optimizer=keras.optimizers.SGD(0.001),
                discriminator_optimizer=keras.optimizers.SGD(0.001),
            )
            gan.fit(keras_gan.data.from_arrays(IMAGES, batch_size=8), epochs=3, verbose=0)
            trained.append(gan)
    for a, b in zip(trained[0].weights, trained[1].weights, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5, err_msg=a.path)


@pytest.mark.slow
def test_a_copy_that_is_loaded_is_the_same(tmp_path):
    gan = pro_gan()
    gan.fit(IMAGES, batch_size=8, epochs=2, verbose=0)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    assert_same_state(gan, again)
    np.testing.assert_array_equal(again.generate(2, seed=0), gan.generate(2, seed=0))


def test_the_precision_is_saved():
    keras.config.set_dtype_policy("mixed_float16")
    generator, discriminator = networks.progan((16, 16, 3), latent_dim=8, filters=[12, 8, 6])
    keras.config.set_dtype_policy("float32")
    for network in (generator, discriminator):
        again = type(network).from_config(network.get_config())
        layers = [layer for layer in again.stage_layers()]
        assert {layer.compute_dtype for layer in layers} == {"float16"}


@pytest.mark.parametrize("options", [{"group_size": 0}, {"filters": [12, 0, 6]}])
def test_sizes_are_checked(options):
    with pytest.raises(ValueError, match="positive int"):
        networks.progan((16, 16, 3), **options)


@pytest.mark.slow
def test_weights_of_another_stage_can_be_loaded_at_any_time(tmp_path):
    """Where a stage has just ended, and into a model whose update is compiled for another."""
    gan = pro_gan()
    gan.fit(IMAGES, batch_size=8, epochs=1, verbose=0)
    assert gan.begin_of(1) == int(gan.state.images_shown) and gan.generator.size == 4
    gan.save(tmp_path / "a.keras")
    gan.save_weights(tmp_path / "a.weights.h5")
    loaded, older = keras.saving.load_model(tmp_path / "a.keras"), pro_gan(seed=1)
    older.fit(IMAGES, batch_size=8, epochs=4, verbose=0)
    latents = np.random.default_rng(0).normal(size=(4, 8)).astype("float32")
    older.predict(latents, verbose=0)
    older.load_weights(tmp_path / "a.weights.h5")
    np.testing.assert_allclose(older.predict(latents, verbose=0), gan.ema_generator(latents), atol=1e-6)
    for other in (loaded, older):
        np.testing.assert_array_equal(other.generate(4, seed=0), gan.generate(4, seed=0))
    for other in (gan, loaded, older):
        other.fit(IMAGES, batch_size=8, epochs=2, verbose=0)
        assert other.generator.size == 8
    assert_same_state(gan, loaded)


@pytest.mark.parametrize("epochs", [2, pytest.param(5, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_a_monitor_watches_it_grow_and_leaves_no_trace(epochs):
    """In the middle of a fade too."""
    plain, watched = pro_gan(), pro_gan()
    plain.fit(IMAGES, batch_size=8, epochs=epochs, verbose=0)
    monitor = keras_gan.callbacks.TrainingMonitor(every=4, budget=None, samples=16)
    watched.fit(IMAGES, batch_size=8, epochs=epochs, verbose=0, callbacks=[monitor], validation_data=IMAGES)
    assert_same_state(plain, watched)
    assert [look["step"] for look in monitor.looks] == list(range(4, 4 * epochs + 1, 4))
    names = ("d_auc", "feature_diversity", "distance", "ema_distance", "overfitting_z")
    assert all(np.isfinite(look[name]) for look in monitor.looks for name in names)
    # Real and held-out images are the same here, and judged the same.
    assert all(look["overfitting_z"] == 0 for look in monitor.looks)


@pytest.mark.parametrize("shown, stage, share", [(0, 0, 1.0), (32 + 8, 1, 0.25), (32 + 24, 1, 0.75)])
@pytest.mark.slow
def test_a_probe_compares_with_real_images_of_the_stage_and_its_share(shown, stage, share):
    gan = pro_gan()
    probe = keras_gan.callbacks.probe.Probe(gan, {"image": IMAGES})
    gan.state.images_shown.assign(shown)
    gan.enter_stage()
    assert gan.stage == stage
    probe()
    four, eight = (half(half(IMAGES)), half(IMAGES))
    wanted = share * eight + (1 - share) * double(four) if stage else four
    factor = 16 // wanted.shape[1]
    wanted = wanted.numpy().repeat(factor, axis=1).repeat(factor, axis=2)
    np.testing.assert_allclose(probe.pixels, wanted.reshape(32, -1), atol=1e-6)
    assert {float(n.alpha.numpy()) for n in (gan.generator, gan.ema_generator, gan.discriminator)} == {1.0}
