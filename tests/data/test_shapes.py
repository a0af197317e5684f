"""Voxels and meshes as batches, and back."""

import numpy as np
import pytest
import trimesh

from keras_gan.data import mesh_of, read_shape, shapes, write_shape


def ball(size=32, radius=10, centre=(0, 0, 0)):
    place = np.indices((size,) * 3) - (size - 1) / 2
    return np.linalg.norm(np.moveaxis(place, 0, -1) - centre, axis=-1) < radius


def test_arrays_and_mirrors():
    solid = np.stack([ball(16, 3, (4, 0, 0))] * 8)
    data = shapes(solid, np.arange(8) % 2, batch_size=8, mirror=True)
    seen = set()
    for epoch in range(3):
        data.stream.start(epoch, 0, 1)
        for x, labels in data:
            assert x.shape == (8, 16, 16, 16, 1) and set(np.unique(x)) == {0, 1} and labels.shape == (8,)
            seen |= {tuple(side) for side in np.asarray(tf_sum(x))}
    assert len(seen) == 2  # as it is, and mirrored along x


def tf_sum(x):
    return np.asarray(x)[..., 0].sum((2, 3))


def test_a_balls_volume_and_area_by_marching_cubes():
    for radius in (6, 10):
        mesh = mesh_of(ball(32, radius))
        assert mesh.is_watertight and mesh.volume > 0
        np.testing.assert_allclose(mesh.volume, 4 / 3 * np.pi * radius**3, rtol=0.05)
        # Steps of voxels are rounded off, and not wholly.
        np.testing.assert_allclose(mesh.area, 4 * np.pi * radius**2, rtol=0.12)
        np.testing.assert_allclose(mesh.bounds.mean(0), 16, atol=1e-5)
    scaled = mesh_of(ball(32, 10), pitch=0.5, origin=(1, 2, 3))
    np.testing.assert_allclose(scaled.bounds.mean(0), [9, 10, 11], atol=1e-5)
    np.testing.assert_allclose(scaled.extents, 10, atol=0.6)


@pytest.mark.parametrize("ending", [".obj", ".stl", ".ply", ".glb"])
def test_meshes_come_back_as_the_voxels_they_were(tmp_path, ending):
    solid = ball(32, 14)
    solid[:, :16] = False  # the upper half: up stays up
    write_shape(tmp_path / f"half{ending}", solid)
    again = read_shape(tmp_path / f"half{ending}", 32)
    # Its longest side, 28 voxels, fills 30; y is halved and centred.
    assert again.shape == (32, 32, 32)
    filled = [np.flatnonzero(again.any(axis)) for axis in ((1, 2), (0, 2), (0, 1))]
    assert (filled[0].min(), filled[0].max()) == (1, 30)
    below, above = again[:, 8:12].sum(), again[:, 20:24].sum()
    assert below > 1.5 * above


def test_inside_of_a_mesh_is_solid(tmp_path):
    trimesh.creation.icosphere(subdivisions=4, radius=3.0).export(tmp_path / "ball.stl")
    found = read_shape(tmp_path / "ball.stl", 32)
    assert found[16, 16, 16]
    # A radius of 15 voxels; voxels that the surface touches count whole. It lies at the middle.
    np.testing.assert_allclose(found.sum(), 4 / 3 * np.pi * 15.5**3, rtol=0.06)
    assert (found == found[::-1]).mean() > 0.999


def test_a_closed_mesh_of_many_inner_walls_is_filled(tmp_path):
    plates = [trimesh.creation.box((0.9, 0.9, 0.01)) for _ in range(15)]
    for i, plate in enumerate(plates):
        plate.apply_translation((0, 0, -0.4 + i * 0.055))
    trimesh.util.concatenate([trimesh.creation.box((1, 1, 1)), *plates]).export(tmp_path / "shelf.stl")
    found = read_shape(tmp_path / "shelf.stl", 32)
    assert found[1:31, 1:31, 1:31].all() and found.sum() == 30**3


def test_folders_by_class(tmp_path):
    for name, radius in (("large", 12), ("small", 6)):
        (tmp_path / name).mkdir()
        for i in range(2):
            write_shape(tmp_path / name / f"{i}.npz", ball(32, radius + i))
    data = shapes(tmp_path, True, batch_size=4, shuffle=False)
    x, labels = next(iter(data))
    assert data.class_names == ["large", "small"] and labels.numpy().tolist() == [0, 0, 1, 1]
    assert x[0].numpy().sum() > 4 * x[2].numpy().sum()


def test_classes_have_one_number_in_all_splits(tmp_path):
    for split, names in (("train", "abc"), ("test", "bc")):
        for name in names:
            (tmp_path / split / name).mkdir(parents=True)
            write_shape(tmp_path / split / name / "0.npz", ball(16, 4))
    data = shapes(tmp_path, True, size=16, split="test", batch_size=2, shuffle=False)
    assert data.class_names == ["a", "b", "c"] and next(iter(data))[1].numpy().tolist() == [1, 2]


def test_held_wrong(tmp_path):
    with pytest.raises(ValueError, match="0 or 1"):
        shapes(np.full((4, 8, 8, 8), 7), batch_size=2)
    with pytest.raises(ValueError, match="must be cubes"):
        shapes(np.ones((4, 8, 8, 6), bool), batch_size=2)
    with pytest.raises(ValueError, match="empty"):
        shapes(np.zeros((4, 8, 8, 8), bool), batch_size=2)
    with pytest.raises(ValueError, match=r"\(n, size, size, size\)"):
        shapes(np.ones((4, 8, 8)), batch_size=2)
    with pytest.raises(ValueError, match="no files that end in"):
        shapes(tmp_path, batch_size=2)
    plane = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]])
    plane.export(tmp_path / "plane.obj")
    with pytest.raises(ValueError, match="plane.obj is an open mesh"):
        shapes(tmp_path, batch_size=1)
    (tmp_path / "bad.stl").write_bytes(b"")
    with pytest.raises(ValueError, match=r"bad.stl|plane.obj"):
        shapes(tmp_path, batch_size=1)
    write_shape(tmp_path / "a.npz", ball(16, 5))
    with pytest.raises(ValueError, match="shape .16, 16, 16., and `size` is 32"):
        read_shape(tmp_path / "a.npz", 32)
    with pytest.warns(UserWarning, match="2 files were left out"):
        assert len(list(shapes(tmp_path, size=16, batch_size=1, on_error="skip"))) == 1
    (tmp_path / "empty.npy").write_bytes(b"")
    (tmp_path / "cut.NPZ").write_bytes((tmp_path / "a.npz").read_bytes()[:40])
    np.save(tmp_path / "nan.npy", np.full((16, 16, 16), np.nan))
    for name, message in (
        ("empty.npy", "empty.npy cannot be read"),
        ("cut.NPZ", "cut.NPZ cannot be read"),
        ("nan.npy", "no occupancies"),
    ):
        with pytest.raises(ValueError, match=message):
            read_shape(tmp_path / name, 16)
    with pytest.raises(ValueError, match="nothing|no voxel is above"):
        mesh_of(np.zeros((8, 8, 8)))
    with pytest.raises(ValueError, match="are written as"):
        write_shape(tmp_path / "x.png", ball(8, 3))
