"""Volume rendering by its closed forms, rays of a camera, and sine layers."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers import CameraRays, FiLMSine, VolumeRendering
from tests.contracts import layer_contract


def along(density, length=2.0, samples=64):
    """One ray through a volume, whose density is a function of the depth."""
    piece = length / samples
    depths = (np.arange(samples) + 0.5) * piece
    densities = np.broadcast_to(density(depths), depths.shape)
    shape = (1, 1, samples)
    return [
        np.reshape(densities, shape).astype("float32"),
        np.stack([np.ones(shape), np.reshape(depths, shape)], axis=-1).astype("float32"),
        depths.astype("float32"),
        np.full(samples, piece, "float32"),
    ]


@pytest.mark.parametrize("density, opacity", [(0.1, 0.181269), (1.0, 0.864665), (5.0, 0.999955)])
@pytest.mark.parametrize("samples", [1, 7, 64])
def test_constant_density_is_exact_with_any_samples(density, opacity, samples):
    colour, found, _ = VolumeRendering()(along(lambda t: density, samples=samples))
    np.testing.assert_allclose(found[0, 0], opacity, atol=1e-6)
    np.testing.assert_allclose(colour[0, 0, 0], opacity, atol=1e-6)


def test_expected_depth_of_a_constant_density():
    # Integral of t exp(-t) over [0, 2], over that of exp(-t): 0.686965.
    _, opacity, depth = VolumeRendering()(along(lambda t: 1.0, samples=2000))
    np.testing.assert_allclose(depth[0, 0] / opacity[0, 0], 0.686965, atol=1e-5)


def test_two_slabs_by_hand_and_the_background():
    def density(t):
        return np.where(t < 1.0, 0.5, 3.0)

    inputs = along(density, samples=8)
    inputs[1] = np.where(inputs[2][None, None, :, None] < 1.0, 0.2, 0.9).astype("float32")
    colour, opacity, _ = VolumeRendering(background=1.0)(inputs)
    near, far = 1 - np.exp(-0.5), 1 - np.exp(-3.0)
    np.testing.assert_allclose(opacity[0, 0], near + (1 - near) * far, atol=1e-6)
    left = (1 - near) * (1 - far)
    np.testing.assert_allclose(colour[0, 0, 0], 0.2 * near + 0.9 * (1 - near) * far + left, atol=1e-6)


def test_a_wall_hides_what_is_behind_it():
    inputs = along(lambda t: np.where(np.abs(t - 0.5) < 0.1, 1e4, 0.0))
    moved = [x.copy() for x in inputs]
    moved[0][..., 40:] = 7.0
    moved[1][..., 40:, :] = 5.0
    for a, b in zip(VolumeRendering()(inputs), VolumeRendering()(moved), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert np.isfinite(VolumeRendering()(inputs)[0]).all()


def test_gradients_by_finite_differences():
    inputs = [
        tf.Variable(tf.cast(x, "float64")) for x in along(lambda t: 0.3 + 0.2 * np.sin(5 * t), samples=6)
    ]
    layer = VolumeRendering(background=0.5, dtype="float64")

    def value():
        colour, opacity, depth = layer(inputs)
        return tf.reduce_sum(colour) + 2.0 * tf.reduce_sum(opacity) - tf.reduce_sum(depth)

    with tf.GradientTape() as tape:
        total = value()
    gradients = tape.gradient(total, inputs[:2])
    for variable, gradient in zip(inputs[:2], gradients, strict=True):
        start = variable.numpy()
        direction = np.random.default_rng(0).normal(size=start.shape)
        ends = []
        for sign in (1, -1):
            variable.assign(start + sign * 1e-5 * direction)
            ends.append(float(value()))
        variable.assign(start)
        np.testing.assert_allclose(
            (ends[0] - ends[1]) / 2e-5, float(tf.reduce_sum(gradient * direction)), rtol=1e-6
        )


def test_rays_pass_the_cube_from_the_front_and_from_the_side():
    rays = CameraRays(9, 8)
    points, depths = rays(np.array([[0.0, 0.0], [np.pi / 2, 0.0], [0.0, np.pi / 2]], "float32"))
    assert points.shape == (3, 81, 8, 3) and depths.shape == (3, 81, 8)
    middle = np.asarray(points)[:, 40]
    # The ray of the middle goes through the centre, from +z, from +x and from above.
    np.testing.assert_allclose(middle[0, :, :2], 0.0, atol=1e-4)
    assert (np.diff(middle[0, :, 2]) < 0).all() and (np.diff(middle[1, :, 0]) < 0).all()
    assert (np.diff(middle[2, :, 1]) < 0).all()
    np.testing.assert_allclose(middle[0, :, 2].mean(), 0.0, atol=1e-4)
    np.testing.assert_allclose(np.diff(depths[0, 40]), 2 * np.sqrt(3) / 8, rtol=1e-5)
    # In front: up is up, and right is right.
    front = np.asarray(points)[0].reshape(9, 9, 8, 3)
    assert front[0, 4, 4, 1] > 1 > 0 > front[8, 4, 4, 1] and front[4, 8, 4, 0] > 1 > 0 > front[4, 0, 4, 0]
    # From +x the front, +z, is at the left.
    side = np.asarray(points)[1].reshape(9, 9, 8, 3)
    assert side[4, 0, 4, 2] > 1


def test_the_sphere_around_the_cube_is_seen_whole_at_any_angle():
    for angle in (5.0, 12.0, 60.0):
        rays = CameraRays(64, 64, angle)
        points, _ = rays(np.zeros((1, 2), "float32"))
        lengths = np.linalg.norm(points[0], axis=-1)
        assert lengths.min() < 0.1 and np.abs(np.asarray(points)[0, ..., 0]).max() > 0.95 * np.sqrt(3)


def test_samples_move_within_their_piece_in_training():
    rays = CameraRays(4, 8)
    angles = np.zeros((2, 2), "float32")
    fixed, moved = np.asarray(rays(angles)[1]), np.asarray(rays(angles, training=True)[1])
    assert 0 < np.abs(moved - fixed).max() <= rays.length / 2
    np.testing.assert_allclose(np.diff(moved), np.diff(fixed), atol=1e-5)


def test_sine_layers():
    rng = np.random.default_rng(0)
    x, frequency, phase = (rng.normal(size=shape).astype("float32") for shape in ((2, 5, 3), (2, 4), (2, 4)))
    layer = FiLMSine(4, first=True)
    layer_contract(layer, [x, frequency, phase], (2, 5, 4))
    by_hand = np.sin(
        frequency[:, None] * (x @ np.asarray(layer.kernel) + np.asarray(layer.bias)) + phase[:, None]
    )
    np.testing.assert_allclose(layer([x, frequency, phase]), by_hand, atol=1e-5)
    assert np.abs(layer.kernel).max() <= 1 / 3
    later = FiLMSine(400)
    later([rng.normal(size=(1, 2, 96)), np.ones((1, 400)), np.zeros((1, 400))])
    assert 0.95 * 0.01 < np.abs(later.kernel).max() <= 0.01  # sqrt(6 / 96) / 25


def test_wrong_arguments():
    with pytest.raises(ValueError, match="field_of_view"):
        CameraRays(8, 4, 150)
    with pytest.raises(ValueError, match="samples"):
        CameraRays(8, 1)
