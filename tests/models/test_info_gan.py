import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from tests.contracts import round_trip
from tests.helpers import all_state, tiny_gan
from tests.models.test_conditional_gan import KEYS


def make(**parts):
    pair = keras_gan.networks.dcgan((8, 8, 1), recognition=5, **{**KEYS, "latent_dim": 9})

    def build(*networks, **kwargs):
        return keras_gan.InfoGAN(*networks, categories=3, codes=2, **kwargs)

    return tiny_gan(build, networks=pair, **parts)


@pytest.mark.slow
def test_contract(images):
    gan = make(regularizers=["r1"])
    history = gan.fit(images, batch_size=8, validation_data=images, verbose=0).history
    assert {"g_information", "mutual_information"} <= set(history)
    # Nothing is learnt yet: no information, and never more than the category has.
    assert abs(history["mutual_information"][0]) < 0.3
    np.testing.assert_allclose(
        history["g_loss"][0], history["g_adversarial"][0] + history["g_information"][0], rtol=1e-5
    )
    round_trip(gan, images)


def test_latents_are_noise_category_and_codes():
    gan = make()
    assert gan.noise_dim == 4
    latents = gan.noise.draw(6000, tf.constant([1, 0], tf.int64)).numpy()
    noise, category, codes = np.split(latents, [4, 7], axis=1)
    np.testing.assert_allclose(noise.std(0), 1.0, atol=0.04)
    assert (category.sum(1) == 1).all() and ((category == 0) | (category == 1)).all()
    np.testing.assert_allclose(category.mean(0), 1 / 3, atol=0.02)
    assert np.abs(codes).max() <= 1
    np.testing.assert_allclose(codes.var(0), 1 / 3, atol=0.02)
    # Independent of one another.
    off = np.corrcoef(np.concatenate([noise, category[:, :1], codes], axis=1).T) - np.eye(7)
    assert np.abs(off).max() < 0.06


def test_q_belongs_to_the_generator(images):
    gan = make(run_eagerly=True)
    q = [v for v in gan.discriminator.trainable_variables if {"recognition", "code"} & set(v.path.split("/"))]
    assert len(q) == 4
    mine = {id(v) for v in gan.variables_of("generator")}
    theirs = {id(v) for v in gan.variables_of("discriminator")}
    assert all(id(v) in mine and id(v) not in theirs for v in q)
    assert len(mine) + len(theirs) == len(gan.generator.trainable_variables) + len(
        gan.discriminator.trainable_variables
    )
    before = all_state(gan)
    gan.train_on_batch(images[:8])
    after = all_state(gan)
    moved = [n for n in before if "code/kernel" in n and (before[n] != after[n]).any()]
    assert moved


def test_frozen_layers_stay_the_discriminators():
    _, discriminator = pair = keras_gan.networks.dcgan((8, 8, 1), recognition=5, **{**KEYS, "latent_dim": 9})
    keras_gan.networks.freeze_blocks(discriminator, 1)
    gan = keras_gan.InfoGAN(*pair, categories=3, codes=2)
    discriminator.get_layer("down_1").trainable = True
    assert not any("down_1" in v.path for v in gan.variables_of("generator"))


def test_information_by_hand(images):
    gan = make(run_eagerly=True)
    batch = {"image": images[:6], "latents": gan.sample_latents(6, 0)}
    fake = gan.forward(batch)
    _, figures = gan.generator_objective(gan.turn_of("generator", batch, fake))
    q, latents = gan.discriminator(fake)[1].numpy(), batch["latents"]
    log_q = q[:, :3] - np.log(np.exp(q[:, :3]).sum(1, keepdims=True))
    category = -(latents[:, 4:7] * log_q).sum(1).mean()
    codes = (0.5 * (latents[:, 7:] - q[:, 3:]) ** 2 + 0.5 * np.log(2 * np.pi)).sum(1).mean()
    np.testing.assert_allclose(figures["g_information"], category + 0.1 * codes, rtol=1e-5)
    np.testing.assert_allclose(figures["mutual_information"], np.log(3) - category, rtol=1e-4, atol=1e-6)


def test_generate_and_recognize(images, tmp_path):
    gan = make()
    a, b = (gan.generate(4, seed=0, category=c, codes=[0.0, 0.5]) for c in (0, 1))
    assert (a != b).any()
    np.testing.assert_array_equal(gan.generate(4, seed=0), gan.generate(4, seed=0))
    probabilities, codes = gan.recognize(images[:5])
    assert probabilities.shape == (5, 3) and codes.shape == (5, 2)
    for wrong in ({"category": 3}, {"category": [0, 1]}, {"codes": [0.0]}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            gan.generate(4, **wrong)
    latents, condition = gan.grid_inputs(gan.grid_rows, 2, seed=0)
    assert condition is None and len(latents) == 6
    assert latents[:, 4:7].argmax(1).tolist() == [0, 0, 1, 1, 2, 2]
    loaded = tf.saved_model.load(gan.export(tmp_path / "model"))
    np.testing.assert_array_equal(loaded.sample(5, 3, 0.7), gan.generate(5, 3, truncation=0.7))


def test_networks_that_do_not_fit():
    with pytest.raises(ValueError, match="recognition=12"):
        keras_gan.InfoGAN(*keras_gan.networks.dcgan((8, 8, 1), **KEYS))
    pair = keras_gan.networks.dcgan((8, 8, 1), recognition=12, **KEYS)
    with pytest.raises(ValueError, match="longer"):
        keras_gan.InfoGAN(*pair)
