import functools

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.callbacks import SampleGrid
from keras_gan.data.mnist_5k import digits
from keras_gan.layers import GaussianLikelihood
from tests.contracts import game_contract


def linear(size, q, mean=0.0):
    inputs, latents = keras.Input((size,)), keras.Input((q,))
    centred = keras.layers.Normalization(mean=np.full(size, mean), variance=np.ones(size))(inputs)
    # The posterior's deviation is the same for all: the log variances are biases.
    mean, log_variance = (
        keras.layers.Dense(q)(centred),
        keras.layers.Dense(q, kernel_initializer="zeros")(centred),
    )
    encoder = keras.Model(inputs, keras.layers.Concatenate()([mean, log_variance]))
    return encoder, keras.Model(latents, keras.layers.Dense(size)(latents))


def tiny(policy="float32", likelihood="gaussian", **options):
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    networks = keras_gan.networks.vae((8, 8, 1), latent_dim=3, filters=4)
    vae = keras_gan.VAE(*networks, likelihood=likelihood, seed=0)
    vae.compile(**options)
    return vae


def test_figures_by_hand(images):
    vae = tiny(beta=0.5)
    batch = {"image": images[:4], "latents": np.random.default_rng(0).normal(size=(4, 3)).astype("float32")}
    loss, figures = vae.objective(batch)
    codes = vae.encoder(images[:4]).numpy()
    mean, log_variance = codes[:, :3], codes[:, 3:]
    made = vae.decoder(mean + np.exp(log_variance / 2) * batch["latents"]).numpy()
    nll = 0.5 * ((images[:4] - made) ** 2 + np.log(2 * np.pi)).sum((1, 2, 3))  # the variance begins at 1
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(1)
    np.testing.assert_allclose(figures["reconstruction"], nll.mean(), rtol=1e-5)
    np.testing.assert_allclose(figures["kl"], kl.mean(), rtol=1e-5)
    np.testing.assert_allclose(loss, nll.mean() + 0.5 * kl.mean(), rtol=1e-5)


def test_weights_of_images_and_decay_of_layers(images):
    """Weights in NumPy's float64 count; what a layer asks for is in the loss and not in its parts."""
    vae = tiny()
    batch = {"image": images[:2], "latents": np.zeros((2, 3), "float32")}
    one = vae.objective({**batch, "sample_weight": np.array([2.0, 0.0])})[0]
    alone = vae.objective({name: rows[:1] for name, rows in batch.items()})[0]
    np.testing.assert_allclose(one, alone, rtol=1e-5)
    vae.fit(images, sample_weight=np.ones(64), verbose=0)
    encoder, decoder = keras_gan.networks.vae((8, 8, 1), latent_dim=3, filters=4)
    encoder.layers[-1].kernel.regularizer = keras.regularizers.L2(10.0)
    heavy = keras_gan.VAE(encoder, decoder, seed=0)
    heavy.compile()
    logs = heavy.train_on_batch(images[:8], return_dict=True)
    assert logs["loss"] > logs["reconstruction"] + logs["kl"] + 1


@pytest.mark.slow
def test_bounds_of_a_linear_model_against_its_exact_likelihood():
    """Of x = W z + b + noise: the bound rises with the samples, and reaches log N(b, W W' + variance)."""
    keras.utils.set_random_seed(0)
    vae = keras_gan.VAE(*linear(4, 2), likelihood=GaussianLikelihood(0.5), seed=0)
    weights, bias = vae.decoder.weights
    x = np.random.default_rng(0).uniform(-1, 1, (8, 4)).astype("float32")
    covariance = weights.numpy().T @ weights.numpy() + 0.5 * np.eye(4)
    centred = x - bias.numpy()
    exact = -0.5 * ((centred @ np.linalg.inv(covariance)) * centred).sum(1)
    exact -= 0.5 * np.log(np.linalg.det(2 * np.pi * covariance))
    one, many = vae.elbo(x), vae.log_likelihood(x, samples=2000)
    assert one.shape == many.shape == (8,)
    assert one.mean() < many.mean()
    np.testing.assert_allclose(many, exact, atol=0.15)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("q", "epochs", "variance", "bound"),
    [(2, 100, 0.224069, -530.47), (10, 200, 0.138814, -359.48), (50, 1000, 0.049318, -27.701)],
)
def test_a_linear_one_reaches_probabilistic_pca(q, epochs, variance, bound):
    """Its optimum is known (Tipping & Bishop, 1999): the variance is the mean of the eigenvalues left out."""
    x = (digits()[0].reshape(-1, 784) / 127.5 - 1).astype("float32")
    eigenvalues = np.linalg.eigvalsh(np.cov(x, rowvar=False, bias=True))[::-1]
    np.testing.assert_allclose(eigenvalues[q:].mean(), variance, rtol=1e-4)
    keras.utils.set_random_seed(0)
    vae = keras_gan.VAE(*linear(784, q, x.mean(0)), seed=0)
    rate = keras.optimizers.schedules.CosineDecay(1e-2, 20 * epochs)
    vae.compile(optimizer=keras.optimizers.Adam(rate), steps_per_execution=20)
    vae.fit(x, batch_size=250, epochs=epochs, verbose=0)
    found = float(np.exp(vae.likelihood.log_variance.numpy()))
    reached = float(np.mean([vae.elbo(x, seed=seed).mean() for seed in range(4)]))
    assert abs(found / variance - 1) < 0.005, found
    assert abs(reached - bound) < 0.005 * abs(bound), reached


