import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from keras_gan.regularizers import R1Penalty
from tests.contracts import round_trip
from tests.helpers import all_state

SIZES = {"latent_dim": 8, "mapping_layers": 2, "channel_base": 64, "channel_max": 8}
IMAGES = np.random.default_rng(0).uniform(-1, 1, (16, 16, 16, 3)).astype("float32")


def style_gan(model=keras_gan.StyleGAN2, num_classes=None, network=networks.stylegan2, seed=0, **parts):
    keras.utils.set_random_seed(seed)
    made = network((16, 16, 3), num_classes=num_classes, **SIZES)
    gan = model(*made, num_classes=num_classes, seed=seed)
    gan.compile(**parts)
    return gan


@pytest.mark.slow
def test_it_trains_is_saved_and_goes_on_to_the_bit():
    gan = style_gan(augmentation="ada")
    history = gan.fit(IMAGES, batch_size=8, epochs=3, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    # Six steps: path lengths at steps 0 and 4, R1 at 0.
    assert history["path_length"][0] > 0 == history["path_length"][1] and history["r1"][0] > 0
    assert float(gan.state.path_length_mean) > 0
    assert np.abs(gan.generator.get_layer("mapping").get_layer("average").average).max() > 0
    round_trip(gan, IMAGES)


@pytest.mark.slow
def test_classes():
    gan = style_gan(num_classes=3)
    gan.fit(IMAGES, np.arange(16) % 3, batch_size=8, verbose=0)
    assert gan.generate(5, seed=0, labels=2).shape == (5, 16, 16, 3)
    assert gan.grid_rows == 3
    with pytest.raises(ValueError, match="no `label`"):
        gan.fit(IMAGES, batch_size=8, verbose=0)
    with pytest.raises(ValueError, match="no classes"):
        style_gan().generate(1, labels=0)


def test_truncation_and_noise():
    gan = style_gan()
    mapping = gan.ema_generator.get_layer("mapping")
    mapping.get_layer("average").average.assign(np.linspace(-1, 1, 8))
    latents = gan.sample_latents(4, seed=1)
    ws = gan.style(latents)
    average = mapping.get_layer("average").average.numpy()
    half = gan.images_of(average + 0.5 * (ws - average))
    np.testing.assert_array_equal(gan.generate(4, seed=1, truncation=0.5), half)
    both = np.concatenate([average + 0.5 * (ws[:, :2] - average), ws[:, 2:]], axis=1)
    np.testing.assert_array_equal(
        gan.generate(4, seed=1, truncation=0.5, truncation_cutoff=2), gan.images_of(both)
    )
    for layer in gan.ema_generator.get_layer("synthesis").layers:
        if hasattr(layer, "strength"):
            layer.strength.assign(0.5)
    const, none = (gan.generate(4, seed=1, noise=noise).astype(int) for noise in ("const", "none"))
    assert np.abs(const - none).max() > 0
    np.testing.assert_array_equal(const, gan.generate(4, seed=1))
    random = gan.generate(4, seed=1, noise="random").astype(int)
    assert np.abs(random - const).max() > 0
    state = all_state(gan)
    np.testing.assert_array_equal(random, gan.generate(4, seed=1, noise="random"))
    assert np.abs(random - gan.generate(4, seed=2, noise="random")).max() > 0
    for name, values in all_state(gan).items():
        np.testing.assert_array_equal(values, state[name], err_msg=name)


def test_refusals():
    gan = style_gan()
    for arguments, words in (
        ({"noise": "white"}, "`noise`"),
        ({"truncation": float("nan")}, "`truncation`"),
        ({"truncation_cutoff": -1}, "`truncation_cutoff`"),
    ):
        with pytest.raises(ValueError, match=words):
            gan.generate(1, **arguments)
    with pytest.raises(ValueError, match="mapping.*synthesis"):
        keras_gan.StyleGAN2(*networks.dcgan((16, 16, 3), latent_dim=4, filters=4))
    with pytest.raises(ValueError, match="`style_mixing`"):
        keras_gan.StyleGAN2(*networks.stylegan2((16, 16, 3), **SIZES), style_mixing=2.0)


def test_mixed_images_have_the_first_layers_of_one_and_the_last_of_the_other():
    gan = style_gan()
    count = 2000
    drawn = gan.draw(count, gan.seed_generator)
    ones, mixed = (gan.style(drawn[k], training=True).numpy() for k in ("latents", "mixed_latents"))
    ws = gan.mix(ones, drawn, None).numpy()
    first = (ws == ones).all(axis=2)
    np.testing.assert_array_equal(ws, np.where(first[..., None], ones, mixed))
    lengths = first.sum(axis=1)
    assert (np.sort(first, axis=1)[:, ::-1] == first).all()
    layers = ones.shape[1]
    assert (lengths < layers).mean() == pytest.approx(0.9, abs=0.03)
    counts = np.bincount(lengths[lengths < layers], minlength=layers)
    assert counts[0] == 0
    np.testing.assert_allclose(counts[1:] / counts.sum(), 1 / (layers - 1), atol=0.03)


def test_defaults_are_the_official_ones():
    gan = style_gan()
    r1, lengths = gan.regularizers
    assert isinstance(r1, R1Penalty) and r1.gamma == pytest.approx(0.0002 * 16**2 / 32) and r1.interval == 16
    assert (lengths.weight, lengths.interval) == (2.0, 4)
    for optimizer, k in ((gan.generator_optimizer, 4), (gan.discriminator_optimizer, 16)):
        assert float(optimizer.learning_rate) == pytest.approx(0.002 * k / (k + 1))
        assert optimizer.beta_2 == pytest.approx(0.99 ** (k / (k + 1))) and optimizer.beta_1 == 0.0


def test_the_moving_average_has_the_official_half_life():
    decay = keras_gan.schedules.HalfLife(10_000, batch_size=32, rampup=0.05)
    for step in (1, 100, 10_000):
        half_life = min(10_000, 0.05 * 32 * step)
        assert float(decay(step)) == pytest.approx(0.5 ** (32 / half_life), rel=1e-5)


@pytest.mark.parametrize("num_classes", [None, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_an_exported_sampler_is_generate(tmp_path, num_classes):
    gan = style_gan(num_classes=num_classes)
    gan.fit(IMAGES, *([] if num_classes is None else [np.arange(16) % 3]), batch_size=8, verbose=0)
    path = gan.export(tmp_path / "model")
    sampler = tf.saved_model.load(path)
    arguments = [] if num_classes is None else [1]
    given = {} if num_classes is None else {"labels": 1}
    for truncation in (1.0, 0.5):
        np.testing.assert_array_equal(
            sampler.sample(3, 7, truncation, *arguments), gan.generate(3, 7, truncation=truncation, **given)
        )


@pytest.mark.slow
@pytest.mark.parametrize("parts", [{"jit_compile": True, "augmentation": "ada"}, {"discriminator_steps": 2}])
def test_xla_and_several_discriminator_steps(parts):
    history = style_gan(**parts).fit(IMAGES, batch_size=4, epochs=3, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.mark.slow
def test_half_precision_at_the_largest_size():
    keras.utils.set_random_seed(0)
    made = networks.stylegan2((16, 16, 3), low_precision=1, **SIZES)
    gan = keras_gan.StyleGAN2(*made, seed=0)
    gan.compile()
    history = gan.fit(IMAGES, batch_size=8, epochs=3, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())


@pytest.mark.slow
def test_two_replicas_equal_one_device(mirrored):
    trained = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        keras.utils.set_random_seed(0)
        with strategy.scope():
            made = networks.stylegan2((16, 16, 3), group_size=1, **SIZES)
            gan = keras_gan.StyleGAN2(*made, seed=0)
            gan.compile(
                generator_optimizer=keras.optimizers.SGD(0.01),
                discriminator_optimizer=keras.optimizers.SGD(0.01),
            )
            data = keras_gan.data.from_arrays(IMAGES, batch_size=8)
            gan.fit(data, epochs=3, verbose=0)
            trained.append(gan)
    for a, b in zip(trained[0].weights, trained[1].weights, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5, err_msg=a.path)
    np.testing.assert_allclose(
        trained[0].state.path_length_mean.numpy(), trained[1].state.path_length_mean.numpy(), rtol=1e-4
    )


def test_networks_of_other_classes_and_models_are_refused():
    labelled, plain = (networks.stylegan2((16, 16, 3), num_classes=n, **SIZES) for n in (3, None))
    for model, pair, options, message in (
        (keras_gan.StyleGAN2, labelled, {"num_classes": 5}, "built with num_classes=3"),
        (keras_gan.StyleGAN2, labelled, {}, r"StyleGAN2\(..., num_classes=3\)"),
        (keras_gan.StyleGAN2, plain, {"num_classes": 3}, "take no labels"),
        (keras_gan.StyleGAN3, plain, {}, "networks of StyleGAN2: use `keras_gan.StyleGAN2`"),
        (keras_gan.StyleGAN, plain, {}, "networks of StyleGAN2"),
    ):
        with pytest.raises(ValueError, match=message):
            model(*pair, **options)
    # Networks may know more classes than the labels have.
    assert keras_gan.StyleGAN2(*labelled, num_classes=2).num_classes == 2
    with pytest.raises(ValueError, match="swapped"):
        keras_gan.StyleGAN2(*plain[::-1])
    gan = keras_gan.StyleGAN2(*plain)
    gan.compile()
    with pytest.raises(ValueError, match="a list of 2 arrays"):
        gan.fit([IMAGES, IMAGES])
    for truncation in (None, "x", float("nan")):
        with pytest.raises(ValueError, match="`truncation` must be a finite number"):
            gan.generate(2, truncation=truncation)
