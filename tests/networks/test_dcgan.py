import keras
import numpy as np
import pytest

import keras_gan
from tests.contracts import network_contract

dcgan = keras_gan.networks.dcgan


@pytest.mark.slow
def test_the_papers_networks_at_64():
    """100 -> 4x4x1024 -> 8x8x512 -> 16x16x256 -> 32x32x128 -> 64x64x3, 5x5 kernels; D 64-128-256-512."""
    generator = 100 * 4 * 4 * 1024 + 4 * 1024
    generator += 25 * (1024 * 512 + 512 * 256 + 256 * 128 + 128 * 3) + 4 * (512 + 256 + 128) + 3
    discriminator = 25 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512) + 64 + 4 * (128 + 256 + 512)
    discriminator += 4 * 4 * 512 + 1
    networks = dcgan((64, 64, 3), latent_dim=100)
    network_contract(
        networks,
        latent_dim=100,
        image_shape=(64, 64, 3),
        generator_params=generator,
        discriminator_params=discriminator,
    )
    layers = keras.layers
    shapes = [
        tuple(layer.output.shape[1:])
        for layer in networks[0].layers
        if isinstance(layer, (layers.Reshape, layers.Conv2DTranspose))
    ]
    assert shapes == [(4, 4, 1024), (8, 8, 512), (16, 16, 256), (32, 32, 128), (64, 64, 3)]
    convolutions = [layer for layer in networks[1].layers if isinstance(layer, layers.Conv2D)]
    assert [tuple(c.output.shape[1:]) for c in convolutions] == [
        (32, 32, 64),
        (16, 16, 128),
        (8, 8, 256),
        (4, 4, 512),
    ]
    for network in networks:
        kinds = [type(layer).__name__ for layer in network.layers]
        assert not any("Pool" in kind for kind in kinds) and kinds.count("Dense") == 1
        for layer in network.layers:
            if hasattr(layer, "kernel"):
                assert abs(float(np.std(layer.kernel)) - 0.02) < 0.002
            if "Conv" in type(layer).__name__:
                assert layer.kernel_size == (5, 5) and layer.strides == (2, 2)
    generator_kinds = [type(layer).__name__ for layer in networks[0].layers]
    assert generator_kinds.count("BatchNormalization") == generator_kinds.count("ReLU") == 4
    discriminator_kinds = [type(layer).__name__ for layer in networks[1].layers]
    # None at the discriminator's input, nor at the generator's output.
    assert discriminator_kinds.count("BatchNormalization") == 3
    assert discriminator_kinds.index("BatchNormalization") > discriminator_kinds.index("LeakyReLU")
    assert generator_kinds[-2:] == ["Conv2DTranspose", "Activation"]
    assert all(
        layer.negative_slope == 0.2 for layer in networks[1].layers if type(layer).__name__ == "LeakyReLU"
    )


@pytest.mark.parametrize(
    ("size", "start"),
    [
        ((28, 28), (7, 7)),
        ((32, 32), (4, 4)),
        ((96, 96), (6, 6)),
        ((8, 8), (4, 4)),
        ((128, 128), (4, 4)),
        ((64, 32), (8, 4)),
        ((28, 56), (7, 14)),
        ((48, 80), (6, 10)),
    ],
)
def test_sizes(size, start):
    networks = dcgan((*size, 1), latent_dim=8, filters=2, kernel_size=3)
    network_contract(networks, latent_dim=8, image_shape=(*size, 1))
    reshape = next(layer for layer in networks[0].layers if isinstance(layer, keras.layers.Reshape))
    assert tuple(reshape.output.shape[1:3]) == start


def test_filters_set_the_discriminators_first_width():
    generator, discriminator = dcgan((32, 32, 3), latent_dim=8, filters=16)
    assert discriminator.get_layer("down_1").filters == 16
    assert generator.get_layer("up_1").filters == 64  # 4x4x128 first, as 3 stages double 16


