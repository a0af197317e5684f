import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.losses import HingeLoss, NonSaturatingLoss, SANLoss
from tests.contracts import FAKE, REAL, check_config, part_contract
from tests.helpers import tiny_gan, tiny_networks

TWICE = [np.stack([x, x], axis=-1) for x in (REAL, FAKE)]


def test_values():
    """Hinge's published 6.75 and -3.125, and Wasserstein's difference of the means."""
    loss = SANLoss("hinge")
    difference = FAKE.mean() - REAL.mean()
    np.testing.assert_allclose(loss.discriminator_loss(*TWICE), 6.75 + difference, rtol=1e-6)
    np.testing.assert_allclose(loss.generator_loss(TWICE[1]), -3.125, rtol=1e-6)
    np.testing.assert_allclose(
        SANLoss("relativistic").generator_loss(TWICE[1], TWICE[0]), 4.597435, rtol=1e-6
    )
    patches = [np.broadcast_to(x[:, None, None], (4, 3, 3, 2)) for x in TWICE]
    np.testing.assert_allclose(loss.discriminator_loss(*patches), 6.75 + difference, rtol=1e-6)


@pytest.mark.parametrize("alias", sorted(keras_gan.losses.ALIASES))
def test_of_every_loss(alias):
    """Its own figure, and the difference of the means beside it for the discriminator."""
    loss = keras_gan.losses.get(alias)
    difference = FAKE.mean() - REAL.mean()
    expected = float(loss.discriminator_loss(REAL, FAKE)) + difference
    np.testing.assert_allclose(SANLoss(alias).discriminator_loss(*TWICE), expected, rtol=1e-5)
    np.testing.assert_allclose(
        SANLoss(alias).generator_loss(TWICE[1], TWICE[0]), loss.generator_loss(FAKE, REAL), rtol=1e-5
    )


def test_config():
    check_config(SANLoss(HingeLoss()), {})
    assert type(SANLoss().loss) is NonSaturatingLoss
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(SANLoss("hinge")))
    assert type(again.loss) is HingeLoss


def test_part_contract():
    part_contract(loss=SANLoss("hinge"), networks=san_networks())


def san_networks():
    generator, discriminator = tiny_networks()
    return generator, keras_gan.networks.san(discriminator)


def test_the_generator_gets_its_loss_once():
    """Its gradient through a SAN head is that of the same dense layer."""
    generator, discriminator = tiny_networks()
    plain = keras.Model(discriminator.inputs, discriminator.outputs)
    sliced = keras_gan.networks.san(discriminator)
    head = next(layer for layer in sliced.layers if isinstance(layer, keras_gan.layers.SANDense))
    dense = next(layer for layer in reversed(plain.layers) if isinstance(layer, keras.layers.Dense))
    head.kernel.assign(dense.kernel)
    dense.bias.assign([0.0])
    latents = tf.random.stateless_normal((4, generator.input_shape[-1]), (0, 1))
    found = []
    for network, loss in ((plain, HingeLoss()), (sliced, SANLoss("hinge"))):
        with tf.GradientTape() as tape:
            value = loss.generator_loss(network(generator(latents)))
        found.append(tape.gradient(value, [v.value for v in generator.trainable_variables]))
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-7)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="networks.san"):
        SANLoss().discriminator_loss(REAL, FAKE)
    with pytest.raises(ValueError, match="with a direction"):
        SANLoss(SANLoss())
    with pytest.raises(ValueError, match="networks.san"):
        tiny_gan(loss=SANLoss())
    with pytest.raises(ValueError, match="compile.loss=keras_gan.losses.SANLoss"):
        tiny_gan(networks=san_networks())
    with pytest.raises(ValueError, match="lecam would move the direction"):
        tiny_gan(networks=san_networks(), loss=SANLoss(), regularizers=["lecam"])
    _, discriminator = tiny_networks()
    bounded = keras.Model(discriminator.inputs, keras.layers.Activation("sigmoid")(discriminator.output))
    with pytest.raises(ValueError, match="with linear activation"):
        keras_gan.networks.san(bounded)
    with pytest.raises(ValueError, match="ends in `Dense"):
        keras_gan.networks.san(keras_gan.networks.patchgan((32, 32, 1), filters=4))
