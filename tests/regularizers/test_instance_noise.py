import numpy as np
import tensorflow as tf

from keras_gan.regularizers import InstanceNoise
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


def test_noise_fades_and_is_for_training_alone(images):
    gan = tiny_gan(regularizers=[InstanceNoise(0.2, decay_steps=10)])
    black = tf.zeros((500, 8, 8, 1))
    for step, expected in ((0, 0.2), (5, 0.1), (10, 0.0), (30, 0.0)):
        gan.state.generator_step.assign(step)
        noise = gan.regularizers[0].perturb(gan, black).numpy()
        np.testing.assert_allclose(noise.std(), expected, rtol=0.02)
    gan.state.generator_step.assign(0)
    exact = gan.discriminator(images).numpy()
    np.testing.assert_array_equal(gan.discriminate(images, training=False), exact)
    assert (gan.discriminate(images, training=True).numpy() != exact).any()


def test_contract():
    check_config(InstanceNoise(0.3, 5), {"stddev": 0.3, "decay_steps": 5})
    part_contract(regularizers=["instance_noise"])
