"""Losses and gradients of official training steps, tensor by tensor: `golden/README.md`, "Training steps".

A gradient is given in the official names, as the weights are: `convert` brings both into our networks, so that they are
compared weight by weight.
"""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import convert
from keras_gan.layers.noise_injection import noise_of
from tests.conftest import golden
from tests.convert.test_stackgan import set_discriminator_2


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

    def scaled_gradients(self, prefix, kind):
        """The same, of networks whose weights are the official ones times a factor: gradients are divided by it."""
        weights = {k.removeprefix(prefix): v for k, v in self.arrays.items() if k.startswith(prefix)}
        found = {
            k.removeprefix(kind): v.astype("float32") for k, v in self.arrays.items() if k.startswith(kind)
        }
        assert found and set(found) <= set(weights)

        def converted(trained):
            path = self.folder / "converted.npz"
            np.savez(path, **{**weights, **{k: trained(found[k]) for k in found}})
            return [v.numpy() for v in convert.load(path).trainable_variables]

        gradients, zeros, ones = map(converted, (lambda g: g, np.zeros_like, np.ones_like))
        return [(g - z) / (o - z) ** 2 for g, z, o in zip(gradients, zeros, ones, strict=True)]

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


def assert_same(found, expected, factor=1.0, bound=1e-3):
    """Gradients equal to 1e-3 of their L2 norm; those that are 0 officially are small."""
    largest = max(np.linalg.norm(e) for e in expected)
    assert len(found) == len(expected)
    for a, e in zip(found, expected, strict=True):
        a = np.asarray(a, "float64") * factor
        assert np.linalg.norm(a - e) <= bound * max(np.linalg.norm(e), 1e-3 * largest)


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


@of("cyclegan_pool_32")
def test_cyclegan_of_fakes_from_the_pool(step):
    """The discriminators' gradients on what the official pool gave; ours draws by another rule, and is tested beside it."""
    judges = [judge_of_images(step.network(prefix)) for prefix in ("D_B.", "D_A.")]
    gan = keras_gan.CycleGAN(step.network("G_A."), step.network("G_B."), *judges, pool_size=0)
    gan.compile()
    batch = gan.arrange({"condition": tf.constant(step["real_A"]), "image": tf.constant(step["real_B"])})
    shown = tf.concat([step["d_fake_A"], step["d_fake_B"]], axis=0)
    turn = gan.turn_of("discriminator", batch, shown)
    found, figures = gradient_of(gan, "discriminator", lambda: gan.discriminator_objective(turn))
    np.testing.assert_allclose(2 * figures["loss"], step["loss.D_A"] + step["loss.D_B"], rtol=1e-4)
    official = [*step.gradients("D_B.", "grad.D_B."), *step.gradients("D_A.", "grad.D_A.")]
    assert_same(found, official, factor=2.0)


def wgan_gp_networks():
    latents, images = keras.Input((10,)), keras.Input((32, 32, 3))
    x = keras.layers.Dense(256)(latents)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x))
    x = keras.layers.Permute((2, 3, 1))(keras.layers.Reshape((16, 4, 4))(x))
    for filters in (8, 4):
        x = keras.layers.Conv2DTranspose(filters, 2, 2)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x))
    x = keras.layers.Activation("tanh")(keras.layers.Conv2DTranspose(3, 2, 2)(x))
    y = images
    for filters in (4, 8, 16):
        y = keras.layers.Conv2D(filters, 3, 2)(keras.layers.ZeroPadding2D(1)(y))
        y = keras_gan.layers.LeakyReLU(0.01)(y)
    y = keras.layers.Flatten()(keras.layers.Permute((3, 1, 2))(y))
    return keras.Model(latents, x), keras.Model(images, keras.layers.Dense(1)(y))


def as_keras(array):
    return array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T if array.ndim == 2 else array


