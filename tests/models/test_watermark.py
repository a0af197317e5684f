"""Messages in images."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.models.watermark import disturbed, p_value
from tests.contracts import game_contract

MESSAGE = "1011001011110000"


def coder(**options):
    keras.utils.set_random_seed(0)
    mark = keras_gan.Watermark(*keras_gan.networks.watermark((16, 16, 1), bits=16, filters=8), seed=0)
    mark.compile(**options)
    return mark


def marked_generator(**options):
    keras.utils.set_random_seed(0)
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4))
    mark = coder()
    marked = keras_gan.WatermarkedGenerator(gan.ema_generator, mark.encoder, mark.decoder, MESSAGE, seed=0)
    marked.compile(**options)
    return marked


def networks_of(mark):
    return mark.encoder, mark.decoder


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, (64, 16, 16, 1)).astype("float32")


def test_p_values_are_those_of_the_binomial_distribution():
    published = {(27, 32): 5.7e-5, (28, 32): 9.7e-6, (65, 100): 1.8e-3, (70, 100): 3.9e-5, (75, 100): 2.8e-7}
    for (agree, bits), wanted in published.items():
        assert p_value(agree, bits) == pytest.approx(wanted, rel=0.03)
    assert p_value(0, 32) == 1.0 and p_value(32, 32) == pytest.approx(2.0**-32)


def test_the_loss_by_hand(images):
    mark = coder(distortion=3.0)
    batch = {"image": tf.constant(images[:4]), **mark.draw(4, tf.constant([1, 2], "int64"))}
    loss, figures = mark.objective(batch)
    marked = mark.encoder([batch["image"], batch["message"]]).numpy()
    seen = disturbed(np.clip(marked, -1, 1), batch["chance"], batch["noise"])
    logits, bits = mark.decoder(seen).numpy(), batch["message"].numpy()
    entropy = np.log1p(np.exp(np.where(bits > 0, -logits, logits))).mean()
    change = ((marked - images[:4]) ** 2).mean()
    assert float(loss) == pytest.approx(entropy + 3.0 * change, rel=1e-5)
    assert float(figures["bit_accuracy"]) == pytest.approx(((logits > 0) == (bits > 0)).mean())
    assert set(np.unique(bits)) == {0.0, 1.0}


def test_each_disturbance_is_what_it_says():
    rng = np.random.default_rng(0)
    x = rng.uniform(-0.5, 0.5, (1, 24, 24, 1)).astype("float32")
    nothing = np.zeros_like(x)

    def by(*chance):
        return disturbed(x, np.array([chance], "float32"), nothing).numpy()

    # Kept as it is; a crop of all of it; one of .7 from the upper left corner, by bilinear interpolation.
    np.testing.assert_allclose(by(0.9, 0, 0, 0, 0, 0.9, 0), x, atol=1e-6)
    np.testing.assert_allclose(by(0.1, 0, 1.0, 0, 0, 0.9, 0), x, atol=1e-5)
    wanted = tf.image.crop_and_resize(x, [[0, 0, 0.7, 0.7]], [0], (24, 24)).numpy()
    assert np.abs(by(0.1, 0, 0.0, 0, 0, 0.9, 0)[:, 4:-4, 4:-4] - wanted[:, 4:-4, 4:-4]).mean() < 0.15
    flat = disturbed(np.full_like(x, 0.3), np.array([[0.1, 0.3, 0.2, 0.5, 0.8, 0.9, 0]], "float32"), nothing)
    np.testing.assert_allclose(flat, 0.3, atol=1e-5)
    # Half the size: what is left is smooth.
    for kind in (0.0, 0.3, 0.6, 0.9):
        smaller = by(0.5, kind, 0, 0, 0, 0.9, 0)
        assert np.abs(smaller - x).max() > 0.05 and smaller.std() < x.std()
    np.testing.assert_allclose(
        by(0.9, 0, 0, 0, 0, 0.25, 0), keras_gan.layers.JPEG()(x, quality=72.5), atol=1e-4
    )
    noisy = disturbed(x, np.array([[0.9, 0, 0, 0, 0, 0.9, 1.0]], "float32"), np.ones_like(x)).numpy()
    np.testing.assert_allclose(noisy, x + 0.05, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("make", [coder, marked_generator])
def test_contract(make, images, tmp_path, mirrored):
    game_contract(make, images, tmp_path, mirrored)


@pytest.mark.slow
@pytest.mark.parametrize("make", [coder, marked_generator])
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "xla"])
def test_precisions_and_xla(make, policy, images):
    if policy != "xla":
        keras.config.set_dtype_policy(policy)
    model = make(jit_compile=policy == "xla")
    history = model.fit(images, batch_size=16, epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()


@pytest.mark.slow
def test_the_generator_alone_learns_and_is_averaged_and_saved(images, tmp_path):
    model = marked_generator(generator_optimizer=keras.optimizers.Adam(0.01))
    frozen = model.original, model.encoder, model.decoder
    before = [network.get_weights() for network in (model.generator, *frozen)]
    model.fit(images, batch_size=16, verbose=0)
    after = [network.get_weights() for network in (model.generator, *frozen)]
    same = [
        all((a == b).all() for a, b in zip(*pair, strict=True)) for pair in zip(before, after, strict=True)
    ]
    assert same == [False, True, True, True]
    # What it was is a copy: the GAN may train on.
    assert model.original is not model.generator
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.message == MESSAGE
    np.testing.assert_array_equal(again.generate(3, seed=1), model.generate(3, seed=1))
    model.export(tmp_path / "exported")
    sampler = tf.saved_model.load(str(tmp_path / "exported"))
    np.testing.assert_array_equal(sampler.sample(3, seed=1), model.generate(3, seed=1))


@pytest.mark.slow
def test_a_message_survives_and_goes_over_into_a_generator():
    """On smooth images: read after JPEG of 75, half the size and a crop, where images without it are at chance."""
    from keras_gan.trust import PERTURBATIONS
    from tests.trust.test_generated import smooth

    levels = smooth(640, 0)
    keras.utils.set_random_seed(0)
    mark = keras_gan.Watermark(*keras_gan.networks.watermark((24, 24, 1), bits=16, filters=16), seed=0)
    mark.compile(distortion=keras_gan.schedules.LinearRise(10.0, steps=400, begin=300))
    mark.fit(levels / 127.5 - 1.0, batch_size=32, epochs=80, verbose=0)
    held_out = smooth(100, 1)
    marked = mark.embed(held_out, MESSAGE)
    assert np.square(marked / 127.5 - held_out / 127.5).mean() < 0.05
    for name, least in (("none", 0.97), ("jpeg 75", 0.95), ("resize .5", 0.7), ("crop .8", 0.85)):
        agree = (mark.decode(PERTURBATIONS[name](marked)) == mark.bits_of(MESSAGE)).mean()
        assert agree > least, (name, agree)
    assert abs((mark.decode(held_out) == mark.bits_of(MESSAGE)).mean() - 0.5) < 0.2
    assert np.median(mark.p_values(marked, MESSAGE)) < 1e-4

    generator, _ = keras_gan.networks.dcgan((24, 24, 1), latent_dim=8, filters=8)
    model = keras_gan.WatermarkedGenerator(generator, mark.encoder, mark.decoder, MESSAGE, seed=0)
    model.compile(generator_optimizer=keras.optimizers.Adam(1e-3), distortion=10.0)
    model.fit(levels / 127.5 - 1.0, batch_size=32, epochs=15, verbose=0)
    assert np.median(mark.p_values(model.generate(64, seed=3), MESSAGE)) < 1e-3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: keras_gan.networks.watermark((16, 16, 1), bits=17), "carry at most 16 bits"),
        (lambda: keras_gan.networks.watermark((8, 16, 1), bits=4), "`height` must be an int of at least 16"),
        (lambda: keras_gan.networks.watermark((16, 16, 1), bits=4, strength=0), "`strength`"),
        (lambda: coder().embed(np.zeros((2, 16, 16, 1)), "101"), "`message` must be 16 bits"),
        (lambda: coder().embed(np.zeros((2, 16, 16, 1)), "2" * 16), "`message` must be 16 bits"),
        (lambda: coder().embed(np.zeros((2, 16, 16, 3)), MESSAGE), "`images` must have shape"),
        (
            lambda: keras_gan.WatermarkedGenerator(
                keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4)[0],
                *networks_of(coder()),
                "1" * 15 + "x",
            ),
            "`message` must be 16 bits",
        ),
        (
            lambda: keras_gan.WatermarkedGenerator(
                keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4)[0],
                keras_gan.networks.watermark((16, 16, 1), bits=9, filters=4)[0],
                coder().decoder,
                MESSAGE,
            ),
            "as many bits as the decoder gives, 16",
        ),
        (lambda: coder(distortion=-1.0), "`distortion`"),
        (
            lambda: keras_gan.Watermark(*keras_gan.networks.watermark((16, 16, 1), 8)[::-1]),
            "must take images and messages",
        ),
        (
            lambda: keras_gan.WatermarkedGenerator(
                keras_gan.networks.dcgan((16, 16, 3), latent_dim=8, filters=4)[0],
                *networks_of(coder()),
                MESSAGE,
            ),
            "must take what the generator makes",
        ),
        (
            lambda: keras_gan.WatermarkedGenerator(
                keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4)[0], *networks_of(coder()), "10"
            ),
            "`message` must be 16 bits",
        ),
    ],
)
def test_wrong_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
