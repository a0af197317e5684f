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


def test_a_misspelt_split_is_named(tmp_path):
    for split in ("train", "test"):
        make(tmp_path, f"{split}/a.png")
    with pytest.raises(ValueError, match=r"no split 'tset'\. Did you mean 'test'\?"):
        keras_gan.data.load(f"folder:{tmp_path}", splits="tset", batch_size=1)


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


def test_without_room_on_the_disk_files_are_read_again_the_same(tmp_path, monkeypatch):
    for i in range(6):
        make(tmp_path, f"{i}.png", value=40 * i)
    name = f"folder:{tmp_path}"
    memory = keras_gan.data.load(name, batch_size=3, seed=5)
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 0}))
    with pytest.warns(UserWarning, match="no room for 0.0 GiB"):
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


def test_classes_have_one_number_in_all_splits(tmp_path):
    for split, names in (("train", ("cat", "dog", "emu")), ("test", ("cat", "emu"))):
        for name in names:
            make(tmp_path, f"{split}/{name}/0.png", mode="L", value=50 * ("cat", "dog", "emu").index(name))
    with pytest.warns(UserWarning, match=r"test has no images of the classes \['dog'\]"):
        both = keras_gan.data.load(f"folder:{tmp_path}", splits=("train", "test"), labels=True, batch_size=1)
    for dataset in both:
        assert dataset.class_names == ["cat", "dog", "emu"]
        for images, labels in dataset:
            assert int(keras_gan.data.to_uint8(images)[0, 0, 0, 0]) == 50 * int(labels[0])
    # In the other order too: a class that training lacks still has its number.
    (tmp_path / "train" / "cat" / "0.png").unlink()
    with pytest.warns(UserWarning, match="has no images of the classes"):
        train = keras_gan.data.load(f"folder:{tmp_path}", labels=True, batch_size=1)
    assert sorted(int(labels[0]) for _, labels in train) == [1, 2]


@pytest.mark.parametrize("name", ["Train", "TRAINING", "train"])
def test_the_usual_names_of_splits_in_any_case(tmp_path, name):
    for folder in (name, "Validation", "Testing"):
        make(tmp_path, f"{folder}/0.png")
    for split in ("train", "val", "test"):
        assert len(keras_gan.data.load(f"folder:{tmp_path}", splits=split, batch_size=1)) == 1


@pytest.mark.filterwarnings("ignore:.*cut into halves")
def test_the_four_loaders_share_one_rule_of_splits(tmp_path):
    for domain in "ab":
        for split in ("train", "test", "val"):
            for i in range(3):
                make(tmp_path, f"{domain}/{split}/{i}.png")
    a, b = tmp_path / "a", tmp_path / "b"
    data = keras_gan.data
    loaders = (
        lambda **split: data.load(a, batch_size=1, **({"splits": split["split"]} if split else {})),
        lambda **split: data.low_high(a, 2, batch_size=1, **split),
        lambda **split: data.paired_folders(a, b, **split),
        lambda **split: data.paired_folders(a, **split),
        lambda **split: data.unpaired_folders(a, b, **split),
    )
    for loader in loaders:
        assert loader().stream.size == loader(split="test").stream.size == 3
        with pytest.raises(ValueError, match="no split 'extra'"):
            loader(split="extra")


def test_whatever_pillow_reads_is_read_and_the_rest_is_named(tmp_path):
    for i, ending in enumerate(("png", "tif", "TIFF", "ppm", "jp2", "tga")):
        make(tmp_path, f"{i}.{ending}")
    make(tmp_path, "6.png").rename(tmp_path / "no_ending")
    make(tmp_path, ".hidden.png")
    make(tmp_path, "__MACOSX/7.png")
    make(tmp_path, ".cache/8.png")
    (tmp_path / "labels.csv").write_text("a,b")
    with pytest.warns(UserWarning, match=r"Left out of .*\(1\): labels\.csv") as caught:
        assert keras_gan.data.load(f"folder:{tmp_path}", batch_size=1).stream.size == 7
    assert len(caught) == 1


