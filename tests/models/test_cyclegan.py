import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import networks


def make(**options):
    keras.utils.set_random_seed(0)
    translators = [networks.resnet((8, 8, 3), blocks=1, filters=2) for _ in range(2)]
    judges = [
        networks.patchgan((8, 8, 3), receptive_field=1, filters=2, normalization="none") for _ in range(2)
    ]
    return (*translators, *judges), keras_gan.CycleGAN(*translators, *judges, seed=0, **options)


@pytest.mark.slow
def test_both_players_minimise_half_the_official_sums():
    """Those of junyanz/pytorch-CycleGAN-and-pix2pix: the mean over both kinds is half their sum."""
    (a2b, b2a, judge_a, judge_b), gan = make(cycle_weight=7.0, identity_weight=0.3, pool_size=0)
    gan.compile(**{f"{p}_optimizer": keras.optimizers.SGD(0.0) for p in ("generator", "discriminator")})
    a, b = np.random.default_rng(0).uniform(-1, 1, (2, 5, 8, 8, 3)).astype("float32")
    figures = gan.train_on_batch({"condition": a, "image": b}, return_dict=True)
    fake_b, fake_a = a2b(a).numpy(), b2a(b).numpy()

    def mean(x):
        return float(np.mean(x))

    cycle = 7.0 * (mean(np.abs(b2a(fake_b) - a)) + mean(np.abs(a2b(fake_a) - b)))
    identity = 7.0 * 0.3 * (mean(np.abs(a2b(b) - b)) + mean(np.abs(b2a(a) - a)))
    adversarial = mean((judge_b(fake_b) - 1) ** 2) + mean((judge_a(fake_a) - 1) ** 2)
    judged = [(judge_a, a, fake_a), (judge_b, b, fake_b)]
    discriminator = sum(0.5 * mean((d(real) - 1) ** 2) + 0.5 * mean(d(fake) ** 2) for d, real, fake in judged)
    np.testing.assert_allclose(figures["g_cycle"], cycle / 2, rtol=1e-5)
    np.testing.assert_allclose(figures["g_identity"], identity / 2, rtol=1e-5)
    np.testing.assert_allclose(figures["g_adversarial"], adversarial / 2, rtol=1e-5)
    np.testing.assert_allclose(figures["d_loss"], discriminator / 2, rtol=1e-5)
    np.testing.assert_allclose(figures["g_loss"], (cycle + identity + adversarial) / 2, rtol=1e-5)


@pytest.mark.slow
def test_each_kind_has_its_weight():
    """The official lambda_A and lambda_B."""
    (a2b, b2a, *_), gan = make(cycle_weight=(7.0, 2.0), identity_weight=0.5, pool_size=0)
    gan.compile(**{f"{p}_optimizer": keras.optimizers.SGD(0.0) for p in ("generator", "discriminator")})
    a, b = np.random.default_rng(0).uniform(-1, 1, (2, 5, 8, 8, 3)).astype("float32")
    figures = gan.train_on_batch({"condition": a, "image": b}, return_dict=True)
    there, back = np.abs(b2a(a2b(a)) - a).mean(), np.abs(a2b(b2a(b)) - b).mean()
    np.testing.assert_allclose(figures["g_cycle"], (7 * there + 2 * back) / 2, rtol=1e-5)
    of_a, of_b = np.abs(b2a(a) - a).mean(), np.abs(a2b(b) - b).mean()
    np.testing.assert_allclose(figures["g_identity"], 0.5 * (7 * of_a + 2 * of_b) / 2, rtol=1e-5)
    with pytest.raises(ValueError, match="cycle_weight"):
        make(cycle_weight=(1.0, 2.0, 3.0))


def test_directions():
    (a2b, b2a, *_), gan = make()
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3)).astype("uint8")
    for name, network in (("a2b", a2b), ("b2a", b2a)):
        expected = keras_gan.data.to_uint8(network(keras_gan.data.from_uint8(images))).numpy()
        np.testing.assert_array_equal(gan.translate(images, direction=name), expected)
    with pytest.raises(ValueError, match='"a2b" or "b2a"'):
        gan.translate(images, direction="b2c")


def test_metrics_are_of_a2b():
    (a2b, *_), gan = make()
    seen = {}

    class Spy(keras_gan.metrics.ImageMetric):
        def __init__(self, name="spy"):
            super().__init__(name)

        def take(self, real, fake, labels):
            seen.update(real=real, fake=fake)

        def compute(self):
            return 0.0

    gan.compile(metrics=[Spy()], run_eagerly=True)
    a, b = np.random.default_rng(0).uniform(-1, 1, (2, 4, 8, 8, 3)).astype("float32")
    gan.evaluate({"condition": a, "image": b}, batch_size=4, verbose=0)
    np.testing.assert_array_equal(seen["real"], b)
    np.testing.assert_allclose(seen["fake"], a2b(a), atol=1e-6)


