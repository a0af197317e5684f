"""BigGAN: what is its own beside `ConditionalGAN`."""

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import networks
from tests.contracts import game_contract


def tiny(**options):
    keras.utils.set_random_seed(0)
    pair = networks.biggan((32, 32, 1), 3, 8, filters=2, shared_dim=4, attention=None, **options)
    gan = keras_gan.BigGAN(*pair, num_classes=3, seed=0, ema_decay=0.9)
    gan.compile()
    return gan


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    labels = np.arange(24) % 3
    images = rng.uniform(-1, 1, (24, 32, 32, 1)) * 0.3 + (labels - 1)[:, None, None, None] * 0.6
    return {"image": images.astype("float32"), "label": labels}


def test_the_papers_choices():
    gan = tiny()
    assert isinstance(gan.adversarial_loss, keras_gan.losses.HingeLoss)
    assert gan.discriminator_steps == 2 and isinstance(gan.noise, keras_gan.noise.TruncatedNormal)
    assert [float(o.learning_rate) for o in (gan.generator_optimizer, gan.discriminator_optimizer)] == [
        pytest.approx(5e-5),
        pytest.approx(2e-4),
    ]
    with_default = keras_gan.BigGAN(gan.generator, gan.discriminator, num_classes=3)
    assert [float(with_default.ema_decay(step)) for step in (19_999, 20_000)] == [0.0, pytest.approx(0.9999)]


@pytest.mark.slow
def test_it_trains_resumes_is_saved_and_exported(data, tmp_path):
    import tensorflow as tf

    gan = tiny()
    history = gan.fit(data, batch_size=6, epochs=2, verbose=0).history
    assert np.isfinite(history["d_loss"]).all() and "orthogonal" in history
    images = gan.generate(4, labels=[0, 1, 2, 0], truncation=0.5, seed=1)
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(again.generate(4, labels=[0, 1, 2, 0], truncation=0.5, seed=1), images)
    gan.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    sampled = saved.sample(4, 1, 0.5, labels=tf.constant([0, 1, 2, 0]))
    assert np.abs(sampled.numpy().astype(int) - images).max() <= 1


@pytest.mark.slow
def test_contract(data, tmp_path, mirrored):
    def make():
        # Spectral normalisation has a contract of its own.
        gan = tiny(spectral_normalization=False)
        gan.compile(discriminator_steps=1)
        return gan

    def plain():
        # Biases before a normalisation have gradients of rounding alone, of which Adam's steps are of any sign.
        gan, (generator, discriminator) = make(), (keras.optimizers.SGD(1e-3) for _ in range(2))
        gan.compile(generator, discriminator, discriminator_steps=1)
        return gan

    many = {name: np.concatenate([values] * 3)[:64] for name, values in data.items()}
    game_contract(make, many, tmp_path, mirrored, plain)


@pytest.mark.parametrize("chunk", range(4))
def test_a_chunk_of_latents_changes_its_block_and_what_follows(chunk):
    generator = tiny().generator
    blocks = [layer.output for layer in generator.layers if isinstance(layer, keras.layers.Add)]
    inside = keras.Model(generator.inputs, blocks)
    z = np.random.default_rng(0).normal(size=(2, 8)).astype("float32")
    moved = z.copy()
    moved[:, 2 * chunk : 2 * chunk + 2] += 1.0
    label = np.array([0, 1])
    before, after = inside([z, label]), inside([moved, label])
    # The first makes the 4 x 4 pixels, chunk k is told to block k - 1.
    changed = [float(np.abs(a - b).max()) > 1e-6 for a, b in zip(before, after, strict=True)]
    assert changed == [i >= chunk - 1 for i in range(3)]


@pytest.mark.parametrize(
    ("network", "filters", "side", "expected"),
    [
        (networks.biggan, 96, 128, (70_433_988, 87_982_370)),
        (networks.biggan, 96, 256, (82_108_548, 99_225_890)),
        (networks.biggan_deep, 128, 128, (50_244_484, 34_590_210)),
        (networks.biggan_deep, 128, 256, (55_736_708, 38_247_426)),
    ],
)
def test_parameters_of_the_papers_networks(network, filters, side, expected, monkeypatch):
    """Of ImageNet's 1000 classes. BigGAN's 158.4 million at 128 pixels are the paper's (table 1)."""
    # To make so large a matrix orthogonal takes a minute.
    monkeypatch.setattr(
        keras.initializers.Orthogonal, "__call__", lambda self, shape, dtype=None: np.zeros(shape)
    )
    pair = network((side, side, 3), 1000, filters=filters)
    counts = [sum(int(np.prod(v.shape)) for v in each.trainable_variables) for each in pair]
    assert tuple(counts) == expected


