"""StackGAN: both stages."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from tests.contracts import game_contract
from tests.helpers import place_of, spots_of

SIZES = {"condition_dim": 3, "latent_dim": 4, "embedding_dim": 3, "filters": 8, "discriminator_filters": 4}


def first(**options):
    keras.utils.set_random_seed(0)
    gan = keras_gan.StackGAN(*networks.stackgan((8, 8, 3), **SIZES), seed=0, ema_decay=0.9, **options)
    gan.compile()
    return gan


def second():
    keras.utils.set_random_seed(1)
    pair = networks.stackgan((32, 32, 3), **SIZES, residual_blocks=1, stage_1=first().ema_generator)
    gan = keras_gan.StackGAN(*pair, seed=0, ema_decay=0.9)
    gan.compile()
    return gan


@pytest.fixture(scope="module")
def colours():
    return np.random.default_rng(0).uniform(-0.9, 0.9, (64, 3)).astype("float32")


def of(colours, side):
    """Images of one colour, and the colour as their text."""
    return {"image": np.tile(colours[:, None, None], (1, side, side, 1)), "condition": colours}


def test_the_papers_choices():
    gan = first()
    assert isinstance(gan.adversarial_loss, keras_gan.losses.NonSaturatingLoss)
    assert gan.kl_weight == 2.0 and gan.regularizers == []
    assert float(gan.generator_optimizer.learning_rate) == pytest.approx(2e-4)


@pytest.mark.parametrize("make, side", [(first, 8), (second, 32)])
def test_the_discriminators_loss(make, side, colours):
    """From its logits, in NumPy: the mean that a batch's texts have is that of the moment."""
    gan = make()
    batch = {name: tf.constant(values[:8]) for name, values in of(colours, side).items()}
    fake = gan.forward({**batch, **gan.draw(8, gan.seed_generator)})
    turn = gan.turn_of("discriminator", batch, fake)
    loss, _ = gan.discriminator_objective(turn)
    mean, _ = gan.generator.get_layer("conditioning").distribution(batch["condition"])

    def logits(images, told):
        found = gan.discriminator([images, told], training=True)
        return [x.numpy() for x in (found if isinstance(found, list) else [found])]

    def softplus(x):
        return np.log1p(np.exp(x)).mean()

    real, fake, other = (
        logits(x, told)
        for x, told in (
            (batch["image"], mean),
            (fake, mean),
            (batch["image"], tf.roll(mean, 1, axis=0)),
        )
    )
    if side == 8:
        expected = softplus(-real[0]) + (softplus(fake[0]) + softplus(other[0])) / 2
    else:
        expected = (softplus(-real[0]) + softplus(-real[1])) / 2
        expected += (softplus(fake[0]) + softplus(fake[1]) + softplus(other[0])) / 3
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_the_mean_is_no_path_to_the_generator(colours):
    """Where the generator draws nothing of its own condition, the adversarial loss has no gradient in its distribution."""
    gan = first(kl_weight=0.0)
    condition = tf.constant(colours[:8])
    batch = {"image": tf.zeros((8, 8, 8, 3)), "condition": condition}
    with gan.record("generator") as tape:
        # Fakes that do not depend on the generator at all.
        loss, _ = gan.generator_objective(gan.turn_of("generator", batch, tf.zeros((8, 8, 8, 3))))
    gradients = tape.gradient(loss, [v.value for v in gan.variables_of("generator")])
    assert all(g is None or not np.any(g) for g in gradients)


@pytest.mark.slow
def test_stage_1_is_frozen_and_stays_so(colours, tmp_path):
    gan = second()
    before = [v.numpy() for v in gan.generator.get_layer("stage_1").weights]
    gan.fit(of(colours, 32), batch_size=16, verbose=0)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    again.fit(of(colours, 32), batch_size=16, verbose=0)
    for model in (gan, again):
        after = [v.numpy() for v in model.generator.get_layer("stage_1").weights]
        for a, b in zip(before, after, strict=True):
            np.testing.assert_array_equal(a, b)
    # Training goes on in the generator that was copied.
    assert all(layer.trainable for layer in first().generator.layers)


@pytest.mark.slow
def test_it_is_exported(colours, tmp_path):
    gan = second()
    images = gan.generate(4, labels=colours[:4], seed=1)
    gan.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    assert np.abs(saved.sample(4, 1, 1.0, labels=colours[:4]).numpy().astype(int) - images).max() <= 1


@pytest.mark.slow
def test_contract(colours, tmp_path, mirrored):
    game_contract(first, of(colours, 8), tmp_path, mirrored)


@pytest.mark.slow
def test_images_follow_their_texts():
    """A bright spot is where held-out texts say it is: squared distance to that place, beside that to another text's."""
    spots = spots_of(512, 8, seed=0)
    keras.utils.set_random_seed(0)
    pair = networks.stackgan((8, 8, 3), 6, 4, embedding_dim=8, filters=16, discriminator_filters=16)
    gan = keras_gan.StackGAN(*pair, seed=0, ema_decay=0.99, kl_weight=0.05)
    Adam = keras_gan.optimizers.Adam
    gan.compile(generator_optimizer=Adam(5e-4, beta_1=0.5), discriminator_optimizer=Adam(5e-4, beta_1=0.5))
    gan.fit(spots, batch_size=32, epochs=75, verbose=0)
    texts = spots_of(64, 8, seed=1)["condition"]
    found, places = place_of(gan.generate(64, labels=texts, seed=0)), texts[:, :2] / 3.0
    own, other = (((found - p) ** 2).mean() for p in (places, np.roll(places, 1, axis=0)))
    assert own < 0.6 * other


@pytest.mark.slow
def test_what_is_refused(colours):
    with pytest.raises(ValueError, match="power of two"):
        networks.stackgan((28, 28, 1), 8)
    with pytest.raises(ValueError, match="fourth of the side"):
        networks.stackgan((64, 64, 3), **SIZES, stage_1=first().generator)
    for other in (first(), "stage_1.keras"):
        with pytest.raises(ValueError, match="ema_generator"):
            networks.stackgan((32, 32, 3), **SIZES, stage_1=other)
    with pytest.raises(ValueError, match="multiple of 4"):
        networks.stackgan((32, 32, 3), **{**SIZES, "filters": 6}, stage_1=first().generator)
    with pytest.raises(ValueError, match="ConditioningAugmentation"):
        keras_gan.StackGAN(*networks.dfgan((8, 8, 3), 3, 4, filters=4))
    generator, _ = networks.stackgan((8, 8, 3), **SIZES)
    _, other = networks.stackgan((8, 8, 3), **{**SIZES, "embedding_dim": 5})
    with pytest.raises(ValueError, match=r"\(batch, 3\)"):
        keras_gan.StackGAN(generator, other)
    with pytest.raises(ValueError, match="compares each fake"):
        first().compile(loss="relativistic")
    with pytest.raises(ValueError, match="leave out `mismatched_pairs`"):
        first().compile(regularizers=["mismatched_pairs"])
    with pytest.raises(ValueError, match="batches of 2"):
        first().fit(of(colours[:1], 8), batch_size=1, verbose=0)