def test_paths_zips_and_the_json_of_the_stylegan_tools(tmp_path):
    import json
    import zipfile

    for name in ("cat", "dog"):
        for i in range(2):
            make(tmp_path / "set", f"{name}/{i}.png", mode="L", value=50 * (name == "dog"))
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for path in sorted((tmp_path / "set").rglob("*.png")):
            archive.write(path, path.relative_to(tmp_path / "set"))
    for source in (tmp_path / "set", tmp_path / "set.zip", f"folder:{tmp_path}/set.zip"):
        dataset = keras_gan.data.load(source, labels=True, batch_size=4)
        assert dataset.class_names == ["cat", "dog"]
        images, labels = next(iter(dataset))
        np.testing.assert_array_equal(keras_gan.data.to_uint8(images)[:, 0, 0, 0], 50 * labels)

    for i in range(4):
        make(tmp_path / "gan", f"0000{i // 2}/img{i}.png", mode="L", value=20 * i)
    labels = [[f"0000{i // 2}/img{i}.png", i % 3] for i in range(4)]
    (tmp_path / "gan" / "dataset.json").write_text(json.dumps({"labels": labels}))
    images, classes = next(iter(keras_gan.data.load(tmp_path / "gan", labels=True, batch_size=4)))
    np.testing.assert_array_equal(keras_gan.data.to_uint8(images)[:, 0, 0, 0] // 20 % 3, classes)
    (tmp_path / "gan" / "dataset.json").write_text(json.dumps({"labels": None}))
    assert keras_gan.data.load(tmp_path / "gan", batch_size=4).stream.size == 4
    with pytest.raises(ValueError, match="one folder per class"):
        keras_gan.data.load(tmp_path / "gan", batch_size=4, labels=True)
    (tmp_path / "gan" / "dataset.json").write_text(json.dumps({"labels": labels[:3]}))
    with pytest.raises(ValueError, match="1 stand in one of them alone"):
        keras_gan.data.load(tmp_path / "gan", batch_size=4)
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(ValueError, match="neither a folder of images nor a zip"):
        keras_gan.data.load(tmp_path / "text.zip")
    with pytest.raises(ValueError, match="`name` must be a name"):
        keras_gan.data.load(np.zeros((4, 8, 8, 1), "uint8"))


def save_deep(path, values, **options):
    Image.fromarray(np.asarray(values, "uint16")).save(path, **options)


def test_16_bits_with_a_transparent_value(tmp_path):
    values = np.full((8, 8), 257 * 100)
    values[0] = 7
    save_deep(tmp_path / "a.png", values, transparency=7)
    image = keras_gan.data.to_uint8(next(iter(keras_gan.data.load(tmp_path, batch_size=1)))[0]).numpy()
    assert (image[1:] == 100).all() and (image[0] == 255).all()
    rgba = keras_gan.data.to_uint8(next(iter(keras_gan.data.load(tmp_path, batch_size=1, channels=4)))[0])
    assert (rgba.numpy()[0, :, 3] == 0).all() and (rgba.numpy()[1:, :, 3] == 255).all()


def test_12_bits_in_16_are_warned_of_and_have_a_range(tmp_path):
    save_deep(tmp_path / "a.png", np.linspace(0, 4095, 64).reshape(8, 8))
    with pytest.warns(UserWarning, match=r"from 0 to 4095, where 0 to 65535.*value_range=\(0, 4095\)"):
        keras_gan.data.load(tmp_path, batch_size=1)
    image = next(iter(keras_gan.data.load(tmp_path, batch_size=1, value_range=(0, 4095))))[0]
    np.testing.assert_allclose(image[..., 0], np.linspace(-1, 1, 64).reshape(8, 8), atol=1 / 255 + 1e-3)
    data = keras_gan.data.load(tmp_path, batch_size=1, value_range=(0, 4095))
    wider = keras_gan.data.load(tmp_path, batch_size=1, value_range=(-100, 5000))
    assert data.value_range == (0, 4095) and data.stream.name.endswith(", 0 to 4095")
    assert wider.stream.name.endswith(", -100 to 5000")
    with pytest.raises(ValueError, match="low < high"):
        keras_gan.data.load(tmp_path, value_range=(5, 1))
    with pytest.raises(ValueError, match="fits none of the values, which are from 0 to 4095"):
        keras_gan.data.load(tmp_path, batch_size=1, value_range=(1e5, 2e5))
    make(tmp_path / "shallow", "a.png")
    with pytest.raises(ValueError, match="more than 8 bits"):
        keras_gan.data.load(tmp_path / "shallow", batch_size=1, value_range=(0, 10))
    save_deep(tmp_path / "shallow" / "b.png", np.linspace(0, 4095, 64).reshape(8, 8))
    with pytest.warns(UserWarning, match="1 of 2 images have 8 bits: `value_range` is not applied"):
        keras_gan.data.load(tmp_path / "shallow", batch_size=1, image_size=8, value_range=(0, 4095))


def test_the_range_is_part_of_every_datas_name(tmp_path):
    """The same files with another range are other data, and a model knows the units, however they are loaded."""
    rng = np.random.default_rng(0)
    for name in ("a/one", "b/one"):
        (tmp_path / name).mkdir(parents=True)
        for i in range(4):
            save_deep(tmp_path / name / f"{i}.png", rng.integers(0, 4096, (8, 8)))
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    table = tmp_path / "table.csv"
    table.write_text("file,round\n" + "".join(f"{i}.png,{i % 2}\n" for i in range(4)))
    labelled = keras_gan.data.load(f"folder:{a}", labels=True, batch_size=2, value_range=(0, 4095))
    for load in (
        lambda levels: keras_gan.data.paired_folders(a, b, value_range=levels),
        lambda levels: keras_gan.data.unpaired_folders(a, b, value_range=levels),
        lambda levels: keras_gan.data.low_high(a, 2, batch_size=2, value_range=levels),
        lambda levels: keras_gan.data.low_high(a, 2, crop=4, batch_size=2, value_range=levels),
        lambda levels: keras_gan.data.captioned(f"folder:{a}", batch_size=2, value_range=levels),
        lambda levels: keras_gan.data.attributes(f"{a}/one", table, batch_size=2, value_range=levels),
    ):
        names = [load(levels).stream.name for levels in ((0, 4095), (-100, 5000))]
        assert names[0].endswith(", 0 to 4095") and names[1].endswith(", -100 to 5000"), names
        assert load((0, 4095)).stream.value_range == (0, 4095)
    assert keras_gan.data.semi_supervised(labelled, batch_size=2).stream.value_range == (0, 4095)
    with pytest.raises(ValueError, match="`value_range` is of files"):
        keras_gan.data.low_high(np.zeros((4, 8, 8, 1), "uint8"), 2, value_range=(0, 1))


def test_tiff_of_floats(tmp_path):
    values = np.linspace(-1.0, 3.0, 64, dtype="float32").reshape(8, 8)
    Image.fromarray(values).save(tmp_path / "a.tif")
    image = next(iter(keras_gan.data.load(tmp_path, batch_size=1, value_range=(-1, 3))))[0]
    np.testing.assert_allclose(image[..., 0], values / 2 - 0.5, atol=1 / 255 + 1e-3)
    pages = [Image.fromarray(values + i) for i in range(3)]
    pages[0].save(tmp_path / "b.tif", save_all=True, append_images=pages[1:])
    with pytest.warns(UserWarning, match=r"1 TIFF files have several pages.*b\.tif"):
        keras_gan.data.load(tmp_path, batch_size=1, value_range=(-1, 3))
    values[3, 4] = np.nan
    Image.fromarray(values).save(tmp_path / "c.tif")
    with pytest.raises(ValueError, match=r"c\.tif has pixels that are NaN"):
        keras_gan.data.load(tmp_path, batch_size=1, value_range=(-1, 3))


def test_beyond_the_cache_limit_images_are_decoded_once(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for i in range(6):
        make(tmp_path / "images", f"{i}.png", value=40 * i)

    def load():
        return keras_gan.data.load(tmp_path / "images", batch_size=3, seed=5, cache_limit=10)

    memory = keras_gan.data.load(tmp_path / "images", batch_size=3, seed=5)
    for a, b in zip(memory, load(), strict=True):
        np.testing.assert_array_equal(a, b)
    files = list((tmp_path / "cache").rglob("images.npy"))
    monkeypatch.setattr("keras_gan.data.folder.Files._decode", None)
    for a, b in zip(memory, load(), strict=True):
        np.testing.assert_array_equal(a, b)
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    # Of a folder that changed the new images alone are kept.
    make(tmp_path / "images", "5.png", value=7)
    assert any((keras_gan.data.to_uint8(batch).numpy() == 7).any() for batch in load())
    assert len(files) == len(list((tmp_path / "cache").rglob("images.npy"))) == 1