def test_standing_statistics_are_the_means_of_passes():
    gan = tiny()
    layer = gan.ema_generator.get_layer("last_norm")
    others = [v.numpy() for v in gan.ema_generator.trainable_variables]
    vectors = {v.path: v.numpy() for v in gan.ema_generator.non_trainable_variables if v.name == "u"}
    momentum, found = layer.momentum, []
    for passes in (1, 2, 3):
        gan.standing_statistics(passes=passes, batch_size=16, truncation=0.5, seed=5)
        found.append(layer.moving_mean.numpy())
    # Those of three passes are the mean of the first's, the second's and the third's.
    gan.standing_statistics(passes=1, batch_size=16, truncation=0.5, seed=6)
    np.testing.assert_allclose(found[1], (found[0] + layer.moving_mean.numpy()) / 2, rtol=1e-4, atol=1e-6)
    gan.standing_statistics(passes=1, batch_size=16, truncation=0.5, seed=7)
    np.testing.assert_allclose(found[2], (2 * found[1] + layer.moving_mean.numpy()) / 3, rtol=1e-4, atol=1e-6)
    assert layer.momentum == momentum and not gan.ema_generator.trainable
    for before, after in zip(others, gan.ema_generator.trainable_variables, strict=True):
        np.testing.assert_array_equal(before, after)
    for v in gan.ema_generator.non_trainable_variables:
        if v.path in vectors:
            np.testing.assert_array_equal(vectors[v.path], v)
    without = keras_gan.BigGAN(gan.generator, gan.discriminator, num_classes=3, ema_decay=None)
    with pytest.raises(ValueError, match="no other generator"):
        without.standing_statistics()


def test_orthogonal_regularisation_is_the_official_codes():
    """Its gradient for a strength s is 2 s (W W^T without its diagonal) W of W (filters, rest); ours of s / 2."""
    import tensorflow as tf

    gan = tiny()
    penalty = keras_gan.regularizers.OrthogonalPenalty(0.5, player="discriminator", embeddings=True)
    network = gan.discriminator
    table = network.get_layer("label_projection").layer.embeddings
    kernel = network.get_layer("block_0_conv_1").layer.kernel
    with tf.GradientTape() as tape:
        value = penalty.weight * penalty.penalty(gan, None)
    of_table, of_kernel = tape.gradient(value, [table.value, kernel.value])
    w = table.numpy()
    gram = w @ w.T
    np.testing.assert_allclose(of_table, 2 * (gram - np.diag(np.diag(gram))) @ w, rtol=1e-4, atol=1e-5)
    w = kernel.numpy().reshape(-1, kernel.shape[-1]).T
    gram = w @ w.T
    expected = (2 * (gram - np.diag(np.diag(gram))) @ w).T.reshape(kernel.shape)
    np.testing.assert_allclose(of_kernel, expected, rtol=1e-4, atol=1e-5)
    # The embedding that the blocks share is left out.
    generator = keras_gan.regularizers.OrthogonalPenalty(1.0, embeddings=True)
    with tf.GradientTape() as tape:
        value = generator.penalty(gan, None)
    assert tape.gradient(value, gan.generator.get_layer("shared").embeddings.value) is None


def test_a_sheet_of_truncations_against_classes():
    sheet = keras_gan.latent.truncation_sweep(tiny(), values=(0.1, 1.0), columns=4)
    assert sheet.shape == (8, 32, 32, 1)


def test_wrong_sizes_are_refused():
    with pytest.raises(ValueError, match="of 32, 64, 128, 256, 512 pixels"):
        networks.biggan((28, 28, 1), 3)
    with pytest.raises(ValueError, match="a multiple of 4 at 32 pixels"):
        networks.biggan((32, 32, 1), 3, 10)
    with pytest.raises(ValueError, match="`attention` must be a side that occurs, 8 to 64"):
        networks.biggan((64, 64, 1), 3, attention=48)
    with pytest.raises(ValueError, match="`discriminator_filters` must be a positive int"):
        networks.biggan((32, 32, 1), 3, discriminator_filters=0)
    with pytest.raises(ValueError, match="4 channels at least"):
        networks.biggan_deep((64, 64, 1), 3, filters=1)
    with pytest.raises(ValueError, match="must not be negative"):
        tiny().generate(1, truncation=-0.5, labels=0)
    with pytest.raises(ValueError, match="give `shared_dim` too"):
        networks.biggan((32, 32, 1), 3, shared_dim=None)