@of("wgan_gp_32")
def test_wgan_gp(step, monkeypatch):
    """Two critic steps, the second with a filled Adam, and the generator's; officially on new latents, given to it here."""
    generator, critic = wgan_gp_networks()
    for network, prefix in ((generator, "G."), (critic, "D.")):
        network.set_weights(
            [
                as_keras(v)
                for k, v in step.arrays.items()
                if k.startswith(prefix) and not k.endswith("num_batches_tracked")
            ]
        )
    gan = keras_gan.WGANGP(generator, critic, ema_decay=None)
    adam = {f"{p}_optimizer": step.adam(n) for p, n in (("generator", "G"), ("discriminator", "D"))}
    # Of later steps epsilon is as given, and 1e-8 beside such gradients nothing.
    gan.compile(**adam, discriminator_steps=2)
    seen = noted(gan)
    for i in (1, 2):
        alpha = step[f"alpha_{i}"].reshape(-1, 1, 1, 1)
        monkeypatch.setattr(keras_gan.random, "uniform", lambda shape, seed, alpha=alpha: tf.constant(alpha))
        batch = {"image": tf.constant(step[f"real_{i}"])}
        fake = generator(step.latents(f"z_D_{i}"), training=True)
        figures = gan._play(gan.turn_of("discriminator", batch, gan.shown(fake)))
        np.testing.assert_allclose(figures["d_loss"], step[f"loss.D_cost_{i}"], rtol=1e-3)
        np.testing.assert_allclose(figures["gradient_penalty"], step[f"loss.gradient_penalty_{i}"], rtol=1e-3)
        official = [as_keras(v) for k, v in step.arrays.items() if k.startswith(f"grad{i}.D.")]
        assert_same(seen["discriminator"], official)
    with gan.record("generator") as tape:
        fake = generator(step.latents("z_G"), training=True)
    figures = gan._play(gan.turn_of("generator", batch, fake), tape)
    np.testing.assert_allclose(figures["g_loss"], step["loss.G_cost"], rtol=1e-3)
    official = [as_keras(v) for k, v in step.arrays.items() if k.startswith("grad.G.")]
    assert_same(seen["generator"], official)


@pytest.mark.parametrize("phase", ["Gmain", "Greg", "Dmain", "Dreg"])
@of("stylegan2_ada_16")
def test_stylegan2_ada(step, phase, monkeypatch):
    """Each phase from the stored weights. The mean path length is detached in ours, which moves that gradient by 1%."""
    gan = keras_gan.StyleGAN2(step.network("G."), step.network("D."), ema_decay=None)
    parts = {
        "Greg": [keras_gan.regularizers.PathLengthPenalty()],
        "Dreg": [keras_gan.regularizers.R1Penalty(10.0, 16)],
    }
    gan.compile(regularizers=parts.get(phase, []))
    player = "generator" if phase[0] == "G" else "discriminator"
    batch = {"image": tf.constant(step["real"])}
    if phase != "Dreg":
        count = gan.generator.get_layer("synthesis").input_shape[1]
        # One cut for the whole batch officially.
        cut = (float(step[f"cutoff_{phase}"]) - 0.5) / (count - 1)
        row = [float(step[f"mix_uniform_{phase}"]), cut]
        n = 2 if phase == "Greg" else 4
        drawn = {
            "latents": step.latents(f"z_{phase}")[:n],
            "mixed_latents": step.latents(f"mix_z_{phase}")[:n],
            "mix": tf.constant([row] * n),
        }
        batch |= drawn
    with noise_of("const"):
        if phase == "Dreg":
            turn = keras_gan.parts.Turn(batch["image"], None)

            def objective():
                value = gan.regularizers[0].penalty(gan, turn)
                np.testing.assert_allclose(value, step["loss.Dreg.Loss/r1_penalty"].mean(), rtol=1e-3)
                return gan.regularizers[0].weight_at(0) * 16.0 * value, {}

        elif phase == "Greg":
            gan.state.path_length_mean.assign(step["pl_mean_before"])
            gan.draw = lambda count, seed: drawn
            monkeypatch.setattr(keras_gan.random, "normal", lambda shape, seed: tf.constant(step["pl_noise"]))
            turn = keras_gan.parts.Turn(batch["image"], batch["image"], player="generator")
            part, measured = gan.regularizers[0], {}

            def objective():
                value, found = part.penalty(gan, turn)
                measured.update(found)
                np.testing.assert_allclose(value, step["loss.Greg.Loss/pl_penalty"].mean(), rtol=1e-3)
                return part.weight_at(0) * 4.0 * value, {}

        else:

            def objective():
                fake = gan.forward(batch)
                turn = gan.turn_of(player, batch, fake if player == "generator" else gan.shown(fake))
                loss, figures = getattr(gan, f"{player}_objective")(turn)
                name = "Gmain.Loss/G/loss" if player == "generator" else "Dmain.Loss/D/loss"
                np.testing.assert_allclose(loss, step[f"loss.{name}"].mean(), rtol=1e-4)
                return loss, figures

        found, _ = gradient_of(gan, player, objective)
    if phase == "Greg":
        part.after_step(gan, turn, measured)
        np.testing.assert_allclose(gan.state.path_length_mean, step["pl_mean_after"], rtol=1e-4)
    elif phase != "Dreg":
        np.testing.assert_allclose(gan.average_style, step[f"w_avg_after_{phase}"], rtol=1e-4, atol=1e-6)
    prefix = f"{phase[0]}."
    official = step.scaled_gradients(prefix, f"grad.{phase}.{prefix}")
    found = [
        np.zeros(v.shape) if g is None else g for g, v in zip(found, gan.variables_of(player), strict=True)
    ]
    assert_same(found, official, bound=2e-2 if phase == "Greg" else 1e-3)


