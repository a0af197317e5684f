import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.augmentations import InstanceNoise
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


def test_noise_fades_and_is_for_training_alone(images):
    gan = tiny_gan(augmentation=InstanceNoise(0.2, decay_steps=10))
    black = tf.zeros((500, 8, 8, 1))
    for step, expected in ((0, 0.2), (5, 0.1), (10, 0.0), (30, 0.0)):
        gan.state.generator_step.assign(step)
        noise = gan.augmentation.augment(gan, black)[0].numpy()
        np.testing.assert_allclose(noise.std(), expected, rtol=0.02)
    gan.state.generator_step.assign(0)
    exact = gan.discriminator(images).numpy()
    np.testing.assert_array_equal(gan.discriminate(images, training=False), exact)
    assert (gan.discriminate(images, training=True).numpy() != exact).any()


def test_contract():
    check_config(InstanceNoise(0.3, 5), {"stddev": 0.3, "decay_steps": 5})
    part_contract(augmentation=["instance_noise"])
    # Of vectors too.
    vectors = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    vectors.compile(augmentation="instance_noise")
    vectors.fit(np.zeros((32, 2), "float32"), verbose=0)


def test_the_old_names_work_and_warn(images, tmp_path):
    """As regularizers, by alias and by class; the same training to the bit."""
    new = tiny_gan(regularizers=["r1"], augmentation=[InstanceNoise(0.1)])
    with pytest.warns(FutureWarning, match=r"compile\(augmentation=\[...\]\)"):
        old = tiny_gan(regularizers=["r1", keras_gan.regularizers.InstanceNoise(0.1)])
    assert isinstance(old.augmentation, InstanceNoise) and len(old.regularizers) == 1
    for gan in (new, old):
        gan.fit(images, batch_size=16, verbose=0)
    for a, b in zip(new.get_weights(), old.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.warns(FutureWarning, match="instance_noise"):
        tiny_gan(regularizers=["instance_noise"])
    with pytest.raises(TypeError, match="`perturb`, which nothing calls"):
        type("Mine", (keras_gan.regularizers.Regularizer,), {"perturb": lambda self, gan, images: images})


def test_a_list_is_applied_in_its_order(images, tmp_path):
    """Each is given what the one before made; saved and loaded; two that adapt themselves are refused."""

    class Add(keras_gan.augmentations.Augmentation):
        def transform(self, images, draws, strength, colors=True):
            return images + 1.0

    class Double(keras_gan.augmentations.Augmentation):
        def transform(self, images, draws, strength, colors=True):
            return 2.0 * images

    gan = tiny_gan(augmentation=[Add(), Double()])
    expected = gan.discriminate(2.0 * (images + 1.0), training=False)
    np.testing.assert_allclose(gan.discriminate(images), expected, rtol=1e-5)
    gan = tiny_gan(augmentation=["ada", "blur"])
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert [type(part).__name__ for part in loaded.augmentation] == ["ADA", "Blur"]
    with pytest.raises(ValueError, match="Only one augmentation may adapt itself"):
        tiny_gan(augmentation=["ada", "apa"])