def test_papers_choice_and_config():
    _, gan = make()
    gan.compile()
    assert (gan.cycle_weight, gan.identity_weight, gan.pool.size) == ([10.0, 10.0], 0.5, 50)
    assert type(gan.adversarial_loss).__name__ == "LeastSquaresLoss"
    _, gan = make(cycle_weight=(3.0, 0.5), identity_weight=0.0, pool_size=4)
    again = keras_gan.CycleGAN.from_config(gan.get_config())
    assert (again.cycle_weight, again.identity_weight, again.pool.size) == ([3.0, 0.5], 0.0, 4)
    again.set_weights(gan.get_weights())
    images = np.zeros((1, 8, 8, 3), "uint8")
    for direction in ("a2b", "b2a"):
        np.testing.assert_array_equal(again.translate(images, direction), gan.translate(images, direction))


def test_networks_that_do_not_fit():
    (a2b, b2a, judge_a, judge_b), _ = make()
    with pytest.raises(ValueError, match="must take what the other makes"):
        keras_gan.CycleGAN(networks.resnet((8, 8, 1), blocks=1, filters=2), b2a, judge_a, judge_b)
    with pytest.raises(ValueError, match="given twice"):
        keras_gan.CycleGAN(a2b, a2b, judge_a, judge_b)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_grids_of_few_images(count):
    _, gan = make()
    images = np.zeros((count, 8, 8, 3), "float32")
    cells, columns = gan.grid_images({"condition": images, "image": images}, 8)
    assert columns == 3 * min(count, 2) and len(cells) % columns == 0 and len(cells) >= 2 * columns


def test_what_compares_pairs_is_refused():
    network = keras.Sequential([keras.layers.Input((8, 8, 3)), keras.layers.Conv2D(2, 3, name="conv")])
    _, gan = make()
    with pytest.raises(ValueError, match="pairs"):
        gan.compile(regularizers=[keras_gan.regularizers.PerceptualPenalty(1.0, network, layers="conv")])
    gan.compile(metrics=[keras_gan.metrics.PSNR()])
    images = np.zeros((4, 8, 8, 3), "float32")
    with pytest.raises(ValueError, match="CycleGAN has none"):
        gan.evaluate({"condition": images, "image": images}, batch_size=4, verbose=0)


def test_sizes_that_the_network_rounds_up_are_cut_to_the_inputs():
    translators = [networks.resnet((None, None, 3), blocks=1, filters=2) for _ in range(2)]
    judges = [networks.patchgan((8, 8, 3), receptive_field=1, filters=2) for _ in range(2)]
    gan = keras_gan.CycleGAN(*translators, *judges)
    images = np.random.default_rng(0).integers(0, 256, (2, 13, 17, 3)).astype("uint8")
    padded = np.pad(images, [(0, 0), (0, 3), (0, 3), (0, 0)], mode="edge")
    np.testing.assert_array_equal(gan.translate(images), gan.translate(padded)[:, :13, :17])


@pytest.mark.slow
@pytest.mark.parametrize("channels", [(1, 3), (3, 1)])
def test_grey_and_colour_without_the_identity_loss(tmp_path, channels):
    a, b = channels
    networks = (
        keras_gan.networks.resnet((16, 16, a), b, blocks=1, filters=2),
        keras_gan.networks.resnet((16, 16, b), a, blocks=1, filters=2),
        *(keras_gan.networks.patchgan((16, 16, c), receptive_field=16, filters=2) for c in channels),
    )
    with pytest.raises(ValueError, match="identity_weight=0"):
        keras_gan.CycleGAN(*networks)
    gan = keras_gan.CycleGAN(*networks, identity_weight=0.0)
    gan.compile(metrics=[keras_gan.metrics.SlicedWasserstein()])
    rng = np.random.default_rng(0)
    batch = {
        "condition": rng.uniform(-1, 1, (8, 16, 16, a)).astype("float32"),
        "image": rng.uniform(-1, 1, (8, 16, 16, b)).astype("float32"),
    }
    grid = keras_gan.callbacks.SampleGrid(tmp_path / "grids", rows=2, columns=3)
    history = gan.fit(batch, batch_size=4, validation_data=batch, callbacks=[grid], verbose=0).history
    assert np.isfinite(history["g_cycle"][0]) and history["g_identity"] == [0.0]
    assert gan.translate(batch["condition"]).shape == (8, 16, 16, b)
    assert gan.translate(batch["image"], "b2a").shape == (8, 16, 16, a)
    # The joined model holds grey as equal channels: the distances are those of the networks alone.
    a2b, b2a = gan.direction("a2b"), gan.direction("b2a")
    back = b2a(a2b(batch["condition"])), a2b(b2a(batch["image"]))
    by_hand = sum(
        np.abs(np.asarray(x) - y).mean()
        for x, y in zip(back, (batch["condition"], batch["image"]), strict=True)
    )
    fake = gan.forward(gan.arrange(batch))
    terms = gan.generator_terms(gan.turn_of("generator", gan.arrange(batch), fake))
    np.testing.assert_allclose(terms["g_cycle"], 10 * by_hand / 2, rtol=1e-4)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(loaded.translate(batch["condition"]), gan.translate(batch["condition"]))
    gan.export(tmp_path / "saved")