def super_resolution(step, model, **options):
    """The model of an official generator and BasicSR's VGG-style discriminator, at the first weights, without VGG."""
    judge = keras_gan.networks.esrgan_discriminator((128, 128, 3), filters=2)
    state = {
        k: v for k, v in step.arrays.items() if k.startswith("D.") and not k.endswith("num_batches_tracked")
    }
    judge.set_weights([dense_after_maps(as_keras(v), (4, 4, 16)) for v in state.values()])
    gan = model(step.network("G."), judge, pixel_weight=1e-2, pixel_loss="l1", **options)
    gan.compile(regularizers=[])
    gan.enter_stage()
    return gan, {"condition": tf.constant(step["lq"]), "image": tf.constant(step["gt"])}


def dense_after_maps(array, grid):
    """Rows of a dense layer's kernel, officially channel first, in the order of a `grid` (height, width, channels)."""
    height, width, channels = grid
    if array.ndim != 2 or len(array) != height * width * channels:
        return array
    return array.reshape(channels, height, width, -1).transpose(1, 2, 0, 3).reshape(array.shape)


def judges_gradients(step):
    # Officially in another order: batch normalisation's are kept beside their convolution.
    found = [as_keras(v) for k, v in step.arrays.items() if k.startswith("grad.D.")]
    return [dense_after_maps(v, (4, 4, 16)) for v in found]


@of("srgan_x4")
def test_srgan(step):
    """Officially the generator steps first; both gradients are compared at the first weights."""
    gan, batch = super_resolution(step, keras_gan.SRGAN, adversarial_weight=5e-3)
    with gan.record("generator") as tape:
        fake = gan.forward(batch)
        loss, figures = gan.generator_objective(gan.turn_of("generator", batch, fake))
    np.testing.assert_allclose(loss, step["loss.l_g_total"], rtol=1e-3)
    np.testing.assert_allclose(figures["g_pixel"], step["loss.l_g_pix"], rtol=1e-4)
    found = tape.gradient(loss, [v.value for v in gan.variables_of("generator")])
    assert_same(found, step.gradients("G.", "grad.G."))
    turn = gan.turn_of("discriminator", batch, gan.shown(fake))
    found, figures = gradient_of(gan, "discriminator", lambda: gan.discriminator_objective(turn))
    np.testing.assert_allclose(figures["loss"], step["loss.l_d_real"] + step["loss.l_d_fake"], rtol=1e-4)
    assert_same(found, judges_gradients(step))


@of("esrgan_x4")
def test_esrgan(step):
    """The generator's gradient. The discriminator's is officially of two losses, each with the other's mean held fixed."""
    # Officially half of the sum that the paper has.
    gan, batch = super_resolution(step, keras_gan.ESRGAN, adversarial_weight=2.5e-3)
    with gan.record("generator") as tape:
        fake = gan.forward(batch)
        loss, figures = gan.generator_objective(gan.turn_of("generator", batch, fake))
    np.testing.assert_allclose(loss, step["loss.l_g_total"], rtol=1e-3)
    np.testing.assert_allclose(2.5e-3 * figures["g_adversarial"], step["loss.l_g_gan"], rtol=1e-3)
    found = tape.gradient(loss, [v.value for v in gan.variables_of("generator")])
    assert_same(found, step.gradients("G.", "grad.G."))
    turn = gan.turn_of("discriminator", batch, gan.shown(fake))
    _, figures = gan.discriminator_objective(turn)
    official = step["loss.l_d_real"] + step["loss.l_d_fake"]
    np.testing.assert_allclose(figures["d_adversarial"] / 2, official, rtol=1e-3)


