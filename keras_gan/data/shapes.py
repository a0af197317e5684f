"""Voxels and meshes -> batches, and back."""

import pathlib
import zipfile

import numpy as np

from keras_gan.arguments import check_int
from keras_gan.data.arrays import gather_from
from keras_gan.data.folder import check_on_error, files_by_class
from keras_gan.data.stream import Stream

MESHES = (".obj", ".stl", ".ply", ".glb", ".off")
ENDINGS = (".npz", ".npy", *MESHES)
_EXTRA = "Meshes need trimesh and scikit-image. Install them: pip install 'keras-gan[shapes]'"


def shapes(
    source,
    labels=None,
    *,
    size=32,
    split="train",
    batch_size=32,
    shuffle=True,
    mirror=False,
    seed=0,
    class_names=None,
    on_error="raise",
    name=None,
):
    """Load shapes as batches of occupancies, float32 of shape (batch, size, size, size, 1), each 0 or 1.

    The axes are x to the right, y up, z to the front.

    Args:
        source: path of a folder of files, or of one folder of files per class; or an array of shape
            (n, size, size, size) or (n, size, size, size, 1). A file has voxels
            (`.npz`, `.npy`, arrays of three axes) or a closed mesh (`.obj`, `.stl`, `.ply`, `.glb`; needs
            `pip install 'keras-gan[shapes]'`). Meshes are voxelised so that the longest side fills the cube
            except for one voxel at each end. Voxels that a surface touches are solid; a mesh whose holes let
            the outside in becomes a shell.
        labels: for arrays, n ints; for a folder, True to yield (shapes, labels). Default: neither.
        size: int, voxels along a side, for files: meshes are voxelised to this size, and voxels must have it.
            Arrays have their own size.
        split: sub-folder, as in `load`.
        mirror: bool, whether shapes are mirrored left-right at random.
        batch_size, shuffle, seed: as in `from_arrays`.
        class_names: for arrays, list of str by label.
        on_error: "raise" names a file that cannot be read; "skip" leaves such files out with a warning.
        name: str, what the data is called in messages and metadata.

    Returns:
        `tf.data.Dataset` of shapes, or of (shapes, labels).

    Raises:
        ValueError: for files that cannot be read, open meshes, empty shapes, other sizes.

    Example:
    >>> cubes = np.zeros((8, 16, 16, 16), bool)
    >>> cubes[:, 4:12, 4:12, 4:12] = True
    >>> keras_gan.data.shapes(cubes, batch_size=4).element_spec.shape
    TensorShape([4, 16, 16, 16, 1])
    """
    check_int(size, "size", least=4)
    if isinstance(source, (str, pathlib.Path)):
        if labels not in (None, False, True):
            raise ValueError("`labels` of a folder are its sub-folders: True or False.")
        check_on_error(on_error)
        voxels, _, labels, class_names = files_by_class(
            source, split, ENDINGS, bool(labels), lambda path: read_shape(path, size), on_error
        )
        voxels = np.stack(voxels)
        called = f"shapes:{source}" + ("" if split == "train" else f"[{split}]")
    else:
        voxels, called = np.asarray(source), "arrays"
        voxels = voxels[..., 0] if voxels.ndim == 5 and voxels.shape[-1] == 1 else voxels
        if voxels.ndim != 4:
            raise ValueError(
                f"`source` must have shape (n, size, size, size). Received: shape={np.shape(source)}"
            )
        if len(set(voxels.shape[1:])) > 1:
            raise ValueError(
                f"Shapes must be cubes, (n, size, size, size). Received: shape={np.shape(source)}"
            )
        voxels = np.stack([_checked(one, f"number {i}") for i, one in enumerate(voxels)])
        labels = None if labels is None else np.asarray(labels)
        if labels is not None and labels.shape != (len(voxels),):
            raise ValueError(f"`labels` must be {len(voxels)} ints. Received: labels of shape {labels.shape}")
    arrays = {"image": voxels[..., None].astype("float32")}
    if labels is not None:
        arrays["label"] = labels

    def then(batch, seed):
        import tensorflow as tf

        if not mirror:
            return batch
        drawn = tf.random.stateless_uniform((tf.shape(batch["image"])[0], 1, 1, 1, 1), seed + 7) < 0.5
        # Sample images and validation get the shapes unmirrored: their seed is 0.
        drawn = tf.logical_and(drawn, tf.reduce_any(seed != 0))
        return {**batch, "image": tf.where(drawn, tf.reverse(batch["image"], [1]), batch["image"])}

    stream = Stream(
        gather_from(arrays),
        len(voxels),
        batch_size,
        seed=seed,
        shuffle=shuffle,
        class_names=class_names,
        then=then,
        structure=(lambda b: b["image"]) if labels is None else (lambda b: (b["image"], b["label"])),
        name=name or f"{called}, {voxels.shape[1]} voxels",
    )
    dataset = stream.dataset()
    dataset.class_names = class_names
    return dataset


