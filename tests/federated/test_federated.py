"""Federated averaging: exact cases, privacy, clients that come and go."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

import keras_gan
from keras_gan.federated import Local, average, clipped, epsilon, noise_of, simulate, traffic


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")


def make(filters=4, **options):
    keras.utils.set_random_seed(0)
    networks = keras_gan.networks.dcgan(
        (8, 8, 1), latent_dim=8, filters=filters, discriminator_normalization="none"
    )
    gan = keras_gan.GAN(*networks, seed=0)
    gan.compile(**options)
    return gan


def of_constants(rate=0.1):
    """A GAN whose generator makes one image, whatever the latents, trained by plain gradient descent."""
    keras.utils.set_random_seed(0)
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Rescaling(0.0), keras.layers.Dense(3)])
    discriminator = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)]
    )
    gan = keras_gan.GAN(generator, discriminator, ema_decay=None, seed=0)
    optimizers = [keras.optimizers.SGD(rate) for _ in range(2)]
    gan.compile(discriminator_optimizer=optimizers[0], generator_optimizer=optimizers[1])
    return gan


def test_one_local_step_with_equal_shares_is_the_pooled_step():
    data = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    pooled = of_constants()
    pooled.fit(data, batch_size=32, verbose=0)
    clients = {"a": data[:8], "b": data[8:16], "c": data[16:24], "d": data[24:]}
    options = {"local_steps": 1, "generator_steps": 1, "batch_size": 8}
    found = simulate(of_constants, clients, rounds=1, average="discriminator", **options)
    for a, b in zip(pooled.get_weights(), found.gan.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-7)
    # Of both players, too, where the discriminators cannot have moved apart.
    still = simulate(lambda: of_constants(0.0), clients, rounds=1, **options)
    for a, b in zip(of_constants().get_weights(), still.gan.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_clients_count_by_their_size():
    data = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    clients = {"a": data[:8], "b": data[8:]}
    for weights, shares in (("size", (0.25, 0.75)), ("equal", (0.5, 0.5)), ({"a": 3, "b": 1}, (0.75, 0.25))):
        found = simulate(of_constants, clients, 1, local_steps=1, batch_size=8, weights=weights)
        wanted = average([found.clients[name].get_weights() for name in "ab"], shares)
        for a, b in zip(found.gan.get_weights(), wanted, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-7)


@pytest.mark.slow
def test_one_client_is_plain_training_to_the_bit(images):
    plain = make()
    plain.fit(images, batch_size=16, epochs=3, verbose=0)
    found = simulate(make, {"only": images}, rounds=3, batch_size=16)
    client = found.clients["only"]
    for a, b in zip(plain.get_weights(), client.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(found.gan.generate(4, seed=1), plain.generate(4, seed=1))
    plain = make()
    plain.fit(images, batch_size=16, epochs=2, steps_per_epoch=3, verbose=0)
    found = simulate(make, {"only": images}, rounds=2, local_steps=3, batch_size=16)
    np.testing.assert_array_equal(found.gan.generate(4, seed=1), plain.generate(4, seed=1))


@pytest.mark.slow
def test_fedgans_system_of_two_parameters_ends_at_its_equilibrium():
    """x and z uniform on [-1, 1], each client with a fifth of the range; D = psi x^2, G = theta z: theta 1, psi 0."""

    class Square(keras.layers.Layer):
        def call(self, x):
            return keras.ops.square(x)

    def scalar(start):
        return keras.layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(start))

    def system():
        keras.utils.set_random_seed(0)
        generator = keras.Sequential([keras.Input((1,)), scalar(0.4)])
        discriminator = keras.Sequential([keras.Input((1,)), Square(), scalar(0.3)])
        gan = keras_gan.GAN(
            generator, discriminator, ema_decay=None, seed=0, noise=keras_gan.noise.Uniform(1)
        )
        gan.compile(
            loss="non_saturating",
            discriminator_optimizer=keras.optimizers.SGD(0.5),
            generator_optimizer=keras.optimizers.SGD(0.5),
            regularizers=[keras_gan.regularizers.R1Penalty(0.1)],
        )
        return gan

    ends = np.linspace(-1, 1, 6)
    random = np.random.default_rng(0)
    clients = {
        str(i): random.uniform(low, high, (640, 1)).astype("float32")
        for i, (low, high) in enumerate(itertools.pairwise(ends))
    }
    found = simulate(system, clients, rounds=60, local_steps=5, batch_size=64)
    theta, psi = (float(w[0, 0]) for w in found.gan.get_weights())
    assert abs(theta) == pytest.approx(1.0, abs=0.1) and psi == pytest.approx(0.0, abs=0.1)


@pytest.mark.slow
def test_a_client_that_was_away_comes_back(images):
    clients = {"a": images[:32], "b": images[32:]}
    away = simulate(
        make, clients, rounds=3, batch_size=16, participation=lambda i: ["a"] if i == 1 else ["a", "b"]
    )
    assert [row["clients"] for row in away.history] == [2, 1, 2]
    steps = {name: int(gan.state.step.numpy()) for name, gan in away.clients.items()}
    assert steps == {"a": 6, "b": 4}
    assert away.history[0]["bytes"] == traffic(Local(make()).read(), 2)
    with pytest.raises(ValueError, match="`participation` must give names"):
        simulate(make, clients, rounds=1, batch_size=16, participation=lambda i: ["c"])


@pytest.mark.slow
def test_updates_are_clipped_and_noisy(images):
    clients = {"a": images[:32], "b": images[32:]}
    options = {"rounds": 1, "average": "discriminator", "batch_size": 16, "generator_steps": 1}
    quiet = simulate(make, clients, clip=1e-3, **options)
    before, after = Local(make(), average="discriminator"), Local(quiet.gan, average="discriminator")
    change = np.sqrt(sum(np.square(a - b).sum() for a, b in zip(before.read(), after.read(), strict=True)))
    assert 0.3e-3 < change <= 1.001e-3 and quiet.history[0]["update_norm"] > 1e-3
    loud = simulate(make, clients, clip=1e-3, noise=2.0, seed=0, **options)
    noise = np.concatenate(
        [
            (a - b).ravel()
            for a, b in zip(Local(loud.gan, average="discriminator").read(), after.read(), strict=True)
        ]
    )
    # The deviation is noise * clip in the sum, half of that in the mean of two.
    assert noise.std() == pytest.approx(1e-3, rel=0.1)
    assert loud.history[0]["epsilon"] == epsilon(2.0, 1) and "d_loss" not in loud.history[0]
    others = [simulate(make, clients, clip=1e-3, noise=2.0, **options).gan.get_weights() for _ in range(2)]
    assert any((a != b).any() for a, b in zip(*others, strict=True))


def test_epsilon_is_the_published_one():
    pytest.importorskip("dp_accounting")
    # TensorFlow Privacy's tutorial on MNIST, batches of 256 of 60,000: 1.19 and 7.10 by an older conversion, which is less tight.
    for noise, epochs, published in ((1.3, 15, 1.19), (0.7, 45, 7.10)):
        assert 0.75 * published < epsilon(noise, epochs * 60_000 // 256, 256 / 60_000) < published
    # Of all clients in each round: between the exact value of a Gaussian of this deviation and the classic bound of Renyi's divergence.
    for noise, rounds in ((5.0, 10), (20.0, 100)):
        mu, orders = np.sqrt(rounds) / noise, np.arange(1.01, 400, 0.01)
        classic = (rounds * orders / (2 * noise**2) + np.log(1e5) / (orders - 1)).min()
        exact = next(
            e
            for e in np.arange(0, 60, 0.001)
            if stats.norm.cdf(mu / 2 - e / mu) - np.exp(e) * stats.norm.cdf(-mu / 2 - e / mu) <= 1e-5
        )
        assert exact <= epsilon(noise, rounds) <= classic
    assert epsilon(0.0, 5) == float("inf") and epsilon(1.0, 5) > epsilon(2.0, 5)
    with pytest.raises(ValueError, match="`share`"):
        epsilon(1.0, 5, share=0)


@pytest.mark.slow
def test_rounds_go_on_in_a_data_set_and_the_server_counts(images):
    data = tf.data.Dataset.from_tensor_slices(images).batch(8)
    local = Local(make(), data, average="discriminator", batch_size=8)
    seen = [[float(batch["image"][0, 0, 0, 0]) for batch in local._batches(3, round)] for round in range(4)]
    assert [x for row in seen for x in row][:8] == [float(x) for x in images[::8, 0, 0, 0]] and seen[3][
        0
    ] == seen[0][1]
    found = simulate(make, {"a": images, "b": images[:32]}, rounds=2, batch_size=16)
    assert int(found.gan.state.step.numpy()) == 8
    with pytest.raises(ValueError, match="has 8 batches. Received: local_steps=20"):
        simulate(make, {"a": data}, rounds=1, local_steps=20)


def test_the_arithmetic():
    assert average([[np.float32(1)], [np.float32(3)]], [1, 1])[0].dtype == "float32"
    small, norm = clipped([np.array([0.3, 0.4])], 1.0)
    assert norm == pytest.approx(0.5) and (small[0] == [0.3, 0.4]).all()
    one, again = (noise_of([(1000,), (5, 5)], 2.0, 3) for _ in range(2))
    assert (
        (one[0] == again[0]).all() and one[0].std() == pytest.approx(2.0, rel=0.1) and one[1].shape == (5, 5)
    )
    with pytest.raises(ValueError, match="`weights` must be 2 numbers"):
        average([[1.0], [2.0]], [0, 0])
    with pytest.raises(ValueError, match="Client 1 has other shapes than client 0"):
        average([[np.zeros(2)], [np.zeros(3)]], [1, 1])
    with pytest.raises(ValueError, match="`clip`"):
        clipped([np.zeros(2)], 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"clients": {}}, "at least one client"),
        ({"rounds": 0}, "`rounds`"),
        ({"noise": 1.0}, "give that, too"),
        ({"clip": -1.0}, "`clip` must be positive"),
        ({"clip": 1.0, "weights": {"a": 1.0}}, "leave out `weights`"),
        ({"clients": {"a": np.zeros((64, 8, 8, 1), "uint8")}}, "must be floats of shape"),
        ({"clients": {"a": np.full((64, 8, 8, 1), 9.0)}, "average": "discriminator"}, "from 9 to 9"),
        ({"participation": 2}, "`participation` must be a function"),
        ({"clients": [1]}, "`clients` must be a dict"),
        (
            {"make": lambda: make(regularizers=["spectrum"]), "average": "discriminator"},
            "which 'spectrum' may need",
        ),
        ({"average": "generator"}, "`average` must be one of"),
        ({"weights": {"b": 1}}, "`weights` must be"),
        ({"batch_size": 100}, "has 64 images, and a batch 100"),
        (
            {"make": lambda: make(loss="relativistic"), "average": "discriminator"},
            "a relativistic loss needs",
        ),
    ],
)
def test_wrong_input_is_refused(images, given, message):
    given = {"make": make, "clients": {"a": images}, "rounds": 1, "batch_size": 16, **given}
    with pytest.raises(ValueError, match=message):
        simulate(given.pop("make"), given.pop("clients"), given.pop("rounds"), **given)


def test_models_that_do_not_fit(images):
    with pytest.raises(ValueError, match="All must make the same networks"):
        Local(make()).write(Local(make(filters=8)).read())
    with pytest.raises(ValueError, match="A VAE is no GAN"):
        Local(keras_gan.VAE(*keras_gan.networks.vae((8, 8, 1), latent_dim=2)))

    def normalised():
        gan = keras_gan.GAN(*keras_gan.networks.dcgan((8, 8, 1), latent_dim=8, filters=4))
        gan.compile()
        return gan

    with pytest.raises(ValueError, match="variances of batch normalisation negative"):
        simulate(normalised, {"a": images}, 1, batch_size=16, clip=1.0, noise=1.0)
