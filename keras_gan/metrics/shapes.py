"""How near generated voxel shapes are to real ones, and how many of the real ones they cover."""

import keras
import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt

from keras_gan.arguments import check_int
from keras_gan.metrics.metric import ImageMetric, Sample


def chamfer_distances(first, second):
    """Chamfer distances between the surfaces of shapes; the unit is the squared side of their cube.

        d(A, B) = mean over a in A of min |a - b|^2 + mean over b in B of min |a - b|^2,
        where A and B are the centres of surface voxels

    Args:
        first, second: arrays of shape (n, size, size, size) and (m, size, size, size), or with a last axis
            of one channel; values above 0.5 are solid.

    Returns:
        float64 array of shape (n, m); infinite if one of the two shapes is empty.

    Raises:
        ValueError: for shapes of different sizes.

    Example:
    >>> cubes = np.zeros((2, 8, 8, 8))
    >>> cubes[0, 2:6, 2:6, 2:6] = cubes[1, 3:7, 2:6, 2:6] = 1
    >>> keras_gan.metrics.shapes.chamfer_distances(cubes[:1], cubes).round(4)
    array([[0.    , 0.0112]])

    Reference: Fan et al., "A Point Set Generation Network for 3D Object Reconstruction from a Single Image", 2017,
    https://arxiv.org/abs/1612.00603
    """
    first, second = _solids(first), _solids(second)
    if first.shape[1:] != second.shape[1:]:
        raise ValueError(f"Both must have one size. Received: {first.shape[1:]} and {second.shape[1:]}")
    size = first.shape[1]
    surfaces, fields = zip(*(_surfaces_and_fields(shapes) for shapes in (first, second)), strict=True)
    there, back = surfaces[0] @ fields[1].T, fields[0] @ surfaces[1].T
    found = (there + back) / size**2
    empty = [~x.any((1, 2, 3)) for x in (first, second)]
    found[empty[0]] = np.inf
    found[:, empty[1]] = np.inf
    return found


def _solids(shapes):
    shapes = np.asarray(shapes)
    shapes = shapes[..., 0] if shapes.ndim == 5 and shapes.shape[-1] == 1 else shapes
    if shapes.ndim != 4:
        raise ValueError(f"Shapes must have shape (n, size, size, size). Received: {shapes.shape}")
    return shapes > 0.5


def _surfaces_and_fields(shapes):
    """Flat, for each shape: weights of its surface voxels, and squared distances to the surface."""
    surfaces, fields = [], []
    for solid in shapes:
        surface = solid & ~binary_erosion(solid, border_value=0)
        fields.append(distance_transform_edt(~surface).ravel() ** 2)
        surfaces.append(surface.ravel() / max(1, surface.sum()))
    return np.stack(surfaces), np.stack(fields)


def coverage_and_matching(distances):
    """Coverage and minimum matching distance from a matrix of distances: real rows, generated columns.

    Returns:
        coverage: float, share of the real shapes that are nearest to at least one generated shape;
        minimum matching distance: float, mean over real shapes of the distance to the nearest generated one.

    Example:
    >>> coverage, matching = keras_gan.metrics.shapes.coverage_and_matching(np.array([[0.0, 1.0], [2.0, 3.0]]))
    >>> coverage, float(matching)
    (0.5, 1.0)

    Reference: Achlioptas et al., "Learning Representations and Generative Models for 3D Point Clouds", 2018,
    https://arxiv.org/abs/1707.02392
    """
    distances = np.asarray(distances)
    nearest = distances.argmin(0)[np.isfinite(distances.min(0))]
    return len(np.unique(nearest)) / len(distances), distances.min(1).mean()


@keras.saving.register_keras_serializable("keras_gan")
class ShapeMatching(ImageMetric):
    """Coverage (higher is better) and minimum matching distance (lower is better) of generated shapes.

    Both use the Chamfer distance between surfaces. Logged as `coverage` and `minimum_matching_distance`,
    whose unit is the squared side of the cube. Both depend on the number of shapes: compare only values of
    the same number, and compare them with the values of real training shapes.

    Args:
        num_samples: int, number of real and of generated shapes that are kept: the first ones. Default 500.
        name: default "shape_matching".

    Example:
    >>> shapes = np.zeros((4, 8, 8, 8, 1), "float32")
    >>> for i in range(4):
    ...     shapes[i, 2 : 3 + i, 2:6, 2:6] = 1.0
    >>> metric = keras_gan.metrics.ShapeMatching()
    >>> metric.update_state(shapes, shapes)
    >>> metric.result()
    {'coverage': 1.0, 'minimum_matching_distance': 0.0}

    Reference: as in `shapes.coverage_and_matching`
    """

    def __init__(self, num_samples=500, name="shape_matching"):
        super().__init__(name)
        self.num_samples = check_int(num_samples, "num_samples", least=2)

    @property
    def figure_names(self):
        return ["coverage", "minimum_matching_distance"]

    def check(self, image_shape):
        if len(image_shape) != 4 or image_shape[-1] != 1:
            raise ValueError(
                f"ShapeMatching takes voxels of shape (size, size, size, 1). Received: {image_shape}"
            )

    def make_variables(self, image_shape):
        self.real = Sample(self, "real_shapes", self.num_samples, image_shape, "uint8")
        self.fake = Sample(self, "fake_shapes", self.num_samples, image_shape, "uint8")

    def take(self, real, fake, labels):
        self.real.add(real > 0.5)
        self.fake.add(fake > 0.5)

    def compute(self):
        coverage, matching = coverage_and_matching(chamfer_distances(self.real.numpy(), self.fake.numpy()))
        return {"coverage": float(coverage), "minimum_matching_distance": float(matching)}
