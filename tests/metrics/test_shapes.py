"""Distances of shapes, coverage and matching."""

import keras
import numpy as np
import pytest
from scipy.ndimage import binary_erosion

import keras_gan
from keras_gan.metrics import ShapeMatching, shapes


def surface_points(solid):
    return np.argwhere(solid & ~binary_erosion(solid, border_value=0))


def test_chamfer_distances_by_all_pairs_of_points():
    rng = np.random.default_rng(0)
    first, second = rng.random((3, 8, 8, 8)) < 0.2, rng.random((2, 8, 8, 8)) < 0.5
    found = shapes.chamfer_distances(first, second)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            p, q = surface_points(a), surface_points(b)
            squares = ((p[:, None] - q[None]) ** 2).sum(-1)
            expected = (squares.min(1).mean() + squares.min(0).mean()) / 64
            np.testing.assert_allclose(found[i, j], expected)


def test_a_moved_plate_is_as_far_as_it_was_moved():
    plates = np.zeros((4, 16, 16, 16, 1), "float32")
    for i in range(4):
        plates[i, 2 + 3 * i] = 1
    distances = shapes.chamfer_distances(plates[:1], plates)
    np.testing.assert_allclose(distances[0], [2 * (3 * i / 16) ** 2 for i in range(4)])


@pytest.mark.parametrize("size", [8, 32, 64])
def test_what_is_empty_is_infinitely_far_and_covers_nothing(size):
    solid = np.zeros((2, size, size, size))
    solid[0, 2:5, 2:5, 2:5] = 1
    assert np.isinf(shapes.chamfer_distances(solid[:1], solid[1:])).all()
    assert shapes.coverage_and_matching(shapes.chamfer_distances(solid[:1], solid))[0] == 1.0
    assert shapes.coverage_and_matching(shapes.chamfer_distances(solid[:1], solid[1:]))[0] == 0.0


def test_coverage_falls_where_modes_are_missing():
    rng = np.random.default_rng(0)
    real = np.zeros((8, 16, 16, 16, 1), "float32")
    for i in range(8):
        real[i, 2 : 4 + i, 4:12, 4:12] = 1
    metric = ShapeMatching()
    metric.update_state(real, real[rng.permutation(8)])
    assert metric.result() == {"coverage": 1.0, "minimum_matching_distance": 0.0}
    metric.reset_state()
    metric.update_state(real, np.repeat(real[:2], 4, axis=0))
    assert metric.result()["coverage"] == 0.25 and metric.result()["minimum_matching_distance"] > 0


def test_in_the_validation_of_a_model():
    keras.utils.set_random_seed(0)
    gan = keras_gan.GAN3D(*keras_gan.networks.gan3d(16, 4, filters=2))
    gan.compile(metrics=[ShapeMatching()])
    solid = np.zeros((8, 16, 16, 16, 1), "float32")
    solid[:, 4:12, 4:12, 4:12] = 1
    found = gan.evaluate(solid, batch_size=4, verbose=0, return_dict=True)
    assert 0 <= found["coverage"] <= 1 and found["minimum_matching_distance"] >= 0
    again = ShapeMatching.from_config(ShapeMatching(20).get_config())
    assert again.num_samples == 20


def test_held_wrong():
    with pytest.raises(ValueError, match="one size"):
        shapes.chamfer_distances(np.ones((1, 8, 8, 8)), np.ones((1, 16, 16, 16)))
    with pytest.raises(ValueError, match="takes voxels"):
        ShapeMatching().update_state(np.ones((2, 8, 8, 1)), np.ones((2, 8, 8, 1)))
