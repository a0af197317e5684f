"""The base class, and what minimising a loss finds: the divergence between two Gaussians."""

import statistics

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.losses import AdversarialLoss


def test_a_new_loss_is_two_formulas():
    class Hinge(AdversarialLoss):
        def discriminator_terms(self, real_logits, fake_logits):
            return keras.ops.relu(1 - real_logits), keras.ops.relu(1 + fake_logits)

        def generator_term(self, fake_logits, real_logits):
            return -fake_logits

    loss = keras_gan.losses.get(Hinge())
    real, fake = [-5, 1.4, 12.5, 2.7], [10, 4.4, -5.5, 3.6]
    assert float(loss.discriminator_loss(real, fake)) == pytest.approx(6.75)
    assert float(loss.generator_loss(fake)) == pytest.approx(-3.125)


def test_one_term_in_the_place_of_two():
    class One(keras_gan.losses.AdversarialLoss):
        def discriminator_terms(self, real_logits, fake_logits):
            return fake_logits - real_logits

    with pytest.raises(ValueError, match="`discriminator_terms` of One must return two tensors"):
        One().discriminator_loss(np.zeros((4, 1), "float32"), np.zeros((4, 1), "float32"))


def test_unknown_names_list_the_known_ones():
    with pytest.raises(ValueError, match=r"'hinj'.*least_squares.*non_saturating"):
        keras_gan.losses.get("hinj")


def test_sample_weight_must_have_one_row_per_image():
    with pytest.raises(ValueError, match="sample_weight"):
        keras_gan.losses.get("wasserstein").discriminator_loss(
            np.zeros((4, 1)), np.zeros((4, 1)), np.ones((4, 1))
        )


def test_base_is_abstract():
    with pytest.raises(NotImplementedError, match="discriminator_terms"):
        AdversarialLoss().discriminator_loss([0.0], [0.0])


# Minimum over all discriminators, N(0, 1) against N(d, 1).
MINIMA = {
    "non_saturating": {0.0: 1.386294, 1.0: 1.163451, 2.0: 0.712633},
    "least_squares": {1.0: 0.198986, 2.0: 0.112400},
    "relativistic": {1.0: 0.491802, 2.0: 0.193075},
    "hinge": {1.0: 1.234150},
    # Of an f-divergence: minus the divergence, in closed form.
    "jensen_shannon": {1.0: -2 * 0.111421},
    "kl": {1.0: -0.5},
    "reverse_kl": {1.0: -0.5},
    "pearson": {0.5: 1.0 - np.exp(0.25)},
    "squared_hellinger": {1.0: 2 * np.exp(-1 / 8) - 2},
    "total_variation": {1.0: 1 - 2 * statistics.NormalDist().cdf(0.5)},
}


@pytest.mark.parametrize(("alias", "distance"), [(a, d) for a, row in MINIMA.items() for d in row])
def test_trained_discriminator_reaches_the_optimum(alias, distance):
    """A small network, trained on the quantiles of both, ends at the loss's known minimum."""
    loss = keras_gan.losses.get(alias)
    normal = statistics.NormalDist()
    quantiles = np.array([normal.inv_cdf((i + 0.5) / 4000) for i in range(4000)], "float32")[:, None]
    real, fake = tf.constant(quantiles), tf.constant(quantiles + np.float32(distance))
    model = keras.Sequential(
        [keras.layers.Input((1,)), keras.layers.Dense(32, "tanh"), keras.layers.Dense(1)]
    )
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.02, 600))
    optimizer.build(model.trainable_variables)

    @tf.function
    def step():
        # Pairs are independent draws.
        partner = tf.random.shuffle(fake) if loss.relativistic else fake
        with tf.GradientTape() as tape:
            value = loss.discriminator_loss(model(real), model(partner))
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(value, [v.value for v in variables]), variables)
        return value

    for _ in range(600):
        value = step()
    if loss.relativistic:
        pairs = np.meshgrid(*(model(x).numpy()[::10, 0] for x in (real, fake)))
        value = loss.discriminator_loss(*pairs)
    # Not below the infimum (but for quadrature), and within a thousandth above; a step function
    # (hinge) and a steep exponential (Pearson) are hard to reach for a small network.
    above = {"hinge": 0.05, "pearson": 0.08, "total_variation": 0.004}.get(alias, 1.5e-3)
    assert -1.5e-3 < float(value) - MINIMA[alias][distance] < above
    if distance == 0.0 and alias == "non_saturating":
        np.testing.assert_allclose(keras.ops.sigmoid(model(real)), 0.5, atol=0.02)
    if distance and alias == "non_saturating":
        # The optimum's logit is log p/q = d^2/2 - d x.
        x = np.linspace(-1, distance + 1, 9, dtype="float32")[:, None]
        np.testing.assert_allclose(model(x), distance**2 / 2 - distance * x, atol=0.25)
