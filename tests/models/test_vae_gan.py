import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import networks
from keras_gan.callbacks import SampleGrid
from tests.contracts import game_contract
from tests.helpers import tiny_networks


def tiny(policy="float32", model=None, **parts):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    made = networks.encoder((8, 8, 1), 2 * 4, filters=4), *tiny_networks()
    gan = keras_gan.VAEGAN(*made, **(model or {}), seed=0)
    gan.compile(**parts)
    return gan


def test_what_each_player_minimises(images):
    """By NumPy, and that each gradient reaches its player alone."""
    gan = tiny(model={"feature_weight": 3.0}, beta=0.5)
    batch = {"image": images[:8], **gan.draw(8, gan.seed_generator)}
    with gan.record("generator") as generator_tape:
        encoded = gan.encoded(batch)
        fake = gan.forward(encoded)
    codes = gan.encoder(images[:8]).numpy()
    mean, log_variance = codes[:, :4], codes[:, 4:]
    z = mean + np.exp(log_variance / 2) * batch["posterior_noise"].numpy()
    made = gan.generator(z, training=True).numpy()
    features = [gan._features(x, training=True).numpy() for x in (images[:8], made)]
    distance = ((features[0] - features[1]) ** 2).mean()
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(1).mean()
    loss, figures = gan.encoder_objective(encoded)
    np.testing.assert_allclose(figures["features"], distance, rtol=1e-4)
    np.testing.assert_allclose(figures["kl"], kl, rtol=1e-4)
    units = np.prod(features[0].shape[1:])
    np.testing.assert_allclose(loss, 0.5 * units * np.log(distance) + 0.5 * kl, rtol=1e-4)
    # Reconstructions and samples by turns.
    np.testing.assert_allclose(fake[::2], made[::2], atol=1e-5)
    samples = gan.generator(batch["latents"], training=True).numpy()
    np.testing.assert_allclose(fake[1::2], samples[1::2], atol=1e-5)
    with generator_tape:
        loss, figures = gan.generator_objective(gan.turn_of("generator", encoded, fake))
    np.testing.assert_allclose(figures["g_features"], 1.5 * np.log(distance), rtol=1e-4)
    logits = gan.discriminator(fake).numpy()
    np.testing.assert_allclose(loss, 1.5 * np.log(distance) + np.log1p(np.exp(-logits)).mean(), rtol=1e-4)
    gradients = generator_tape.gradient(loss, [v.value for v in gan.variables_of("generator")])
    assert all(g is not None for g in gradients)


def test_each_step_moves_every_player(images):
    gan = tiny()
    before = {player: [v.numpy() for v in gan.variables_of(player)] for player in gan.players}
    gan.fit(images, batch_size=16, verbose=0)
    for player in gan.players:
        moved = [
            (a != b.numpy()).any() for a, b in zip(before[player], gan.variables_of(player), strict=True)
        ]
        assert any(moved), player
    assert [int(gan.state.step_of(player)) for player in gan.players] == [4, 4, 4]


@pytest.mark.parametrize(
    "parts",
    [
        {},
        pytest.param(
            {"regularizers": ["r1", "lecam", "feature_matching"], "augmentation": "ada"},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"loss": "relativistic", "regularizers": ["gradient_penalty"], "augmentation": "diffaugment"},
            marks=pytest.mark.slow,
        ),
    ],
    ids=["plain", "penalties", "relativistic"],
)
def test_every_part_combines_with_it(parts, images, tmp_path):
    gan = tiny(**parts)
    monitor = keras_gan.callbacks.TrainingMonitor(samples=16, every=2)
    history = gan.fit(
        images,
        batch_size=16,
        epochs=2,
        validation_data=images,
        verbose=0,
        callbacks=[SampleGrid(tmp_path), monitor],
    ).history
    assert np.isfinite([history[name] for name in gan.figure_names]).all()
    assert {"features", "kl", "e_loss", "g_features", "val_features", "val_kl"} <= set(history)
    mean, deviation = gan.encode(images)
    assert mean.shape == deviation.shape == (64, 4) and gan.reconstruct(images).shape == images.shape
    assert (tmp_path / "epoch-0002.png").exists()


@pytest.mark.slow
def test_contract(images, tmp_path, mirrored):
    def make():
        return tiny(model={"feature_weight": 2.0}, beta=keras_gan.schedules.Cosine(0.0, 1.0, 10))

    assert game_contract(make, images, tmp_path, mirrored, plain=tiny).feature_weight == 2.0


@pytest.mark.parametrize(
    ("policy", "options"),
    [("mixed_bfloat16", {}), ("mixed_float16", {}), ("float32", {"jit_compile": True})],
)
@pytest.mark.slow
def test_precisions_and_xla(policy, options, images):
    gan = tiny(policy, regularizers=["r1"], **options)
    history = gan.fit(images, batch_size=16, epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert gan.generate(2, seed=0).dtype == np.uint8


def test_exports_are_those_of_its_generator(images, tmp_path):
    import tensorflow as tf

    gan = tiny()
    gan.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    assert np.abs(saved.sample(4, 7).numpy().astype(int) - gan.generate(4, seed=7)).max() <= 1


def test_what_does_not_fit_is_said():
    with pytest.raises(ValueError, match=r"side by side, \(None, 8\) for the generator's latents"):
        keras_gan.VAEGAN(networks.encoder((8, 8, 1), 4, filters=4), *tiny_networks())
    with pytest.raises(ValueError, match="one discriminator step"):
        tiny(discriminator_steps=2)
    with pytest.raises(TypeError, match="has no `prior_optimizer`"):
        tiny(prior_optimizer="adam")
    with pytest.raises(ValueError, match="must be three|must be 3"):
        adam = keras.optimizers.Adam()
        tiny(
            encoder_optimizer=adam, generator_optimizer=adam, discriminator_optimizer=keras.optimizers.Adam()
        )