@pytest.mark.slow
def test_it_trains_is_measured_drawn_and_exported(images, tmp_path):
    vae = tiny()
    history = vae.fit(
        images, batch_size=16, epochs=8, validation_data=images, verbose=0, callbacks=[SampleGrid(tmp_path)]
    ).history
    assert set(history) == {n for name in vae.figure_names for n in (name, f"val_{name}")}
    assert history["val_loss"][-1] < history["val_loss"][0]
    assert (tmp_path / "epoch-0008.png").exists()
    mean, deviation = vae.encode(images)
    assert mean.shape == deviation.shape == (64, 3) and (deviation > 0).all()
    assert vae.reconstruct((images * 127.5 + 127.5).astype("uint8")).dtype == np.uint8
    assert vae.predict(mean, verbose=0).shape == (64, 8, 8, 1)
    import tensorflow as tf

    vae.export(tmp_path / "model")
    served = tf.saved_model.load(str(tmp_path / "model"))
    assert np.abs(served.sample(4, 7).numpy().astype(int) - vae.generate(4, seed=7)).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("likelihood", ["gaussian", "bernoulli"])
def test_contract(likelihood, images, tmp_path, mirrored):
    beta = keras_gan.schedules.Cosine(0.0, 1.0, 10)
    make = functools.partial(tiny, likelihood=likelihood)
    loaded = game_contract(functools.partial(make, beta=beta), images, tmp_path, mirrored, plain=make)
    assert type(loaded.likelihood) is type(make().likelihood)
    assert loaded.beta.get_config() == beta.get_config()


@pytest.mark.parametrize(
    ("policy", "options"),
    [("mixed_bfloat16", {}), ("mixed_float16", {}), ("float32", {"jit_compile": True})],
)
def test_precisions_and_xla(policy, options, images):
    vae = tiny(policy, **options)
    history = vae.fit(images, batch_size=16, epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert vae.likelihood.log_variance.dtype == "float32" and vae.generate(2, seed=0).dtype == np.uint8


def test_what_does_not_fit_is_said(images):
    encoder, decoder = keras_gan.networks.vae((8, 8, 1), latent_dim=3, filters=4)
    other, _ = keras_gan.networks.vae((8, 8, 1), latent_dim=4, filters=4)
    with pytest.raises(ValueError, match=r"side by side, \(None, 6\) for the decoder's latents"):
        keras_gan.VAE(other, decoder)
    with pytest.raises(ValueError, match="The decoder must make what the encoder takes"):
        keras_gan.VAE(encoder, keras_gan.networks.vae((8, 8, 3), latent_dim=3, filters=4)[1])
    with pytest.raises(ValueError, match=r"`likelihood` must be one of \['bernoulli', 'gaussian'\]"):
        keras_gan.VAE(encoder, decoder, likelihood="normal")
    vae = tiny()
    with pytest.raises(ValueError, match=r"`images` must have shape \('n', 8, 8, 1\)"):
        vae.encode(images[:, :4])
    with pytest.raises(ValueError, match="`beta`"):
        tiny(beta=-1.0)
    with pytest.raises(ValueError, match="`likelihood` must be"):
        keras_gan.VAE(encoder, decoder, likelihood=["gaussian"])
    with pytest.raises(TypeError, match="are the same"):
        tiny(optimizer="adam", autoencoder_optimizer="adam")


@pytest.mark.slow
def test_a_collapsed_unit_is_named_by_the_monitor(images, tmp_path):
    """Of three units one has the prior as its posterior whatever the image is, and no gradient moves it."""
    keras.utils.set_random_seed(0)
    encoder, decoder = keras_gan.networks.vae((8, 8, 1), latent_dim=3, filters=4)
    keep = np.tile(np.array([1.0, 0.0, 1.0], "float32"), 2)
    masked = keras.Model(encoder.inputs, keras.layers.Rescaling(keep.tolist())(encoder.outputs[0]))
    vae = keras_gan.VAE(masked, decoder, seed=0)
    vae.compile(beta=0.01)
    monitor = keras_gan.callbacks.TrainingMonitor(every=200, budget=None, samples=16, log=tmp_path / "log")
    with pytest.warns(
        UserWarning, match="Latent units collapsed, since step 400: 1 of 3 .* about it: 1[.] Try"
    ):
        history = vae.fit(images, batch_size=8, epochs=100, verbose=0, callbacks=[monitor]).history
    found = vae.unit_divergences(images)
    mean, deviation = vae.encode(images)
    np.testing.assert_allclose(
        found, (mean**2 + deviation**2 - 1.0) / 2.0 - np.log(deviation), rtol=1e-3, atol=1e-5
    )
    assert [look["idle_units"] for look in monitor.looks] == [[1]] * 4
    assert history["monitor_active_units"][-1] == 2 and found[:, 1].max() < 1e-6 < 0.01 < found[:, 0].mean()
    assert "Latent units collapsed" in (tmp_path / "log").read_text()


@pytest.mark.slow
def test_the_monitor_finds_nothing_wrong_with_a_posterior_in_use(images):
    vae = tiny(beta=0.01)
    monitor = keras_gan.callbacks.TrainingMonitor(every=200, budget=None, samples=16)
    vae.fit(images, batch_size=8, epochs=100, verbose=0, callbacks=[monitor])
    assert len(monitor.looks) == 4 and monitor.looks[-1]["idle_units"] == [] and not monitor.findings
