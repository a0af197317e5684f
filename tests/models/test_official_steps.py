"""Losses and gradients of official training steps, tensor by tensor: `golden/README.md`, "Training steps".

A gradient is given in the official names, as the weights are: `convert` brings both into our networks, so that they are
compared weight by weight.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import convert
from tests.conftest import golden


class Step:
    """An official step: its arrays, and networks of its weights or of its gradients."""

    def __init__(self, name, folder):
        self.path, self.folder = golden(f"steps/{name}.npz"), folder
        with np.load(self.path) as arrays:
            self.arrays = {key: arrays[key] for key in arrays.files}

    def __getitem__(self, name):
        array = self.arrays[name]
        return np.moveaxis(array, 1, -1) if array.ndim == 4 else array

    def network(self, prefix):
        return convert.load(self.path, prefix=prefix)

    def gradients(self, prefix, kind):
        """The gradients of a network's trainable weights, in its order."""
        weights = {k.removeprefix(prefix): v for k, v in self.arrays.items() if k.startswith(prefix)}
        found = {
            k.removeprefix(kind): v.astype("float32") for k, v in self.arrays.items() if k.startswith(kind)
        }
        assert found and set(found) <= set(weights)
        path = self.folder / "gradients.npz"
        np.savez(path, **{**weights, **found})
        return [v.numpy() for v in convert.load(path).trainable_variables]

    def latents(self, name):
        return tf.constant(self[name].reshape(len(self[name]), -1), "float32")

    def adam(self, player):
        rate, beta_1, beta_2, epsilon = self.arrays[f"optimizer.{player}"].tolist()
        # Keras adds epsilon before the second moment is corrected: of the first step this is as much.
        epsilon *= (1.0 - beta_2) ** 0.5
        return keras_gan.optimizers.Adam(rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)


@pytest.fixture
def step(request, tmp_path):
    return Step(request.param, tmp_path)


def of(name):
    return pytest.mark.parametrize("step", [name] if isinstance(name, str) else name, indirect=True)


def assert_same(found, expected, factor=1.0):
    """Gradients equal to 1e-3 of their L2 norm; those that are 0 officially are small."""
    largest = max(np.linalg.norm(e) for e in expected)
    assert len(found) == len(expected)
    for a, e in zip(found, expected, strict=True):
        a = np.asarray(a, "float64") * factor
        assert np.linalg.norm(a - e) <= 1e-3 * max(np.linalg.norm(e), 1e-3 * largest)


def noted(gan):
    """Note what reaches each optimiser, and let it step."""
    seen = {}
    for player, optimizer in gan.optimizer.by_player.items():

        def apply(gradients, variables, player=player, optimizer=optimizer):
            seen[player] = [g.numpy() for g in gradients]
            type(optimizer).apply(optimizer, gradients, variables)

        optimizer.apply = apply
    return seen


def gradient_of(gan, player, objective):
    """Gradient and figures of an objective at the weights as they are."""
    with gan.record(player) as tape:
        loss, figures = objective()
    return tape.gradient(loss, [v.value for v in gan.variables_of(player)]), figures | {"loss": loss}


@of("dcgan_64")
def test_dcgan(step):
    gan = keras_gan.GAN(step.network("G."), step.network("D."), ema_decay=None)
    gan.compile(generator_optimizer=step.adam("G"), discriminator_optimizer=step.adam("D"))
    seen = noted(gan)
    gan.draw = lambda count, seed: {"latents": step.latents("z")}
    figures = gan.update({"image": tf.constant(step["real"])})
    np.testing.assert_allclose(figures["d_loss"], step["loss.errD"], rtol=1e-4)
    np.testing.assert_allclose(figures["g_loss"], step["loss.errG"], rtol=1e-4)
    assert_same(seen["discriminator"], step.gradients("D.", "grad.D."))
    # Of the discriminator after its step, on the same fakes.
    assert_same(seen["generator"], step.gradients("G.", "grad.G."))
    after = {k.removeprefix("after."): v for k, v in step.arrays.items() if k.startswith("after.")}
    path = step.folder / "after.npz"
    np.savez(path, **{**{k: v for k, v in step.arrays.items() if k[:2] in ("G.", "D.")}, **after})
    before = {"G": step.network("G."), "D": step.network("D.")}
    for prefix, network in (("G", gan.generator), ("D", gan.discriminator)):
        official = convert.load(path, prefix=f"{prefix}.")
        for mine, theirs, start in zip(
            network.weights, official.weights, before[prefix].weights, strict=True
        ):
            moved = np.linalg.norm(theirs.numpy() - start.numpy())
            # Officially the generator's turn moves the discriminator's statistics a third time, and variances are unbiased.
            if moved and (mine.trainable or (prefix == "G" and "moving_mean" in mine.path)):
                assert np.linalg.norm(mine.numpy() - theirs.numpy()) <= 5e-3 * moved, mine.path


