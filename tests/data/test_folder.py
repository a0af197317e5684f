import numpy as np
import pytest
from PIL import Image

import keras_gan


def make(folder, name, size=(8, 8), mode="RGB", value=0):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode == "L" else (value,) * len(mode)).save(path)
    return path


def test_a_folder_of_images(tmp_path):
    for i in range(6):
        make(tmp_path, f"{i}.png", value=40 * i)
    (tmp_path / "notes.txt").write_text("not an image")
    dataset = keras_gan.data.load(f"folder:{tmp_path}", batch_size=3)
    values = sorted(keras_gan.data.to_uint8(np.concatenate(list(dataset))).numpy()[:, 0, 0, 0])
    assert values == [0, 40, 80, 120, 160, 200] and dataset.element_spec.shape == (3, 8, 8, 3)


def test_class_folders_give_labels_and_names(tmp_path):
    for i, name in enumerate(("cat", "dog", "eel")):
        for j in range(4):
            make(tmp_path, f"{name}/{j}.png", mode="L", value=50 * i)
    dataset = keras_gan.data.load(f"folder:{tmp_path}", labels=True, batch_size=4)
    assert dataset.class_names == ["cat", "dog", "eel"]
    for images, labels in dataset:
        np.testing.assert_array_equal(keras_gan.data.to_uint8(images)[:, 0, 0, 0], 50 * labels)
    assert dataset.element_spec[0].shape == (4, 8, 8, 1)


def test_splits_are_sub_folders(tmp_path):
    for split in ("train", "test"):
        for j in range(4):
            make(tmp_path, f"{split}/a/{j}.png")
    train, test = keras_gan.data.load(f"folder:{tmp_path}", splits=("train", "test"), batch_size=2)
    assert len(train) == len(test) == 2
    with pytest.raises(ValueError, match=r"no split 'val'.*'test', 'train'"):
        keras_gan.data.load(f"folder:{tmp_path}", splits="val")


def test_nested_too_deep(tmp_path):
    make(tmp_path, "google/animals/cat.png")
    with pytest.raises(ValueError, match=r"nested too deep: .*animals.*'folder:.*google'"):
        keras_gan.data.load(f"folder:{tmp_path}", batch_size=1)


def test_images_beside_class_folders(tmp_path):
    make(tmp_path, "a.png")
    make(tmp_path, "cat/b.png")
    with pytest.raises(ValueError, match="both images"):
        keras_gan.data.load(f"folder:{tmp_path}", batch_size=1)


def test_empty_missing_and_too_few(tmp_path):
    with pytest.raises(ValueError, match="no images"):
        keras_gan.data.load(f"folder:{tmp_path}")
    with pytest.raises(ValueError, match="no folder"):
        keras_gan.data.load(f"folder:{tmp_path}/nowhere")
    make(tmp_path, "a.png")
    with pytest.raises(ValueError, match="1 images, fewer than one batch of 2"):
        keras_gan.data.load(f"folder:{tmp_path}", batch_size=2)
    with pytest.raises(ValueError, match="one folder per class"):
        keras_gan.data.load(f"folder:{tmp_path}", batch_size=1, labels=True)


def test_corrupt_and_empty_files(tmp_path):
    for j in range(4):
        make(tmp_path, f"{j}.png")
    (tmp_path / "broken.png").write_bytes((tmp_path / "0.png").read_bytes()[:40])
    (tmp_path / "empty.jpg").write_bytes(b"")
    with pytest.raises(ValueError, match=r"2 of 6 files cannot be read.*broken\.png.*empty"):
        keras_gan.data.load(f"folder:{tmp_path}", batch_size=2)
    with pytest.warns(UserWarning, match=r"Skipped 2 of 6 files: .*broken\.png.*empty\.jpg is an empty file"):
        dataset = keras_gan.data.load(f"folder:{tmp_path}", batch_size=2, on_error="skip")
    assert len(dataset) == 2


def test_images_of_several_sizes_need_a_size(tmp_path):
    make(tmp_path, "a.png")
    make(tmp_path, "b.png", size=(9, 8))
    with pytest.raises(ValueError, match=r"differ in size.*\(8, 8\).*\(8, 9\).*image_size"):
        keras_gan.data.load(f"folder:{tmp_path}", batch_size=2)
    dataset = keras_gan.data.load(f"folder:{tmp_path}", batch_size=2, image_size=(12, 16), fit="pad")
    assert dataset.element_spec.shape == (2, 12, 16, 3)


def test_beyond_the_cache_limit_files_are_read_again_the_same(tmp_path):
    for i in range(6):
        make(tmp_path, f"{i}.png", value=40 * i)
    name = f"folder:{tmp_path}"
    memory = keras_gan.data.load(name, batch_size=3, seed=5)
    files = keras_gan.data.load(name, batch_size=3, seed=5, cache_limit=10)
    for a, b in zip(memory, files, strict=True):
        np.testing.assert_array_equal(a, b)


def test_real_emoji(emoji_dir):
    name = f"folder:{emoji_dir / 'test' / 'google'}"
    dataset = keras_gan.data.load(name, labels=True, batch_size=32, image_size=32)
    images, _ = next(iter(dataset))
    assert images.shape == (32, 32, 32, 3) and len(dataset.class_names) == 9
    # RGBA over white: most corners are white.
    assert np.mean(images[:, 0, 0, :] > 0.99) > 0.7
    with pytest.raises(ValueError, match="nested too deep"):
        keras_gan.data.load(f"folder:{emoji_dir / 'test'}", image_size=32)


def test_a_class_called_train_is_not_taken_for_a_split(tmp_path):
    for name in ("bus", "car", "train"):
        make(tmp_path, f"{name}/a.png")
    with pytest.raises(ValueError, match=r"\['train'\].*\['bus', 'car'\].*splits or classes"):
        keras_gan.data.load(f"folder:{tmp_path}", batch_size=1)


def test_one_coloured_image_makes_all_coloured(tmp_path):
    make(tmp_path, "a.png", mode="L")
    make(tmp_path, "b.png", mode="RGB")
    assert keras_gan.data.load(f"folder:{tmp_path}", batch_size=1).element_spec.shape == (1, 8, 8, 3)


def test_transparency_is_kept_where_it_is_asked_for(tmp_path):
    """RGBA pictures train, and leave in grids."""
    pixels = np.random.default_rng(0).integers(0, 256, (8, 16, 16, 4), "uint8")
    for i, picture in enumerate(pixels):
        Image.fromarray(picture).save(tmp_path / f"{i}.png")
    batches = keras_gan.data.load(f"folder:{tmp_path}", image_size=16, channels=4, batch_size=8)
    images = keras_gan.data.to_uint8(next(iter(batches))).numpy()
    assert sorted(map(bytes, images)) == sorted(map(bytes, pixels))
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((16, 16, 4), latent_dim=4, filters=4))
    gan.compile()
    gan.fit(batches, verbose=0)
    assert keras_gan.grid.image_grid(gan.generate(4, seed=0), caption="RGBA").mode == "RGBA"