@pytest.mark.parametrize("normalization", ["batch", "layer", "none"])
def test_normalizations(normalization):
    networks = dcgan(
        (16, 16, 1),
        latent_dim=8,
        filters=4,
        generator_normalization=normalization,
        discriminator_normalization=normalization,
    )
    kind = {"batch": "BatchNormalization", "layer": "GroupNormalization", "none": "none"}[normalization]
    for network, expected in zip(networks, (2, 1), strict=True):
        kinds = [type(layer).__name__ for layer in network.layers]
        assert kinds.count(kind) == (expected if normalization != "none" else 0)
        assert sum("Normalization" in k for k in kinds) == kinds.count(kind)


def test_layer_normalisation_is_over_height_width_and_channels():
    _, discriminator = dcgan((16, 16, 1), latent_dim=8, filters=4, discriminator_normalization="layer")
    layer = discriminator.get_layer("down_2_norm")
    x = np.random.default_rng(0).normal(2.0, 3.0, (5, 4, 4, 8)).astype("float32")
    y = np.asarray(layer(x))
    np.testing.assert_allclose(y.reshape(5, -1).mean(1), 0, atol=1e-5)
    np.testing.assert_allclose(y.reshape(5, -1).std(1), 1, atol=1e-3)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_outputs_are_float32_in_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    generator, discriminator = dcgan((8, 8, 1), latent_dim=8, filters=4)
    images = generator(np.zeros((1, 8), "float32"))
    assert images.dtype == discriminator(images).dtype == np.float32
    assert generator.get_layer("to_image").compute_dtype == policy.removeprefix("mixed_")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_shape": (30, 30, 3)}, "15x15"),
        ({"image_shape": (7, 7, 1)}, "halved"),
        ({"image_shape": (64, 64)}, "height, width, channels"),
        ({"image_shape": (64, 64, 3), "latent_dim": 0}, "latent_dim"),
        (
            {"image_shape": (64, 64, 3), "discriminator_normalization": "group"},
            "discriminator_normalization",
        ),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        dcgan(**arguments)


@pytest.mark.parametrize("normalization", ["batch", "layer", "spectral", "none"])
def test_residual_blocks(normalization):
    """Of zero weights they change nothing; counted as 3x3 convolutions that keep the channels."""
    options = {
        "latent_dim": 4,
        "filters": 2,
        "generator_normalization": normalization,
        "discriminator_normalization": normalization,
    }
    keras.utils.set_random_seed(0)
    plain = dcgan((16, 16, 1), **options)
    deeper = dcgan((16, 16, 1), residual_blocks=2, **options)
    network_contract(deeper, latent_dim=4, image_shape=(16, 16, 1))
    latents, images = np.ones((3, 4), "float32"), np.ones((3, 16, 16, 1), "float32")
    for one, other, inputs in zip(plain, deeper, (latents, images), strict=True):
        names = [
            layer.name for layer in other.layers if "_block_" in layer.name and hasattr(layer, "weights")
        ]
        # Behind one doubling of two, and behind both halvings.
        places = {name.split("_block_")[0] for name in names}
        assert places == ({"up_1"} if one.name == "generator" else {"down_1", "down_2"})
        for layer in one.layers:
            if layer.weights:
                other.get_layer(layer.name).set_weights(layer.get_weights())
        for layer in other.layers:
            if "_block_" in layer.name and "norm" not in layer.name:
                layer.set_weights([np.zeros(w.shape) if w.ndim != 1 else w for w in layer.get_weights()])
        np.testing.assert_allclose(one(inputs), other(inputs), rtol=1e-5, atol=1e-6)
    kernels = 9 * (4 * 4 + 2 * 2 + 4 * 4) * 2
    counted = sum(
        np.prod(layer.get_weights()[0].shape)
        for network in deeper
        for layer in network.layers
        if "_block_" in layer.name and type(layer).__name__ in ("Conv2D", "SpectralNormalization")
    )
    assert counted == kernels
