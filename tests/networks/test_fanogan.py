"""Equal to A03ki's f-AnoGAN, outputs and a training step."""

import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import networks
from tests.conftest import golden


def assign(network, state, grid=None):
    """Weights in the official order; rows of the dense layer after a flattened `grid` are channel first officially."""
    arrays = [v for name, v in state.items() if not name.endswith("num_batches_tracked")]
    for weight, array in zip(network.weights, arrays, strict=True):
        if array.ndim == 4:
            array = array.transpose(2, 3, 1, 0)
        elif array.ndim == 2:
            array = array.T
            if grid is not None and array.shape[0] == np.prod(grid):
                height, width, channels = grid
                order = (
                    np.arange(np.prod(grid)).reshape(channels, height, width).transpose(1, 2, 0).reshape(-1)
                )
                array = array[order]
            if grid is not None and len(network.input_shape) == 2 and array.shape[1] > 100:
                height, width, channels = grid_of(network)
                array = (
                    array.reshape(-1, channels, height, width).transpose(0, 2, 3, 1).reshape(len(array), -1)
                )
        elif grid is not None and len(network.input_shape) == 2 and array.size > 100:
            height, width, channels = grid_of(network)
            array = array.reshape(channels, height, width).transpose(1, 2, 0).reshape(-1)
        weight.assign(array)


def grid_of(generator):
    """What the generator's first layer is reshaped to."""
    return next(layer for layer in generator.layers if "reshape" in layer.name).target_shape


def official(path):
    with np.load(golden(path)) as file:
        arrays = {name: file[name] for name in file.files}
    states = {p: {k[2:]: v for k, v in arrays.items() if k.startswith(f"{p}.")} for p in "GDE"}
    # Batch normalisation has gain, bias, mean and variance in both.
    return arrays, states


def nhwc(array):
    return np.moveaxis(array, 1, -1) if array.ndim == 4 else array


@pytest.mark.parametrize("name", ["fanogan_mnist_28", "fanogan_mvtec_ad_32"])
def test_official_outputs(name):
    arrays, states = official(f"fanogan/{name}.npz")
    if "mnist" in name:
        made, grid = networks.fanogan_mlp((28, 28, 1), 10, widths=(20, 24, 40, 48), epsilon=0.8), None
    else:
        made = networks.fanogan(
            (32, 32, 3),
            10,
            widths=(8, 12, 24, 32),
            generator_widths=(32, 24),
            normalization="batch",
            epsilon=0.8,
        )
        grid = (2, 2, 32)
    encoder, generator, discriminator = made
    for network, state in zip(made, "EGD", strict=True):
        assign(network, states[state], grid)
    np.testing.assert_allclose(generator(arrays["z"]), nhwc(arrays["g_image"]), atol=1e-4)
    images = nhwc(arrays["input"])
    np.testing.assert_allclose(encoder(images), arrays["encoded"], atol=1e-4)
    np.testing.assert_allclose(discriminator(images), arrays["d_output"], atol=1e-4)
    detector = keras_gan.FAnoGAN(encoder, generator, discriminator)
    reconstruction = generator(encoder(images))
    np.testing.assert_allclose(reconstruction, nhwc(arrays["reconstruction"]), atol=1e-4)
    image, feature = detector.distances(tf.constant(images), reconstruction)
    np.testing.assert_allclose(image, arrays["image_distance"], rtol=1e-4)
    np.testing.assert_allclose(feature, arrays["feature_distance"], rtol=1e-4)
    np.testing.assert_allclose(detector.scored(tf.constant(images))[0], arrays["score_kappa1"], rtol=1e-4)


def test_official_training_step():
    """Of the encoder, the other two in evaluation mode."""
    arrays, states = official("steps/fanogan_izif_mnist_28.npz")
    made = networks.fanogan_mlp((28, 28, 1), 10, widths=(20, 24, 40, 48), epsilon=0.8)
    for network, state in zip(made, "EGD", strict=True):
        assign(network, states[state])
    detector = keras_gan.FAnoGAN(*made, kappa=float(arrays["kappa"]))
    detector.compile()
    batch = {"image": tf.constant(nhwc(arrays["real_imgs"]))}
    loss, figures, gradients = detector.differentiate("encoder", lambda: detector.objective(batch))
    np.testing.assert_allclose(loss, arrays["loss.e_loss"], rtol=1e-4)
    np.testing.assert_allclose(figures["image_distance"], arrays["loss.loss_imgs"], rtol=1e-4)
    np.testing.assert_allclose(figures["feature_distance"], arrays["loss.loss_features"], rtol=1e-4)
    expected = [arrays[k] for k in arrays if k.startswith("grad.E.")]
    for found, theirs in zip(gradients, expected, strict=True):
        theirs = theirs.T if theirs.ndim == 2 else theirs
        assert np.linalg.norm(found.numpy() - theirs) <= 1e-3 * np.linalg.norm(theirs)


def test_sides_and_options():
    with pytest.raises(ValueError, match="multiples of 16"):
        networks.fanogan((28, 28, 1))
    with pytest.raises(ValueError, match="`normalization`"):
        networks.fanogan((32, 32, 1), normalization="layer")
    assert networks.fanogan((32, 48, 1), 5)[1].output_shape == (None, 32, 48, 1)