def _checked(voxels, where):
    """Return one shape as bool; raise a ValueError for other values, and for an empty shape."""
    if voxels.dtype != bool:
        values = np.unique(voxels)
        if not np.isin(values, (0, 1)).all():
            raise ValueError(
                f"Voxels must be 0 or 1, or booleans. Received values from {values.min():g} to {values.max():g} ({where})"
            )
        voxels = voxels.astype(bool)
    if not voxels.any():
        raise ValueError(f"A shape is empty ({where}).")
    return voxels


def read_shape(path, size=32):
    """Read one file as voxels.

    Args:
        path: `.npz` or `.npy` file with an array of three axes, or a closed mesh.
        size: int, voxels along a side.

    Returns:
        bool array of shape (size, size, size).

    Raises:
        ImportError: for meshes, if the extra `shapes` is missing.
        ValueError: for a file that cannot be read, voxels of another size, and an open mesh.
    """
    path = pathlib.Path(path)
    if path.suffix.lower() in MESHES:
        return _voxelised(path, size)
    try:
        found = np.load(path, allow_pickle=False)
        voxels = found[found.files[0]] if path.suffix.lower() == ".npz" else found
    except (ValueError, OSError, IndexError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} cannot be read as voxels: {error}") from error
    voxels = voxels[..., 0] if voxels.ndim == 4 and voxels.shape[-1] == 1 else voxels
    if voxels.shape != (size,) * 3:
        raise ValueError(f"{path} has voxels of shape {voxels.shape}, and `size` is {size}.")
    if voxels.dtype.kind == "f":
        if not (np.isfinite(voxels).all() and voxels.min() >= 0 and voxels.max() <= 1):
            raise ValueError(
                f"{path} has values that are no occupancies in [0, 1]: {voxels.min():g} to {voxels.max():g}."
            )
        voxels = voxels > 0.5
    return _checked(voxels, str(path))


def _voxelised(path, size):
    """Return a mesh as voxels; its longest side leaves one voxel free at each end."""
    try:
        import trimesh
    except ImportError as error:
        raise ImportError(_EXTRA) from error
    try:
        mesh = trimesh.load(path, force="mesh")
        corners = mesh.bounds
    except Exception as error:
        raise ValueError(f"{path} cannot be read as a mesh: {error}") from error
    if corners is None or not len(mesh.faces):
        raise ValueError(f"{path} has no faces.")
    if not mesh.is_watertight:
        # Faces of a solid may be duplicate or not joined: whether it is closed shows in what the faces
        # enclose.
        mesh.merge_vertices(merge_tex=True, merge_norm=True)
    pitch = (corners[1] - corners[0]).max() / (size - 2)
    if not pitch > 0:
        raise ValueError(f"{path} has no extent.")
    # Enough points for each voxel face, so that none is missed; scaled down a little, so that the last ones
    # lie inside.
    count = int(max(100 * size**2, 40 * mesh.area / pitch**2))
    surface = trimesh.sample.sample_surface(mesh, count, seed=0)[0]
    places = np.floor((surface - corners.mean(0)) / pitch * (1 - 1e-6) + size / 2).astype(int)
    voxels = np.zeros((size,) * 3, bool)
    voxels[tuple(np.clip(places, 0, size - 1).T)] = True
    outside = _reached(~voxels)
    filled = ~outside
    if not mesh.is_watertight and (filled & ~voxels).sum() == 0:
        raise ValueError(
            f"{path} is an open mesh: its faces enclose nothing ({len(mesh.faces)} faces), so that it has no inside. Close its holes."
        )
    if mesh.is_watertight and filled.sum() * pitch**3 < 0.8 * abs(mesh.volume):
        raise ValueError(
            f"{path} could not be filled: its voxels hold less than 80% of its volume. Give it as voxels (.npz)."
        )
    return _checked(filled, str(path))


