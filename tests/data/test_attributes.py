"""Images with attributes."""

import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import data
from keras_gan.conditions import Attributes
from tests.cli.test_cli import here

# smiling, glasses, hat of six images.
TRUTH = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 0, 0]])


@pytest.fixture
def folder(tmp_path):
    """Six images whose grey is their number times 40."""
    folder = tmp_path / "faces"
    folder.mkdir()
    for i in range(6):
        Image.new("RGB", (16, 16), (i * 40,) * 3).save(folder / f"{i}.png")
    return folder


def written(folder, name, low="-1", high="1", column="image_id"):
    path, values = folder.parent / name, np.where(TRUTH, high, low)
    if path.suffix == ".csv":
        lines = [f"{column},smiling,glasses,hat"] + [
            f"{i}.png," + ",".join(row) for i, row in enumerate(values)
        ]
    else:
        lines = ["6", "smiling glasses hat "] + [
            f"{i}.png  " + "  ".join(row) for i, row in enumerate(values)
        ]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("name", ["list.csv", "list_attr_celeba.txt"])
@pytest.mark.parametrize("low, high", [("-1", "1"), ("0", "1"), ("False", "True"), ("no", "Yes")])
def test_values_go_with_their_images(folder, name, low, high):
    faces = data.attributes(folder, written(folder, name, low, high), batch_size=3, flip=True)
    assert faces.class_names == ["smiling", "glasses", "hat"] and len(faces) == 2
    seen = set()
    for batch in faces:
        numbers = np.rint((batch["image"].numpy()[:, 0, 0, 0] + 1) * 127.5 / 40).astype(int)
        np.testing.assert_array_equal(batch["condition"], TRUTH[numbers])
        seen |= set(numbers.tolist())
    assert seen == set(range(6))


def test_some_attributes_and_splits(folder):
    table = written(folder, "list.csv", column="file")
    faces = data.attributes(f"folder:{folder}", table, ["hat", "smiling"], batch_size=6)
    assert faces.class_names == ["hat", "smiling"]
    (batch,) = faces
    numbers = np.rint((batch["image"].numpy()[:, 0, 0, 0] + 1) * 127.5 / 40).astype(int)
    np.testing.assert_array_equal(batch["condition"], TRUTH[numbers][:, [2, 0]])
    (folder / "5.png").unlink()
    with pytest.warns(UserWarning, match="1 of 6 attributes are of no image here: 5.png"):
        data.attributes(folder, table, batch_size=5)


def test_what_is_refused(folder):
    table = written(folder, "list.csv")

    def refused(text, message, name="bad.csv", **options):
        path = folder.parent / name
        path.write_text(text)
        with pytest.raises(ValueError, match=message):
            data.attributes(folder, path, batch_size=2, **options)

    good, good_txt = table.read_text(), written(folder, "list.txt").read_text()
    refused(good.replace("0.png,1", "0.png,2"), "'smiling' of '0.png' must be 0 or 1.*Received: '2'")
    refused(good.replace("5.png,-1,-1,-1\n", ""), "1 of 6 images have no row.*5.png")
    refused(good + "3.png,1,1,1\n", "1 of 6 images have several rows.*3.png")
    refused(good.replace("5.png,-1", "5.png"), "'5.png' has 2 values, and there are 3 attributes")
    refused(good.replace("image_id", "who"), "must have a column `file`")
    refused(good.replace("glasses", "hat"), r"several columns of one name.*\['hat'\]")
    refused("file,hat\n", "has no attributes")
    refused("", "must have a column")
    refused(good.replace(".png", ".gif"), "None of the names in the attributes")
    refused("smiling hat\n0.png 1 1\n1.png 1 1\n", "the number of images", name="bad.txt")
    refused(good, "different attributes of .*smiling, glasses, hat.*Received: .'beard'", names=["beard"])
    refused(good, "different attributes", names=["hat", "hat"])
    refused(good, "must be a .csv or .txt file", name="table.json")
    refused("9" + good_txt[1:], "says that it has 9 images, and has 6 lines", name="bad.txt")
    for name in ("none", '"a,b"'):
        refused(good.replace("glasses", name), "must not be called")
    refused(good, "different attributes", names=3)
    with pytest.raises(ValueError, match="must be a path"):
        data.attributes(folder, {"a.png": [1]})
    # Other columns may stand beside those that are chosen.
    lines = good.replace("glasses", "remark").splitlines()
    beside = [lines[0], *(line.rsplit(",", 2)[0] + ",words," + line[-1] for line in lines[1:])]
    table.write_text("\n".join(beside).replace(",-1,words", ",-1,words"))
    refused(table.read_text(), "Other columns are left out by `names`")
    assert data.attributes(folder, table, ["smiling"], batch_size=2).class_names == ["smiling"]
    with pytest.raises(ValueError, match="no file .*of attributes"):
        data.attributes(folder, folder / "none.csv")


def test_attributes_by_name():
    condition, names = Attributes(3), ["smiling", "glasses", "hat"]
    np.testing.assert_array_equal(condition.as_array("hat, smiling", 2, names), [[1, 0, 1]] * 2)
    np.testing.assert_array_equal(condition.as_array(["none", "glasses"], 2, names), [[0, 0, 0], [0, 1, 0]])
    with pytest.raises(ValueError, match="no attribute 'beard'. There are: smiling, glasses, hat"):
        condition.as_array("beard", 1, names)
    with pytest.raises(ValueError, match="have no names of attributes: give 3 numbers"):
        condition.as_array("hat", 1)
    with pytest.raises(ValueError, match="or 3 of them"):
        condition.as_array(["hat", "hat"], 3, names)


@pytest.mark.slow
def test_stargan_of_attributes(folder, tmp_path):
    """From the table to translated files, from the command line."""
    table, run = written(folder, "list.csv"), tmp_path / "run"
    train = ("train", "stargan", "--dataset", f"folder:{folder}", "--attributes", table, "--image-size", 16)
    code, text = here(*train, "--batch-size", 2, "--steps", 2, "--out", run)
    assert code == 0, text
    for model in (run, run / "saved_model"):
        for label in ("smiling,hat", "none"):
            out = tmp_path / model.name / label
            code, text = here("translate", model, folder, out, "--label", label)
            assert code == 0 and len(list(out.iterdir())) == 6, text
        code, text = here("translate", model, folder, tmp_path / "no", "--label", "beard")
        assert code == 1 and "no attribute 'beard'. There are: smiling, glasses, hat" in text
        code, text = here("translate", model, folder, tmp_path / "no")
        assert code == 1 and "one of smiling, glasses, hat, several joined by commas" in text
    for label in ("smiling,hat", "none"):
        pair = [
            np.asarray(Image.open(tmp_path / name / label / "2.png"), int) for name in ("run", "saved_model")
        ]
        assert np.abs(pair[0] - pair[1]).max() <= 1
    gan = keras_gan.runs.load_model(run)
    images = np.asarray(Image.open(folder / "2.png"))[None]
    np.testing.assert_array_equal(
        gan.translate(images, labels="smiling,hat")[0],
        np.asarray(Image.open(tmp_path / "run" / "smiling,hat" / "2.png")),
    )
    code, text = here("train", "stargan", "--attributes", table, "--out", tmp_path / "other")
    assert code == 1 and "--attributes are of a folder's images" in text
    code, text = here("train", "dcgan", "--attributes", table, "--out", tmp_path / "other")
    assert code == 1 and "not --attributes" in text
