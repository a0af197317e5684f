"""What holds for every augmentation, and for every model that takes one."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import augmentations, networks, schedules
from keras_gan.augmentations.augmentation import Draws
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan, tiny_networks

EXAMPLES = {
    "diffaugment": augmentations.DiffAugment("translation,cutout", translation=0.25, cutout=0.25),
    "ada": augmentations.ADA({"xflip": 1.0, "hue": 0.5}, p=0.5, target=0.5, images=100.0, interval=2),
    "apa": augmentations.APA(p=0.3, target=0.5, images=100.0, interval=2),
}
IMAGES = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")


def images_of(channels):
    return np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, channels)).astype("float32")


@pytest.mark.parametrize("name", EXAMPLES)
def test_config_alias_and_training(name):
    example = EXAMPLES[name]
    check_config(example, example.get_config())
    assert type(augmentations.get(name)) is type(example)
    part_contract(augmentation=name)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_generator_learns_through_it_and_never_sees_it(name):
    gan = tiny_gan(augmentation=name, run_eagerly=True)
    fake = tf.constant(IMAGES)
    with tf.GradientTape() as tape:
        tape.watch(fake)
        score = tf.reduce_sum(gan.discriminate(fake))
    assert np.abs(tape.gradient(score, fake)).sum() > 0
    plain = gan.discriminator(IMAGES)
    np.testing.assert_array_equal(gan.discriminate(fake, training=False), plain)


def test_names_and_models_that_do_not_fit():
    with pytest.raises(ValueError, match=r"no Augmentation 'difaugment'.*ada.*Did you mean 'diffaugment'"):
        tiny_gan(augmentation="difaugment")
    gan = keras_gan.GAN(*networks.mlp(data_dim=2, latent_dim=2))
    with pytest.raises(ValueError, match="DiffAugment needs images"):
        gan.compile(augmentation="diffaugment")


def test_the_same_name_draws_the_same_again():
    draws = Draws(keras.random.SeedGenerator(0))
    first = draws.uniform("a", (4, 1))
    assert draws.uniform("a", (4, 1)) is first
    assert np.abs(draws.uniform("b", (4, 1)) - first).max() > 0
    assert np.abs(draws.normal("a", (4, 1)) - first).max() > 0
    heads = np.mean([draws.coin(str(i), (1000,), 0.3) for i in range(10)])
    assert heads == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize("name", ["diffaugment", "ada"])
def test_an_image_as_condition_moves_as_its_image_does_and_keeps_its_colours(name):
    part = augmentations.ADA("bgcfnc", p=1.0) if name == "ada" else augmentations.DiffAugment()
    generator = networks.unet((16, 16, 3), filters=4)
    gan = keras_gan.Pix2Pix(
        generator, networks.patchgan((16, 16, 3), condition_channels=3, receptive_field=16, filters=4)
    )
    gan.compile(augmentation=part)
    images = tf.constant(images_of(3))
    made, moved = part.augment(gan, images, images)
    # What colours alone change is the same for all pixels of an image, so that places agree in their order.
    assert np.abs(made - images).max() > 0.1 and np.abs(moved - images).max() > 0.1
    geometry = (
        augmentations.DiffAugment("translation,cutout")
        if name == "diffaugment"
        else augmentations.ADA("bg", p=1.0)
    )
    made, moved = geometry.augment(gan, images, images)
    np.testing.assert_array_equal(made, moved)
    with_label = keras_gan.ConditionalGAN(
        *networks.dcgan((16, 16, 1), latent_dim=4, filters=4, num_classes=3), num_classes=3
    )
    with_label.compile(augmentation=part)
    labels = tf.range(8)
    assert part.augment(with_label, tf.constant(images_of(1)), labels)[1] is labels


# === DiffAugment ===


class Given:
    def __init__(self, value):
        self.value = value

    def uniform(self, name, shape):
        return tf.fill([int(n) for n in shape], tf.constant(self.value, "float32"))


@pytest.mark.parametrize("value", [0.0, 0.3, 0.8, 0.999])
def test_diffaugment_by_numpy(value):
    """The paper's code, written again for one value of all its random numbers."""
    x = images_of(3)
    found = augmentations.DiffAugment("color").transform(tf.constant(x), Given(value), None)
    y = x + value - 0.5
    grey = y.mean(axis=3, keepdims=True)
    y = (y - grey) * 2 * value + grey
    mean = y.mean(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(found, (y - mean) * (value + 0.5) + mean, atol=1e-5)

    found = augmentations.DiffAugment("translation").transform(tf.constant(x), Given(value), None).numpy()
    shift = int(np.floor(value * 5)) - 2  # 16 / 8 pixels at most
    padded = np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)))[:, 2 + shift : 18 + shift, 2 + shift : 18 + shift]
    np.testing.assert_array_equal(found, padded)

    found = augmentations.DiffAugment("cutout").transform(tf.constant(x), Given(value), None).numpy()
    first = int(np.floor(value * 17)) - 4
    y = x.copy()
    y[:, max(first, 0) : first + 8, max(first, 0) : first + 8] = 0
    np.testing.assert_array_equal(found, y)


