"""Shapes of voxels."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.data.shapes import write_shape, write_shapes
from keras_gan.grid import gif_frame, image_grid
from keras_gan.modalities.modality import Modality


@keras.saving.register_keras_serializable("keras_gan")
class Voxels(Modality):
    """Occupancies in [0, 1], returned as float32; shown as shaded solids, written as `.npz` files or meshes.

    Args:
        shape: (width, height, depth, 1): x to the right, y up, z to the front.

    Example:
    >>> keras_gan.modalities.Voxels((32, 32, 32, 1)).name
    'voxels'
    """

    name = "voxels"
    drawable = True
    suffix, suffixes = ".npz", (".npz", ".obj", ".stl", ".ply", ".glb")

    def __init__(self, shape):
        if len(shape) != 4 or shape[-1] != 1:
            raise ValueError(f"`shape` must be (width, height, depth, 1). Received: {tuple(shape)}")
        super().__init__(shape)

    def hint_of_rank(self, shape):
        return " Add the channel: `voxels[..., None]`." if shape.rank == 4 else ""

    def check_array(self, values, name):
        if not np.issubdtype(values.dtype, np.floating):
            raise ValueError(
                f"{name} must be float32 in [0, 1]. Received: dtype={values.dtype}. Write `voxels.astype('float32')`."
            )
        if values.size and not (values.min() >= -1e-3 and values.max() <= 1.001):
            raise ValueError(
                f"{name} must be in [0, 1], without NaN. Received values from {values.min():.6g} to {values.max():.6g}."
            )

    def requirements(self, values, where, anew=False, fewest=1):
        low, high = tf.reduce_min(values), tf.reduce_max(values)
        found = [
            f"Voxels must be in [0, 1]. {where}: Received values from ",
            tf.as_string(low),
            " to ",
            tf.as_string(high),
        ]
        within = tf.logical_and(low >= -1e-3, high <= 1.001)
        return [*super().requirements(values, where), (within, tf.strings.join([*found, "."]))]

    def to_storage(self, values):
        return tf.clip_by_value(tf.cast(values, tf.float32), 0.0, 1.0)

    # === Shown and written ===

    def to_pictures(self, values, turn=0.6, size=64):
        """Render shaded solids, seen from above and from the side, uint8 of shape (n, size, size, 3).

        Args:
            values: array of shape (n, width, height, depth, 1); what is above 0.5 is solid.
            turn: float, rotation about the upright axis, in radians.
            size: int, side of an image in pixels.
        """
        return np.stack([render(np.asarray(value)[..., 0], turn, size) for value in values])

    def write(self, path, value):
        """Write one shape (width, height, depth, 1) as voxels (.npz) or a mesh (.obj, .stl, .ply, .glb)."""
        write_shape(path, value)

    def write_all(self, path, values, frames=12):
        """Write a GIF in which the first shapes rotate, beside an image."""
        some = np.asarray(values)[:16]
        turns = np.linspace(0, 2 * np.pi, frames, endpoint=False)
        images = [gif_frame(image_grid(self.to_pictures(some, turn), 4)) for turn in turns]
        images[0].save(
            path.with_suffix(".gif"), save_all=True, append_images=images[1:], duration=120, loop=0
        )

    def write_many(self, path, values):
        """Write all voxels as one `.npz` file, or a mesh of each."""
        if path.suffix.lower() == ".npz":
            write_shapes(path, values)
            return [path]
        paths = [path.with_name(f"{path.stem}-{i:03d}{path.suffix}") for i in range(len(values))]
        paths = [path] if len(values) == 1 else paths
        for each, value in zip(paths, values, strict=True):
            self.write(each, value)
        return paths


def render(voxels, turn=0.6, size=64, tilt=0.45):
    """Render one solid, uint8 of shape (size, size, 3): orthographic rays, lit from the viewer's left."""
    solid = np.asarray(voxels) > 0.5
    sides = np.array(solid.shape)
    # Half the diagonal of the solid fits into the image.
    reach = np.linalg.norm(sides) / 2
    across = (np.arange(size) + 0.5) / size * 2 * reach - reach
    depth = np.linspace(reach, -reach, 2 * int(reach) + 1)
    c, s, ct, st = np.cos(turn), np.sin(turn), np.cos(tilt), np.sin(tilt)
    # Axes of the image in the solid's coordinates: right, up, and towards the viewer.
    right, towards = np.array([c, 0.0, -s]), np.array([s * ct, st, c * ct])
    up = np.cross(towards, right)
    points = (
        across[None, :, None, None] * right
        - across[:, None, None, None] * up
        + depth[None, None, :, None] * towards
    )
    places = np.floor(points + sides / 2).astype(int)
    inside = ((places >= 0) & (places < sides)).all(-1)
    x, y, z = np.moveaxis(np.clip(places, 0, sides - 1), -1, 0)
    hit = solid[x, y, z] & inside
    first, any_hit = hit.argmax(-1), hit.any(-1)
    # Normals of the smoothed solid.
    soft = np.pad(solid.astype("float32"), 2)
    for axis in range(3):
        soft = (np.roll(soft, 1, axis) + 2 * soft + np.roll(soft, -1, axis)) / 4
    slopes = np.stack(np.gradient(soft), -1)[2:-2, 2:-2, 2:-2]
    rows, columns = np.indices(first.shape)
    at = tuple(axis[rows, columns, first] for axis in (x, y, z))
    normal = -slopes[at]
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)
    light = towards - 0.6 * right + 0.4 * up
    shade = 0.35 + 0.65 * np.clip(normal @ (light / np.linalg.norm(light)), 0, 1)
    colour = np.array([120, 160, 220]) * shade[..., None]
    return np.where(any_hit[..., None], colour, 255).round().astype("uint8")
