"""StackGAN's official networks with random weights, and their outputs."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import convert, networks
from tests.conftest import golden

FIRST, SECOND = "stackgan/stackgan_v1_stage1_gf12.npz", "stackgan/stackgan_v1_stage2_gf12.npz"
BRANCHES = [("stackgan/stackgan_v2_2branch_gf8.npz", 3), ("stackgan/stackgan_v2_3branch_gf8.npz", 2)]


def nhwc(images):
    return images.transpose(0, 2, 3, 1)


def official_images(uint8):
    return (nhwc(uint8) / np.float32(127.5) - 1.0).astype("float32")


def set_convolution(network, arrays, layer, at):
    weights = [arrays[f"{at}.weight"].transpose(2, 3, 1, 0)]
    if f"{at}.bias" in arrays:
        weights.append(arrays[f"{at}.bias"])
    network.get_layer(layer).set_weights(weights)


def set_normalized(network, arrays, layer, at):
    set_convolution(network, arrays, layer, at)
    before, _, place = at.rpartition(".")
    names = ("weight", "bias", "running_mean", "running_var")
    norm = network.get_layer(f"{layer}_norm")
    norm.set_weights([arrays[f"{before}.{int(place) + 1}.{name}"] for name in names])


def set_discriminator(network, arrays):
    """Weights of version 1."""
    set_convolution(network, arrays, "down_0", "D.encode_img.0")
    halvings = network.input_shape[0][1].bit_length() - 3
    for i in range(1, halvings):
        set_normalized(network, arrays, f"down_{i}", f"D.encode_img.{3 * i - 1}")
    place = 3 * halvings - 1
    narrow = [
        layer.name
        for layer in network.layers
        if layer.name.startswith("narrow_") and "norm" not in layer.name
    ]
    for j, name in enumerate(narrow):
        set_normalized(network, arrays, name, f"D.encode_img.{place + 3 * j}")
    set_normalized(network, arrays, "joint", "D.get_cond_logits.outlogits.0")
    set_convolution(network, arrays, "logits", "D.get_cond_logits.outlogits.3")
    if narrow:
        set_convolution(network, arrays, "logits_of_images", "D.get_uncond_logits.outlogits.0")


def test_stage_1():
    arrays = np.load(golden(FIRST))
    generator = convert.load(golden(FIRST), prefix="G.")
    latents = np.concatenate([arrays["z"], arrays["eps"]], axis=1)
    images = generator([latents, arrays["text"]]).numpy()
    np.testing.assert_allclose(images, nhwc(arrays["image"]), atol=1e-4)
    mean, log_variance = generator.get_layer("conditioning").distribution(arrays["text"])
    np.testing.assert_allclose(mean, arrays["mu"], atol=1e-4)
    np.testing.assert_allclose(log_variance, arrays["logvar"], atol=1e-4)
    discriminator = networks.stackgan(
        (64, 64, 3), 12, 10, embedding_dim=6, filters=12, discriminator_filters=2
    )[1]
    set_discriminator(discriminator, arrays)
    logits = discriminator([nhwc(arrays["d_input"]), arrays["d_condition"]]).numpy()
    np.testing.assert_allclose(logits[:, 0], arrays["d_logit_cond"], atol=1e-4, rtol=1e-4)


def test_the_divergence_is_a_mean_over_units():
    arrays = np.load(golden(FIRST))
    generator = convert.load(golden(FIRST), prefix="G.")
    discriminator = networks.stackgan(
        (64, 64, 3), 12, 10, embedding_dim=6, filters=12, discriminator_filters=2
    )[1]
    gan = keras_gan.StackGAN(generator, discriminator, ema_decay=None, kl_weight=1.0)
    turn = keras_gan.parts.Turn(None, None, tf.constant(arrays["text"]))
    np.testing.assert_allclose(gan.generator_terms(turn)["g_kl"], arrays["kl"], rtol=1e-5)


def test_stage_2():
    arrays = np.load(golden(SECOND))
    generator = convert.load(golden(SECOND), prefix="G.")
    latents = np.concatenate([arrays["z"], arrays["eps_stage1"], arrays["eps"]], axis=1)
    first = generator.get_layer("stage_1")([latents[:, :16], arrays["text"]]).numpy()
    np.testing.assert_allclose(first, nhwc(arrays["image_stage1"]), atol=1e-4)
    images = generator([latents, arrays["text"]]).numpy()
    np.testing.assert_allclose(images[:, 1::4, 2::4], nhwc(arrays["image_every4"]), atol=1e-4)
    np.testing.assert_allclose(images[:, 96:144, 60:108], nhwc(arrays["image_crop"]), atol=1e-4)
    discriminator = networks.stackgan(
        (256, 256, 3),
        12,
        embedding_dim=6,
        filters=12,
        discriminator_filters=2,
        stage_1=generator.get_layer("stage_1"),
    )[1]
    set_discriminator(discriminator, arrays)
    given = [official_images(arrays["d_input_uint8"]), arrays["d_condition"]]
    for logits, name in zip(discriminator(given), ("cond", "uncond"), strict=True):
        np.testing.assert_allclose(logits[:, 0], arrays[f"d_logit_{name}"], atol=1e-4, rtol=1e-4)


def set_discriminator_2(network, arrays, sides):
    """Weights of version 2: those of each side are under `D<side>.`."""
    for side in sides:
        at = f"D{side}"
        set_convolution(network, arrays, f"{side}_down_0", f"{at}.img_code_s16.0")
        for i, place in ((1, 2), (2, 5), (3, 8)):
            set_normalized(network, arrays, f"{side}_down_{i}", f"{at}.img_code_s16.{place}")
        of_side = network.get_layer(f"{side}_down_3").filters
        further = [n for n in (32, 64) if n * 2 <= side // 2]
        for i, name in enumerate(further):
            set_normalized(network, arrays, f"{side}_down_{4 + i}", f"{at}.img_code_s{name}.0")
        for i in range(len(further)):
            width = of_side << (len(further) - 1 - i)
            set_normalized(
                network, arrays, f"{side}_narrow_{width}", f"{at}.img_code_s{further[-1]}_{i + 1}.0"
            )
        set_convolution(network, arrays, f"{side}_logits", f"{at}.logits.0")
        set_normalized(network, arrays, f"{side}_joint", f"{at}.jointConv.0")
        if len(network.outputs) > len(sides):
            set_convolution(network, arrays, f"{side}_logits_of_images", f"{at}.uncond_logits.0")


@pytest.mark.parametrize("file, discriminator_filters", BRANCHES)
def test_version_2(file, discriminator_filters):
    arrays = np.load(golden(file))
    generator = convert.load(golden(file), prefix="G.")
    latents = np.concatenate([arrays["z"], arrays["eps"]], axis=1)
    sides = [int(name[5:]) for name in ("image64", "image128_crop"[:8], "image256_crop"[:8])]
    sides = sides[: generator.output_shape[-1] // 3]
    levels = keras_gan.layers.PyramidLevels(sides)
    images = dict(zip(sides, levels(generator([latents, arrays["text"]])), strict=True))
    np.testing.assert_allclose(images[64], nhwc(arrays["image64"]), atol=1e-4)
    np.testing.assert_allclose(images[128][:, 1::2, 1::2], nhwc(arrays["image128_every2"]), atol=1e-4)
    np.testing.assert_allclose(images[128][:, 42:66, 64:88], nhwc(arrays["image128_crop"]), atol=1e-4)
    if 256 in images:
        np.testing.assert_allclose(images[256][:, 1::4, 3::4], nhwc(arrays["image256_every4"]), atol=1e-4)
        np.testing.assert_allclose(images[256][:, 85:109, 128:152], nhwc(arrays["image256_crop"]), atol=1e-4)
    mean, log_variance = generator.get_layer("conditioning").distribution(arrays["text"])
    np.testing.assert_allclose(mean, arrays["mu"], atol=1e-4)
    np.testing.assert_allclose(log_variance, arrays["logvar"], atol=1e-4)

    shape = (sides[-1], sides[-1], 3)
    discriminator = networks.stackgan2(
        shape,
        12,
        10,
        branches=len(sides),
        embedding_dim=6,
        filters=8,
        discriminator_filters=discriminator_filters,
    )[1]
    set_discriminator_2(discriminator, arrays, sides)
    pyramid = keras_gan.layers.ImagePyramid()(
        [official_images(arrays[f"d{side}_input_uint8"]) for side in sides]
    )
    logits = discriminator([pyramid, tf.constant(arrays["d_condition"])])
    names = [f"d{side}_logit_{kind}" for side in sides for kind in ("cond", "uncond")]
    for found, name in zip(logits, names, strict=True):
        np.testing.assert_allclose(found[:, 0], arrays[name], atol=1e-4, rtol=1e-4, err_msg=name)


@pytest.mark.slow
def test_a_converted_generator_is_sampled_by_embeddings(tmp_path):
    for file in (FIRST, BRANCHES[0][0]):
        _, folder = convert.convert(golden(file), tmp_path / file[-8:-4], "G.")
        saved = tf.saved_model.load(str(folder))
        text = np.load(golden(file))["text"][:2].astype("float32")
        images = saved.sample(2, 0, 1.0, labels=tf.constant(text)).numpy()
        assert images.shape[-1] == 3 and images.dtype == np.uint8