def test_diffaugment_moves_to_all_places_alike():
    point = np.zeros((4000, 8, 8, 1), "float32")
    point[:, 4, 4] = 1
    draws = Draws(keras.random.SeedGenerator(0))
    share = (
        augmentations.DiffAugment("translation")
        .transform(tf.constant(point), draws, None)
        .numpy()
        .mean(axis=0)
    )
    np.testing.assert_allclose(share[3:6, 3:6, 0], 1 / 9, atol=0.02)
    assert share.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    "arguments", [{"policy": "colour"}, {"policy": []}, {"translation": 0.0}, {"cutout": 2.0}]
)
def test_diffaugment_refuses(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        augmentations.DiffAugment(**arguments)


def test_diffaugment_in_xla_and_twice_differentiable():
    x = tf.constant(images_of(3))

    def value(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(augmentations.DiffAugment().transform(x, Given(0.7), None) ** 3)
        return tf.reduce_sum(tape.gradient(total, x) ** 2)

    with tf.GradientTape() as tape:
        tape.watch(x)
        plain = value(x)
    along = tf.constant(np.random.default_rng(1).normal(size=x.shape), "float32")
    exact = (value(x + 1e-3 * along) - value(x - 1e-3 * along)) / 2e-3
    np.testing.assert_allclose(tf.reduce_sum(tape.gradient(plain, x) * along), exact, rtol=1e-2)
    np.testing.assert_allclose(tf.function(value, jit_compile=True)(x), plain, rtol=1e-4)


# === The controller ===


def test_p_follows_the_signs_as_the_official_controller():
    part = augmentations.ADA(target=0.2, images=160, interval=2)
    gan = tiny_gan(augmentation=part)
    rng, p, seen, sum_of_signs = np.random.default_rng(0), 0.0, 0, 0.0
    for step in range(1, 41):
        sign = float(rng.uniform(0.3, 1.0) if step < 25 else rng.uniform(-1.0, 0.1))
        gan.state.generator_step.assign(step)
        figures = part.update(gan, {"real_sign": tf.constant(sign)}, 8)
        seen, sum_of_signs = seen + 8, sum_of_signs + 8 * sign
        if step % 2 == 0:
            p = min(max(p + np.sign(sum_of_signs / seen - 0.2) * seen / 160, 0.0), 1.0)
            seen, sum_of_signs = 0, 0.0
        assert float(figures["augment_p"]) == pytest.approx(p, abs=1e-6)
    assert 0 < p < 1


def test_p_that_is_given():
    schedule = schedules.Cosine(0.0, 0.5, steps=4)
    part = augmentations.ADA(p=schedule)
    again = augmentations.get(keras.saving.serialize_keras_object(part))
    gan = tiny_gan(augmentation=again, run_eagerly=True)
    history = gan.fit(IMAGES, batch_size=8, epochs=3, verbose=0).history
    expected = [np.mean([float(schedule(s)) for s in steps]) for steps in ((1, 2), (3, 4), (5, 6))]
    np.testing.assert_allclose(history["augment_p"], expected, rtol=1e-6)


def test_what_the_logs_say_is_the_mean_sign_of_the_real_logits():
    gan = tiny_gan(augmentation=augmentations.ADA(p=0.0), run_eagerly=True)
    gan.discriminator_optimizer.learning_rate = 0.0
    history = gan.fit(IMAGES, batch_size=16, verbose=0).history
    assert history["real_sign"][0] == pytest.approx(np.sign(gan.discriminator(IMAGES)).mean())


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"transformations": "bgz"}, "bgcfnc"),
        ({"transformations": {"flip": 1.0}}, "xflip.*flip"),
        ({"transformations": {"xflip": 2.0}}, "Factors"),
        ({"p": 1.5}, "`p`"),
        ({"p": float("nan")}, "`p`"),
        ({"target": 1.0}, "`target`"),
        ({"images": 0}, "`images`"),
        ({"interval": 0}, "`interval`"),
    ],
)
def test_ada_refuses(arguments, words):
    with pytest.raises(ValueError, match=words):
        augmentations.ADA(**arguments)


# === APA ===


@pytest.mark.parametrize("p", [0.0, 0.4, 1.0])
def test_apa_puts_fakes_among_the_real_ones(p):
    gan = tiny_gan(augmentation=augmentations.APA(p=p))
    real = np.full((1000, 8, 8, 1), 5.0, "float32")
    mixed = gan.augmentation.replace_real(gan, {"image": tf.constant(real)}).numpy()
    replaced = (mixed < 2).all(axis=(1, 2, 3))
    assert ((mixed == 5).all(axis=(1, 2, 3)) | replaced).all()
    assert replaced.mean() == pytest.approx(p, abs=0.05)


