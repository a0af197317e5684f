import numpy as np
import pytest

import keras_gan
from tests.conftest import golden
from tests.contracts import network_contract


def test_contract():
    networks = keras_gan.networks.r3gan(
        (16, 8, 1), latent_dim=4, widths=(8, 4), cardinalities=(2, 1), blocks=(1, 2)
    )
    network_contract(networks, latent_dim=4, image_shape=(16, 8, 1), bounded=False)


def test_the_papers_networks():
    """CIFAR-10: four stages of 768, 96 groups, two blocks each, twice as wide inside."""
    block = 768 * 1536 + 1536 + 9 * 16 * 1536 + 1536 + 1536 * 768
    basis = 4 * 4 * 768
    network_contract(
        keras_gan.networks.r3gan((32, 32, 3)),
        latent_dim=64,
        image_shape=(32, 32, 3),
        generator_params=64 * 768 + basis + 8 * block + 768 * 3,
        discriminator_params=3 * 768 + 8 * block + basis + 768,
        bounded=False,
    )


def convert(network, arrays, prefix, stages):
    """Weights of the official state dict, into ours by the names of the layers."""

    def get(name):
        return arrays[f"{prefix}.{name}"]

    def put(layer, *values):
        network.get_layer(layer).set_weights(values)

    def kernel(name):
        return get(name).transpose(2, 3, 1, 0)  # OIHW -> HWIO

    generator = prefix == "G"
    for stage, blocks in enumerate(stages):
        # Stages of the discriminator run from large to small; in each the transition comes last.
        index = stage if generator else len(stages) - 1 - stage
        path = f"MainLayers.{index}.Layers"
        for block in range(blocks):
            at = f"{path}.{block + generator}"
            name = f"stage_{stage}_block_{block}"
            put(f"{name}_in", kernel(f"{at}.LinearLayer1.Layer.weight"), get(f"{at}.NonLinearity1.Bias"))
            put(f"{name}_grouped", kernel(f"{at}.LinearLayer2.Layer.weight"), get(f"{at}.NonLinearity2.Bias"))
            put(f"{name}_out", kernel(f"{at}.LinearLayer3.Layer.weight"))
        at = f"{path}.{0 if generator else blocks}"
        if stage == 0:
            put("stage_0_linear", get(f"{at}.LinearLayer.weight").T)
            if generator:
                put("stage_0_basis", get(f"{at}.Basis").transpose(1, 2, 0))
            else:
                put("stage_0_basis", get(f"{at}.Basis.weight").transpose(2, 3, 0, 1))
        else:
            put(f"stage_{stage}_linear", kernel(f"{at}.LinearLayer.Layer.weight"))
            filter_ = get(f"{at}.Resampler.Kernel")
            np.testing.assert_allclose(filter_, np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64, rtol=1e-6)
    if generator:
        put("to_image", kernel("AggregationLayer.Layer.weight"))
    else:
        put("from_image", kernel("ExtractionLayer.Layer.weight"))
    if f"{prefix}.EmbeddingLayer.weight" in arrays:
        put("label_embedding", get("EmbeddingLayer.weight").T)


@pytest.mark.parametrize("classes", [None, 4])
def test_equals_the_official_networks(classes):
    path = golden("r3gan/r3gan_16_w24-16-8_cond4.npz" if classes else "r3gan/r3gan_16_w24-16-8.npz")
    arrays = np.load(path)
    generator, discriminator = keras_gan.networks.r3gan(
        (16, 16, 3),
        latent_dim=16,
        widths=(24, 16, 8),
        cardinalities=(6, 4, 2),
        blocks=(2, 1, 2),
        num_classes=classes,
        embedding_dim=5,
    )
    convert(generator, arrays, "G", (2, 1, 2))
    convert(discriminator, arrays, "D", (2, 1, 2))
    labels = [arrays["label"].argmax(1)] if classes else []
    images = generator([arrays["z"], *labels] if classes else arrays["z"])
    np.testing.assert_allclose(images, arrays["image"].transpose(0, 2, 3, 1), atol=1e-4)
    d_input = arrays["d_input"].transpose(0, 2, 3, 1)
    logits = discriminator([d_input, *labels] if classes else d_input)
    np.testing.assert_allclose(logits[:, 0], arrays["d_output"], atol=1e-4)


def test_blocks_begin_as_the_identity():
    generator, _ = keras_gan.networks.r3gan(
        (8, 8, 1), latent_dim=4, widths=(8, 4), cardinalities=(2, 1), blocks=(1, 1)
    )
    assert not generator.get_layer("stage_1_block_0_out").get_weights()[0].any()


def test_sizes_that_do_not_fit():
    with pytest.raises(ValueError, match="multiples of 8"):
        keras_gan.networks.r3gan((28, 28, 1))
    with pytest.raises(ValueError, match="one entry for each stage"):
        keras_gan.networks.r3gan((16, 16, 1), widths=(8,))
