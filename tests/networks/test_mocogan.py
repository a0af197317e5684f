"""MoCoGAN's networks against the official code's outputs."""

import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_gan import networks
from keras_gan.networks.mocogan import _generator, image_discriminator, video_discriminator
from tests.conftest import golden


def assigned(network, z, prefix):
    """Weights by the order of the layers: convolutions and normalisations by their numbers."""
    numbers = sorted({int(key.split(".")[2]) for key in z.files if key.startswith(f"{prefix}.main.")})
    with_weights = [
        layer
        for layer in network.layers
        if isinstance(
            layer, (layers.Conv2D, layers.Conv2DTranspose, layers.Conv3D, layers.BatchNormalization)
        )
    ]
    for layer, number in zip(with_weights, numbers, strict=True):
        start = f"{prefix}.main.{number}"
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights(
                [z[f"{start}.{name}"] for name in ("weight", "bias", "running_mean", "running_var")]
            )
        else:
            weight = z[f"{start}.weight"]
            layer.kernel.assign(weight.transpose(*range(2, weight.ndim), 1, 0))
    return network


def test_the_official_generators_videos():
    z = np.load(golden("mocogan/mocogan_64.npz"))
    generator = _generator(6, 64, 3, 8, 4, 4, 2)
    gru = generator.get_layer("motion")

    def gates(weight):
        # Reset, update, new there; update, reset, new here.
        reset, update, new = np.split(weight, 3)
        return np.concatenate([update, reset, new])

    gru.set_weights(
        [
            gates(z["G.recurrent.weight_ih"]).T,
            gates(z["G.recurrent.weight_hh"]).T,
            np.stack([gates(z["G.recurrent.bias_ih"]), gates(z["G.recurrent.bias_hh"])]),
        ]
    )
    assigned(generator.get_layer("each_frame").network, z, "G")
    noise = z["noise"].transpose(1, 0, 2).reshape(2, -1)
    made = generator([np.concatenate([z["content"], z["h0"], noise], axis=1), z["category"]])
    np.testing.assert_allclose(np.transpose(made, (0, 4, 1, 2, 3)), z["video"], atol=1e-4)


def test_the_official_discriminators_logits():
    z = np.load(golden("mocogan/mocogan_64.npz"))
    video = np.moveaxis(z["d_video_uint8"], 1, -1).astype("float32") / 127.5 - 1.0
    shape = video.shape[1:]
    logits = assigned(video_discriminator(shape, 3), z, "DV")(video)
    np.testing.assert_allclose(logits[:, 0], z["dv_output"], atol=1e-4)
    logits = assigned(video_discriminator(shape, 3, patches=True), z, "DPV")(video)
    np.testing.assert_allclose(logits[..., 0], z["dpv_output"], atol=1e-4)
    logits, classes = assigned(video_discriminator(shape, 3, 2), z, "DCV")(video)
    np.testing.assert_allclose(logits, z["dcv_output"], atol=1e-4)
    np.testing.assert_allclose(classes, z["dcv_category"], atol=1e-4)
    images = np.stack([video[v, f] for v, f in z["d_image_index"]])
    logits = assigned(image_discriminator(shape[1:], 3, patches=False), z, "DI")(images)
    np.testing.assert_allclose(logits[:, 0], z["di_output"], atol=1e-4)
    logits = assigned(image_discriminator(shape[1:], 3), z, "DPI")(images)
    np.testing.assert_allclose(logits[..., 0], z["dpi_output"], atol=1e-4)


def test_the_papers_size():
    generator, discriminator = networks.mocogan(num_classes=6)
    # Kernels and normalisations by hand: code of 50 + 6 + 10, widths 512 to 64; GRU of 10 with two biases.
    pairs = ((66, 512), (512, 256), (256, 128), (128, 64), (64, 3))
    kernels = sum(16 * a * b for a, b in pairs) + 2 * (512 + 256 + 128 + 64)
    trainable = sum(int(np.prod(w.shape)) for w in generator.trainable_weights)
    assert trainable == kernels + 3 * (10 * 10 + 10 * 10 + 2 * 10)
    assert [tuple(shape) for shape in discriminator.output_shape] == [
        (None, 1),
        (None, 1, 4, 4, 1),
        (None, 6),
    ]


def test_content_is_one_and_motion_is_many():
    generator, discriminator = networks.mocogan((8, 16, 16, 1), 4, 2, filters=4, image_frames=2)
    z = np.random.default_rng(0).normal(size=(2, 4 + 9 * 2)).astype("float32")
    z[1, :4] = z[0, :4]
    z[1, 4 + 2 :] = z[0, 4 + 2 :]
    z[1, 4:6] += 3.0  # another first state
    a, b = generator(z).numpy()
    assert np.abs(a - b).max() > 0 and np.abs(a[0] - a[-1]).max() > 0
    assert [tuple(x.shape) for x in discriminator(tf.zeros((3, 8, 16, 16, 1)))] == [(3, 1), (3, 2, 4, 4, 1)]


@pytest.mark.parametrize(
    "shape, options, message",
    [
        ((16, 48, 48, 3), {}, "16, 32, 64 or 128"),
        ((8, 64, 64, 3), {}, "13 frames at least"),
        ((16, 32, 32, 3), {"discriminator_normalization": "layer"}, "discriminator_normalization"),
        ((16, 32, 32, 3), {"num_classes": 3, "video_patches": True}, "of whole videos"),
    ],
)
def test_wrong_arguments(shape, options, message):
    with pytest.raises(ValueError, match=message):
        networks.mocogan(shape, **options)
