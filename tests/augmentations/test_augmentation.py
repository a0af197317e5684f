"""What holds for every augmentation, and for every model that takes one."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import augmentations, networks
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


# === With every model ===


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n == "ada" else [pytest.mark.slow]) for n in EXAMPLES]
)
@pytest.mark.slow
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
@pytest.mark.parametrize(
    ("model", "name"), [("WGANGP", "diffaugment"), ("ConditionalGAN", "ada"), ("CycleGAN", "apa")]
)
def test_with_every_kind_of_model_in_xla(model, name):
    """StyleGAN2, whose penalties differentiate ADA twice, is in its own tests."""
    gan = MODELS[model]()
    # XLA compiles each of several discriminator steps: five of WGAN-GP with ADA take minutes.
    gan.compile(augmentation=name, jit_compile=True, discriminator_steps=1)
    images = np.random.default_rng(0).uniform(-1, 1, (20, 16, 16, 3)).astype("float32")
    batch = {"image": images}
    if model == "CycleGAN":
        batch["condition"] = images[::-1]
    elif gan.condition is not None:
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
@pytest.mark.parametrize("augmentation", [augmentations.ADA("bgc", p=0.8), augmentations.APA(p=0.5)])
@pytest.mark.parametrize("model", OTHERS)
def test_with_the_other_models(model, augmentation):
    gan = OTHERS[model]()
    gan.compile(augmentation=augmentation, **({"regularizers": []} if model == "SRGAN" else {}))
    images = np.random.default_rng(0).uniform(-1, 1, (20, 16, 16, 3)).astype("float32")
    batch = {"image": images}
    if gan.from_images:
        batch["condition"] = images[:, ::2, ::2] if model == "SRGAN" else images[::-1]
    elif gan.condition is not None:
        batch["label"] = np.arange(20) % 3
    history = gan.fit(batch, batch_size=4, epochs=2, verbose=0).history
    assert np.isfinite(history["d_loss"]).all() and np.isfinite(history["g_loss"]).all()
    # SRGAN's first steps are without a discriminator.
    assert history["augment_p"][-1] == pytest.approx(augmentation.p)


def test_an_image_condition_moves_with_its_image_among_others():
    """As the image; labels beside it stay. Moving by whole pixels shows it to the bit."""
    condition = keras_gan.conditions.get((3, keras_gan.conditions.Images((8, 8, 1))))
    moves = augmentations.DiffAugment("translation", translation=0.5)
    images = np.random.default_rng(0).uniform(-1, 1, (16, 8, 8, 1)).astype("float32")
    labels = np.arange(16, dtype="int32") % 3

    class Holder:
        seed_generator = keras.random.SeedGenerator(0)
        side_by_side = staticmethod(lambda images: (images,))

    Holder.condition = condition
    moved, (same, beside) = moves.augment(
        Holder, tf.constant(images), (tf.constant(labels), tf.constant(images))
    )
    np.testing.assert_array_equal(moved, beside)
    np.testing.assert_array_equal(same, labels)
    assert not np.array_equal(moved, images)