@of("biggan_32_attn16_hier_shared")
@pytest.mark.slow
def test_biggan(step, monkeypatch):
    """Officially fakes have classes of their own, new ones are made for the generator, and real and fake images go through the
    discriminator in one pass: its spectral norms move once in its turn, ours twice."""
    gan = keras_gan.BigGAN(step.network("G."), step.network("D."), num_classes=5, ema_decay=None)
    weights = dict(zip(("discriminator", "generator"), step["ortho"] / 2, strict=True))
    gan.compile(
        regularizers=[
            keras_gan.regularizers.OrthogonalPenalty(w, p, embeddings=True) for p, w in weights.items()
        ],
        generator_optimizer=step.adam("G"),
        discriminator_optimizer=step.adam("D"),
    )
    labels = {name: tf.constant(step[name], "int32") for name in ("label", "y_D", "y_G")}
    real, fake = tf.constant(step["real"]), gan.synthesize(step.latents("z_D"), labels["y_D"], training=True)

    def orthogonal(player):
        penalty = next(r for r in gan.regularizers if r.player == player)
        return penalty.weight * penalty.penalty(gan, None)

    def discriminator_objective():
        logits = [gan.discriminate(*pair) for pair in ((real, labels["label"]), (fake, labels["y_D"]))]
        loss = gan.adversarial_loss.discriminator_loss(*logits)
        return loss + orthogonal("discriminator"), {"adversarial": loss, "logits": logits}

    sigma = keras_gan.layers.SpectralNormalization.sigma
    with monkeypatch.context() as patch:
        # Of one pass: both are divided by the same, and nothing moves between them.
        patch.setattr(
            keras_gan.layers.SpectralNormalization,
            "sigma",
            lambda self, kernel=None, training=False: sigma(self, kernel, False),
        )
        gradients, figures = gradient_of(gan, "discriminator", discriminator_objective)
    expected = step["loss.D_loss_real"] + step["loss.D_loss_fake"]
    np.testing.assert_allclose(figures["adversarial"], expected, rtol=1e-4)
    for found, name in zip(figures["logits"], ("real", "fake"), strict=True):
        np.testing.assert_allclose(found, step[f"d_logits_{name}"], atol=1e-4)
    assert_same(gradients, step.gradients("D.", "grad.D."))
    gan.discriminate(real, labels["label"])
    gan.discriminator_optimizer.apply(gradients, gan.variables_of("discriminator"))

    def generator_objective():
        made = gan.synthesize(step.latents("z_G"), labels["y_G"], training=True)
        logits = gan.discriminate(made, labels["y_G"])
        loss = gan.adversarial_loss.generator_loss(logits, None)
        return loss + orthogonal("generator"), {"adversarial": loss, "logits": logits}

    gradients, figures = gradient_of(gan, "generator", generator_objective)
    np.testing.assert_allclose(figures["adversarial"], step["loss.G_loss"], rtol=1e-4)
    np.testing.assert_allclose(figures["logits"], step["g_logits_fake"], atol=1e-4)
    # The class embedding's comes as the rows that were used.
    assert_same([tf.convert_to_tensor(g) for g in gradients], step.gradients("G.", "grad.G."))


@of(["stackgan_v2_uncond", "stackgan_v2_color"])
@pytest.mark.slow
def test_stackgan2(step):
    """Officially a wrong pair is another image with the same text; those images are given to ours too."""
    alone, sides = step.path.stem.endswith("uncond"), (64, 128)
    sizes = {"branches": 2, "embedding_dim": 5, "filters": 3, "discriminator_filters": 2}
    discriminator, gradients = (
        keras_gan.networks.stackgan2((128, 128, 3), 9, 7, unconditional=alone, **sizes)[1] for _ in range(2)
    )
    set_discriminator_2(discriminator, step.arrays, sides)
    of_gradients = {k.removeprefix("grad."): v for k, v in step.arrays.items() if k.startswith("grad.")}
    set_discriminator_2(gradients, {**step.arrays, **of_gradients}, sides)

    def pyramid(name):
        return keras_gan.layers.ImagePyramid()([tf.constant(step[f"{name}{side}"]) for side in sides])

    gan = keras_gan.StackGAN2(
        step.network("G."), discriminator, ema_decay=None, color_weight=0.0 if alone else 50.0
    )
    gan.compile(generator_optimizer=step.adam("G"), discriminator_optimizer=step.adam("D64"))
    seen = noted(gan)
    latents = tf.constant(np.concatenate([step["z"], step["eps"]], axis=1), "float32")
    gan.draw = lambda count, seed: {"latents": latents}
    gan.arrange = lambda batch: {**batch, "image": pyramid("real")}

    def with_mismatched(turn):
        wrong = gan.discriminate(pyramid("wrong"), turn.condition)
        return dataclasses.replace(turn, mismatched_logits=wrong), gan.discriminate(turn.real, turn.condition)

    gan.with_mismatched = with_mismatched
    batch = {"image": tf.constant(step["real128"]), "condition": tf.constant(step["text"], "float32")}
    figures = gan.update(batch)
    official = sum(step[f"loss.D{side}.errD"] for side in sides)
    np.testing.assert_allclose(figures["d_loss"], official, rtol=1e-4)
    np.testing.assert_allclose(figures["g_kl"], step["loss.kl_loss"], rtol=1e-4)
    if not alone:
        official = step["loss.like_mu2"] + step["loss.like_cov2"]
        np.testing.assert_allclose(figures["g_color"], official, rtol=1e-3)
    np.testing.assert_allclose(figures["g_loss"], step["loss.errG_total"], rtol=1e-4)
    assert_same(seen["discriminator"], [v.numpy() for v in gradients.trainable_variables])
    # With the colour term one shift's gradient is 1/2000 of the largest, which float32 resolves to 1.5e-3 of itself.
    assert_same(seen["generator"], step.gradients("G.", "grad.G."), bound=1e-3 if alone else 2e-3)
