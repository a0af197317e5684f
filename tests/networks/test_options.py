"""Every documented option of every network: built, called eagerly in both modes, and trained for a step."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks

SIZE, CLASSES = 16, 3
SHAPE = (SIZE, SIZE, 3)
DCGAN = {"latent_dim": 6, "filters": 4, "kernel_size": 3}
SNGAN = {"latent_dim": 6, "filters": 4}
STYLE = {"latent_dim": 8, "mapping_layers": 1, "channel_base": 64, "channel_max": 8}
STYLE3 = {**STYLE, "synthesis_layers": 5}
R3GAN = {"widths": (16, 8, 8), "cardinalities": (4, 2, 2), "blocks": (1, 1, 1), "latent_dim": 6}
NORMALIZATIONS = ("batch", "layer", "spectral", "none")

OPTIONS = [
    *[("dcgan", {**DCGAN, "generator_normalization": n}) for n in NORMALIZATIONS],
    *[("dcgan", {**DCGAN, "discriminator_normalization": n}) for n in NORMALIZATIONS],
    ("dcgan", {**DCGAN, "packing": 2}),
    ("dcgan", {**DCGAN, "num_classes": CLASSES}),
    ("dcgan", {**DCGAN, "num_classes": CLASSES, "embedding_dim": 4}),
    ("dcgan", {**DCGAN, "num_classes": CLASSES, "conditioning": "projection"}),
    ("dcgan", {**DCGAN, "num_classes": CLASSES, "conditioning": "auxiliary"}),
    ("dcgan", {**DCGAN, "condition_dim": 5}),
    ("dcgan", {**DCGAN, "recognition": 4}),
    ("dcgan", {**DCGAN, "kernel_initializer": "orthogonal"}),
    *[("sngan", {**SNGAN, "spectral_normalization": n}) for n in ("discriminator", "both", "none")],
    ("sngan", {**SNGAN, "discriminator_normalization": "layer", "spectral_normalization": "none"}),
    ("sngan", {**SNGAN, "attention": True}),
    ("sngan", {**SNGAN, "kernel_initializer": "orthogonal"}),
    *[
        ("sngan", {**SNGAN, "num_classes": CLASSES, "conditioning": c})
        for c in ("projection", "concat", "auxiliary")
    ],
    ("sagan", SNGAN),
    ("sagan", {**SNGAN, "num_classes": CLASSES}),
    ("gan_stability", {"latent_dim": 6, "filters": 4}),
    (
        "gan_stability",
        {"latent_dim": 6, "filters": 4, "max_filters": 8, "num_classes": CLASSES, "embedding_dim": 4},
    ),
    ("infogan", {"latent_dim": 20, "recognition": 12}),
    ("r3gan", R3GAN),
    ("r3gan", {**R3GAN, "num_classes": CLASSES, "embedding_dim": 4, "expansion": 1, "kernel_size": 5}),
    ("progan", {"latent_dim": 8, "filters": [8, 8, 4], "group_size": 2}),
    ("stylegan", {**STYLE, "w_dim": 6}),
    ("stylegan", {**STYLE, "num_classes": CLASSES}),
    *[("stylegan2", {**STYLE, "architecture": a}) for a in ("skip", "resnet", "orig")],
    *[("stylegan2", {**STYLE, "discriminator_architecture": a}) for a in ("resnet", "skip", "orig")],
    ("stylegan2", {**STYLE, "num_classes": CLASSES, "w_dim": 6, "group_size": 2, "low_precision": 1}),
    ("stylegan3", STYLE3),
    ("stylegan3", {**STYLE3, "configuration": "r", "critical_layers": 1}),
    ("stylegan3", {**STYLE3, "num_classes": CLASSES, "low_precision": 1}),
    ("mlp", {"hidden": (8,)}),
    ("mlp", {"hidden": (8,), "generator_hidden": (4, 4), "packing": 2}),
    ("mlp", {"hidden": (8,), "minibatch_discrimination": True, "spectral_normalization": True}),
    ("mlp", {"hidden": (8,), "num_classes": CLASSES}),
]


def model_of(name, options, pair):
    """The model that such networks are trained with."""
    if name in ("stylegan", "stylegan2", "stylegan3"):
        model = {
            "stylegan": keras_gan.StyleGAN,
            "stylegan2": keras_gan.StyleGAN2,
            "stylegan3": keras_gan.StyleGAN3,
        }[name]
        return model(*pair, **({"num_classes": CLASSES} if options.get("num_classes") else {}))
    if name == "progan":
        return keras_gan.ProGAN(*pair, fade_images=8, stable_images=8)
    if options.get("recognition") or name == "infogan":
        return keras_gan.InfoGAN(*pair, categories=options["recognition"] - 2, codes=2)
    if options.get("conditioning") == "auxiliary":
        return keras_gan.ACGAN(*pair, num_classes=CLASSES)
    if options.get("num_classes"):
        return keras_gan.ConditionalGAN(*pair, num_classes=CLASSES)
    if options.get("condition_dim"):
        return keras_gan.ConditionalGAN(*pair)
    return keras_gan.GAN(*pair)


def inputs_for(network):
    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(0, CLASSES, (4, *x.shape[1:]))
        if "int" in x.dtype
        else rng.normal(size=(4, *x.shape[1:]))
        for x in network.inputs
    ]
    tensors = [tf.constant(a, x.dtype) for a, x in zip(arrays, network.inputs, strict=True)]
    return tensors[0] if len(tensors) == 1 else tensors


def batch_for(options, shape):
    rng = np.random.default_rng(0)
    batch = {"image": rng.uniform(-1, 1, (8, *shape)).astype("float32")}
    if options.get("num_classes"):
        batch["label"] = rng.integers(0, CLASSES, 8)
    if options.get("condition_dim"):
        batch["condition"] = rng.normal(size=(8, options["condition_dim"])).astype("float32")
    return batch


@pytest.mark.parametrize(
    ("name", "options"), OPTIONS, ids=[f"{n}-{'-'.join(map(str, o.values()))}" for n, o in OPTIONS]
)
def test_called_eagerly(name, options):
    shape = 2 if name == "mlp" else SHAPE
    for network in getattr(networks, name)(shape, **options):
        if name == "progan":
            given = tf.zeros((4, 8)) if network.name == "generator" else tf.zeros((4, *SHAPE))
        else:
            given = inputs_for(network)
        for training in (False, True):
            made = network(given, training=training)
            for output in made if isinstance(made, list) else [made]:
                assert np.isfinite(np.asarray(output, "float32")).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options"), OPTIONS, ids=[f"{n}-{'-'.join(map(str, o.values()))}" for n, o in OPTIONS]
)
def test_trained_for_a_step(name, options):
    pair = getattr(networks, name)(2 if name == "mlp" else SHAPE, **options)
    gan = model_of(name, options, pair)
    before = [v.numpy() for v in gan.generator.trainable_variables]
    parts = {} if name in ("stylegan2", "stylegan3", "progan") else {"regularizers": []}
    gan.compile(**parts)
    # In float16 the first steps find a scale for the gradients.
    epochs = 12 if options.get("low_precision") else 1
    batch = batch_for(options, (2,) if name == "mlp" else SHAPE)
    history = gan.fit(batch, batch_size=8, epochs=epochs, verbose=0).history
    assert np.isfinite([history["d_loss"], history["g_loss"]]).all()
    after = [v.numpy() for v in gan.generator.trainable_variables]
    assert any((a != b).any() for a, b in zip(after, before, strict=True))


TRANSLATORS = [
    *[("unet", {"filters": 4, "normalization": n}) for n in ("batch", "instance", "none")],
    ("unet", {"filters": 4, "downs": 2, "dropout": 0.0}),
    ("unet", {"filters": 4, "dropout_in_inference": True}),
    *[("resnet", {"filters": 4, "blocks": 1, "normalization": n}) for n in ("batch", "instance", "none")],
    ("resnet", {"filters": 4, "blocks": 2, "dropout": 0.5}),
]
CRITICS = [
    *[{"normalization": n} for n in ("batch", "instance", "none")],
    *[{"receptive_field": field} for field in networks.RECEPTIVE_FIELDS if field <= 34],
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("generator", "critic"),
    [*[(g, {"receptive_field": 16}) for g in TRANSLATORS], *[(TRANSLATORS[0], c) for c in CRITICS]],
)
def test_from_image_to_image(generator, critic):
    name, options = generator
    size = (64, 64, 3) if critic.get("receptive_field", 70) > 34 else (32, 32, 3)
    translator = getattr(networks, name)(size, **options)
    judge = networks.patchgan(size, 3, filters=4, **critic)
    images = np.random.default_rng(0).uniform(-1, 1, (2, *size)).astype("float32")
    for training in (False, True):
        assert np.isfinite(translator(images, training=training)).all()
        assert np.isfinite(judge([images, images], training=training)).all()
    gan = keras_gan.Pix2Pix(translator, judge)
    gan.compile()
    gan.fit({"condition": images, "image": images}, batch_size=2, verbose=0)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [2, 3, 4, 8])
@pytest.mark.parametrize("name", ["srresnet", "msrresnet", "rrdbnet"])
def test_super_resolution(name, scale):
    if scale not in {"rrdbnet": (2, 4), "msrresnet": (2, 3, 4)}.get(name, (2, 3, 4, 8)):
        pytest.skip("not one of its scales")
    options = {"filters": 4, "blocks": 1, **({"growth": 4} if name == "rrdbnet" else {})}
    generator = getattr(networks, name)(scale, **options)
    for judge in (networks.srgan_discriminator, networks.esrgan_discriminator):
        critic = judge((32 * scale, 32 * scale, 3), filters=4, units=8)
        low = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)).astype("float32")
        high = np.random.default_rng(1).uniform(-1, 1, (2, 32 * scale, 32 * scale, 3)).astype("float32")
        for training in (False, True):
            assert np.isfinite(generator(low, training=training)).all()
            assert np.isfinite(critic(high, training=training)).all()
        gan = keras_gan.SRGAN(generator, critic)
        gan.compile(regularizers=[])
        gan.fit({"condition": low, "image": high}, batch_size=2, verbose=0)