# === With every model ===


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n == "ada" else [pytest.mark.slow]) for n in EXAMPLES]
)
def test_two_replicas_equal_one_device(name, mirrored):
    images, trained = np.random.default_rng(0).uniform(-1, 1, (32, 8, 8, 1)).astype("float32"), []
    arguments = {} if name == "diffaugment" else {"images": 64, "target": -0.9, "interval": 1}
    for strategy in (tf.distribute.get_strategy(), mirrored):
        keras.utils.set_random_seed(0)
        with strategy.scope():
            gan = keras_gan.GAN(*tiny_networks(discriminator_normalization="none"), seed=0)
            gan.compile(
                augmentation=augmentations.ALIASES[name](**arguments),
                generator_optimizer=keras.optimizers.SGD(0.01),
                discriminator_optimizer=keras.optimizers.SGD(0.01),
            )
            data = keras_gan.data.from_arrays(images, batch_size=8)
            trained.append((gan, gan.fit(data, epochs=2, verbose=0).history))
    (one, history), (two, other) = trained
    for a, b in zip(one.weights, two.weights, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5, err_msg=a.path)
    if name != "diffaugment":
        assert other["augment_p"] == history["augment_p"]
        assert history["augment_p"][-1] > 0


def _cyclegan():
    judges = [
        networks.patchgan((16, 16, 3), receptive_field=16, filters=4, normalization="instance")
        for _ in range(2)
    ]
    return keras_gan.CycleGAN(*(networks.resnet((16, 16, 3), blocks=1, filters=4) for _ in range(2)), *judges)


MODELS = {
    "WGANGP": lambda: keras_gan.WGANGP(
        *networks.dcgan((16, 16, 3), latent_dim=4, filters=4, discriminator_normalization="none")
    ),
    "ConditionalGAN": lambda: keras_gan.ConditionalGAN(
        *networks.dcgan((16, 16, 3), latent_dim=4, filters=4, num_classes=3), num_classes=3
    ),
    "CycleGAN": _cyclegan,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("model", MODELS)
def test_with_every_kind_of_model_in_xla(model, name):
    gan = MODELS[model]()
    gan.compile(augmentation=name, jit_compile=True)
    images = np.random.default_rng(0).uniform(-1, 1, (20, 16, 16, 3)).astype("float32")
    batch = {"image": images}
    if model == "CycleGAN":
        batch["condition"] = images[::-1]
    elif gan.conditional:
        batch["label"] = np.arange(20) % 3
    history = gan.fit(batch, batch_size=4, verbose=0).history
    assert np.isfinite(history["d_loss"]).all() and np.isfinite(history["g_loss"]).all()


SMALL_STYLE = {"latent_dim": 4, "mapping_layers": 1, "channel_base": 64, "channel_max": 4}
CLASSES = {"num_classes": 3}

OTHERS = {
    "ACGAN": lambda: keras_gan.ACGAN(
        *networks.dcgan((16, 16, 3), latent_dim=4, filters=4, conditioning="auxiliary", **CLASSES), **CLASSES
    ),
    "InfoGAN": lambda: keras_gan.InfoGAN(
        *networks.dcgan((16, 16, 3), latent_dim=4 + 10 + 2, filters=4, recognition=10 + 2)
    ),
    "ProGAN": lambda: keras_gan.ProGAN(
        *networks.progan((16, 16, 3), latent_dim=4, filters=[4, 4, 4]), fade_images=4, stable_images=4
    ),
    "StyleGAN": lambda: keras_gan.StyleGAN(*networks.stylegan((16, 16, 3), **SMALL_STYLE)),
    "StyleGAN2": lambda: keras_gan.StyleGAN2(
        *networks.stylegan2((16, 16, 3), **SMALL_STYLE, **CLASSES), **CLASSES
    ),
    "StyleGAN3": lambda: keras_gan.StyleGAN3(
        *networks.stylegan3((16, 16, 3), **SMALL_STYLE, synthesis_layers=4, critical_layers=2)
    ),
    "Pix2Pix": lambda: keras_gan.Pix2Pix(
        networks.unet((16, 16, 3), filters=4),
        networks.patchgan((16, 16, 3), 3, receptive_field=16, filters=4),
    ),
    "SRGAN": lambda: keras_gan.SRGAN(
        networks.srresnet(2, filters=4, blocks=1),
        networks.srgan_discriminator((16, 16, 3), filters=4, units=4),
        pretraining_steps=2,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("augmentation", [augmentations.ADA("bgc", p=0.8), augmentations.APA(images=16)])
@pytest.mark.parametrize("model", OTHERS)
def test_with_the_other_models(model, augmentation):
    gan = OTHERS[model]()
    gan.compile(augmentation=augmentation, **({"regularizers": []} if model == "SRGAN" else {}))
    images = np.random.default_rng(0).uniform(-1, 1, (20, 16, 16, 3)).astype("float32")
    batch = {"image": images}
    if gan.from_images:
        batch["condition"] = images[:, ::2, ::2] if model == "SRGAN" else images[::-1]
    elif gan.conditional:
        batch["label"] = np.arange(20) % 3
    history = gan.fit(batch, batch_size=4, verbose=0).history
    assert np.isfinite(history["d_loss"]).all() and np.isfinite(history["g_loss"]).all()
    assert 0 < history["augment_p"][-1] <= 1 or isinstance(augmentation, augmentations.APA)