def _reached(free):
    """Return the free voxels that are reached from outside, through faces."""
    padded = np.pad(free, 1, constant_values=True)
    reached = np.zeros_like(padded)
    reached[0] = True
    while True:
        grown = reached.copy()
        for axis in range(3):
            for way in (1, -1):
                moved = np.roll(reached, way, axis)
                # `roll` wraps around: what leaves at one end must not enter at the other.
                edge = [slice(None)] * 3
                edge[axis] = 0 if way == 1 else -1
                moved[tuple(edge)] = False
                grown |= moved
        grown &= padded
        if (grown == reached).all():
            return reached[1:-1, 1:-1, 1:-1]
        reached = grown


def mesh_of(voxels, pitch=1.0, origin=(0.0, 0.0, 0.0)):
    """Return the surface of a solid, by marching cubes.

    Args:
        voxels: array of shape (width, height, depth), or with a channel axis; occupancies, solid above 0.5.
        pitch: float, side of a voxel.
        origin: position of the corner of the first voxel.

    Returns:
        `trimesh.Trimesh`, closed.

    Raises:
        ImportError: if the extra `shapes` is missing.
        ValueError: for a shape without a solid voxel.

    Example:
    >>> ball = np.linalg.norm(np.indices((16, 16, 16)) - 7.5, axis=0) < 6
    >>> mesh = keras_gan.data.mesh_of(ball)
    >>> mesh.is_watertight
    True
    """
    try:
        import trimesh
        from skimage.measure import marching_cubes
    except ImportError as error:
        raise ImportError(_EXTRA) from error
    voxels = np.asarray(voxels, "float32")
    voxels = voxels[..., 0] if voxels.ndim == 4 else voxels
    if not (voxels > 0.5).any():
        raise ValueError("The shape is empty: no voxel is above 0.5.")
    # A border of empty voxels closes the surface; the centre of voxel i lies at i + 1/2.
    corners, faces, *_ = marching_cubes(np.pad(voxels, 1), 0.5)
    return trimesh.Trimesh((corners - 0.5) * pitch + np.asarray(origin), faces[:, ::-1])


def write_shape(path, voxels, pitch=1.0, origin=(0.0, 0.0, 0.0)):
    """Write a shape (width, height, depth), or with one channel, as `.npz` with bool `voxels` or as a mesh.

    The path's ending determines the format. `pitch` and `origin` are for meshes, as in `mesh_of`.
    """
    path, voxels = pathlib.Path(path), np.asarray(voxels)
    voxels = voxels[..., 0] if voxels.ndim == 4 else voxels
    if path.suffix.lower() == ".npz":
        np.savez_compressed(path, voxels=voxels > 0.5)
    elif path.suffix.lower() in MESHES:
        mesh_of(voxels, pitch, origin).export(path)
    else:
        raise ValueError(f"Shapes are written as {', '.join(('.npz', *MESHES))}. Received: {path.name}")


def write_shapes(path, shapes):
    """Write shapes (n, width, height, depth, 1) as one `.npz` file, `voxels`: bool, without the last axis."""
    np.savez_compressed(path, voxels=np.asarray(shapes)[..., 0] > 0.5)