@of(["pix2pix_batch_32", "pix2pix_instance_32"])
def test_pix2pix(step):
    """Officially the discriminator minimises half of the sum that the paper has, which is ours."""
    gan = keras_gan.Pix2Pix(step.network("G."), judge_of_pairs(step.network("D.")))
    gan.compile(
        generator_optimizer=step.adam("G"), discriminator_optimizer=step.adam("D"), loss="non_saturating"
    )
    seen = noted(gan)
    figures = gan.update({"condition": tf.constant(step["real_A"]), "image": tf.constant(step["real_B"])})
    np.testing.assert_allclose(figures["d_loss"] / 2, step["loss.D"], rtol=1e-4)
    np.testing.assert_allclose(figures["g_adversarial"], step["loss.G_GAN"], rtol=1e-4)
    np.testing.assert_allclose(figures["g_l1"], step["loss.G_L1"], rtol=1e-4)
    assert_same(seen["discriminator"], step.gradients("D.", "grad.D."), factor=0.5)
    # Adam's step does not depend on the factor, so that the generator meets the same discriminator.
    assert_same(seen["generator"], step.gradients("G.", "grad.G."))


def judge_of_pairs(network):
    """A discriminator of [image, condition] around the official one of both joined, the condition first."""
    image, condition = keras.Input((32, 32, 3)), keras.Input((32, 32, 3))
    joined = keras.layers.Concatenate()([condition, image])
    return keras.Model([image, condition], network(joined))


def judge_of_images(network):
    """The official discriminator, which takes any size, of the size of the training's images."""
    image = keras.Input((32, 32, 3))
    return keras.Model(image, network(image))


@of("r3gan_16")
def test_r3gan(step):
    """Officially each player has a batch of its own; both turns are made with those batches."""
    gan = keras_gan.GAN(step.network("G."), step.network("D."), ema_decay=None)
    gamma = float(step["gamma"])
    parts = [keras_gan.regularizers.R1Penalty(gamma), keras_gan.regularizers.R2Penalty(gamma)]
    gan.compile(
        generator_optimizer=step.adam("G"),
        discriminator_optimizer=step.adam("D"),
        loss="relativistic",
        regularizers=parts,
    )
    seen = noted(gan)
    batch, fake = {"image": tf.constant(step["real_D"])}, gan.generator(step.latents("z_D"), training=True)
    figures = gan.minimize(
        "discriminator", lambda: gan.discriminator_objective(gan.turn_of("discriminator", batch, fake))
    )
    np.testing.assert_allclose(figures["d_adversarial"], step["loss.D.Loss/D/loss"].mean(), rtol=1e-4)
    for name in ("r1", "r2"):
        official = gamma / 2 * step[f"loss.D.Loss/{name}_penalty"].mean()
        np.testing.assert_allclose(figures[name], official, rtol=1e-3)
    assert_same(seen["discriminator"], step.gradients("D.", "grad.D."))

    def objective():
        made = gan.generator(step.latents("z_G"), training=True)
        return gan.generator_objective(gan.turn_of("generator", {"image": tf.constant(step["real_G"])}, made))

    figures = gan.minimize("generator", objective)
    np.testing.assert_allclose(figures["g_loss"], step["loss.G.Loss/G/loss"].mean(), rtol=1e-4)
    assert_same(seen["generator"], step.gradients("G.", "grad.G."))


@of("cyclegan_nopool_32")
def test_cyclegan(step):
    """Officially the generators step first; both gradients are compared at the first weights.

    Ours are half the official ones: the means over both domains in place of their sums.
    """
    # Officially D_A judges domain B.
    judges = [judge_of_images(step.network(prefix)) for prefix in ("D_B.", "D_A.")]
    gan = keras_gan.CycleGAN(step.network("G_A."), step.network("G_B."), *judges, pool_size=0)
    gan.compile()
    batch = gan.arrange({"condition": tf.constant(step["real_A"]), "image": tf.constant(step["real_B"])})
    with gan.record("generator") as tape:
        fake = gan.forward(batch)
        loss, figures = gan.generator_objective(gan.turn_of("generator", batch, fake))
    found = tape.gradient(loss, [v.value for v in gan.variables_of("generator")])
    np.testing.assert_allclose(2 * loss, step["loss.G"], rtol=1e-4)
    names = ("cycle_A", "cycle_B")
    np.testing.assert_allclose(2 * figures["g_cycle"], sum(step[f"loss.{n}"] for n in names), rtol=1e-4)
    # The joined model holds b2a first.
    official = [*step.gradients("G_B.", "grad.G_B."), *step.gradients("G_A.", "grad.G_A.")]
    assert_same(found, official, factor=2.0)
    turn = gan.turn_of("discriminator", batch, gan.shown(fake))
    found, _ = gradient_of(gan, "discriminator", lambda: gan.discriminator_objective(turn))
    official = [*step.gradients("D_B.", "grad.D_B."), *step.gradients("D_A.", "grad.D_A.")]
    assert_same(found, official, factor=2.0)
