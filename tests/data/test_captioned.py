import json
import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import keras_gan
from keras_gan import data, networks

TFDS = pathlib.Path(__file__).parents[3] / "shared" / "data" / "tfds"


def lengths(texts):
    """An encoder by which a text is known again: its length, and its first letter's number."""
    return np.array([[len(text), ord(text[0])] for text in texts], "float64")


@pytest.fixture
def folder(tmp_path):
    """Six images whose grey is their number times 40, in two classes."""
    for i in range(6):
        into = tmp_path / "images" / ("red_heart" if i < 3 else "bell")
        into.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), i * 40).save(into / f"{i}.png")
    return tmp_path / "images"


def pairs_of(dataset):
    """All (number of the image, embedding) of an epoch."""
    found = []
    for batch in dataset:
        numbers = np.rint((batch["image"].numpy()[:, 0, 0, 0] + 1) * 127.5 / 40).astype(int)
        found += list(zip(numbers.tolist(), batch["condition"].numpy().tolist(), strict=True))
    return found


def as_csv(path, table):
    lines = ["file,caption"] + [f'{file},"{text}"' for file, texts in table.items() for text in texts]
    path.write_text("\n".join(lines) + "\n")


def as_json(path, table):
    path.write_text(json.dumps(table))


def as_jsonl(path, table):
    path.write_text(
        "\n".join(json.dumps({"file_name": f, "text": t}) for f, texts in table.items() for t in texts)
    )


@pytest.mark.parametrize(("write", "ending"), [(as_csv, "csv"), (as_json, "json"), (as_jsonl, "jsonl")])
@pytest.mark.parametrize("named", ["path", "name", "stem"])
def test_each_image_has_its_caption(folder, tmp_path, write, ending, named):
    names = {"path": "red_heart/{}.png", "name": "{}.png", "stem": "{}"}
    table = {}
    for i in range(6):
        name = names[named].format(i)
        table[name.replace("red_heart", "bell") if i > 2 else name] = ["x" * (i + 1)]
    write(tmp_path / f"captions.{ending}", table)
    dataset = data.captioned(folder, tmp_path / f"captions.{ending}", encoder=lengths, batch_size=3)
    found = pairs_of(dataset)
    assert sorted(number for number, _ in found) == list(range(6))
    assert all(vector == [number + 1, ord("x")] for number, vector in found)


def test_one_of_several_captions_is_drawn_at_each_step(folder):
    captions = {str(i): [f"{i}", f"{i}b", f"{i}cc"] for i in range(6)}
    dataset = data.captioned(folder, captions, encoder=lengths, batch_size=6)
    assert dataset.captions[1] == ["3", "3b", "3cc"] or dataset.captions[0] == ["3", "3b", "3cc"]
    drawn = []
    dataset.stream.start(0, 0, 200)
    for number, (length, letter) in pairs_of(dataset):
        assert letter == ord(str(number))
        drawn.append(length)
    shares = np.bincount(np.array(drawn, int), minlength=4)[1:] / len(drawn)
    np.testing.assert_allclose(shares, 1 / 3, atol=0.05)
    dataset.stream.start(3, 0, 1)
    again = pairs_of(dataset)
    dataset.stream.start(3, 0, 1)
    assert pairs_of(dataset) == again


def test_texts_beside_the_images_and_names_of_classes(folder, recwarn):
    by_class = data.captioned(folder, encoder=lengths, batch_size=6)
    assert sorted({caption for (caption,) in by_class.captions}) == ["bell", "red heart"]
    for image in folder.rglob("*.png"):
        image.with_suffix(".txt").write_text(f"image {image.stem}\n\nanother line\n")
    beside = data.captioned(folder, encoder=lengths, batch_size=6)
    assert sorted(beside.captions) == [[f"image {i}", "another line"] for i in range(6)]
    assert not recwarn.list


@pytest.mark.slow
def test_digits_have_captions_and_train_a_model():
    dataset = data.captioned("mnist_5k", encoder=lengths, split="test", image_size=32, batch_size=10)
    assert {caption for (caption,) in dataset.captions} == {
        f"a handwritten {digit}"
        for digit in ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    }
    gan = keras_gan.DFGAN(*networks.dfgan((32, 32, 1), 2, 4, filters=2), seed=0)
    gan.compile()
    history = gan.fit(dataset, epochs=1, steps_per_epoch=2, verbose=0).history
    assert np.isfinite(history["d_loss"]).all()


def test_what_is_missing_is_named(folder, tmp_path):
    some = {str(i): "text" for i in range(4)}
    with pytest.raises(ValueError, match="2 of 6 images .* have no caption: .*bell.4.png"):
        data.captioned(folder, some, encoder=lengths)
    every = {str(i): "text" for i in range(6)}
    with pytest.raises(ValueError, match="1 of 6 images .* have an empty caption: .*0.png"):
        data.captioned(folder, {**every, "0": ["good", " "]}, encoder=lengths)
    with pytest.warns(UserWarning, match="1 of 7 captions are of no image here: elsewhere"):
        data.captioned(folder, {**every, "elsewhere": "text"}, encoder=lengths, batch_size=6)
    with pytest.raises(ValueError, match="None of the names in the captions is that of an image: .*'a'"):
        data.captioned(folder, {"a": "text"}, encoder=lengths)
    with pytest.raises(ValueError, match="have no caption"):
        (folder / "bell" / "4.txt").write_text("only one")
        data.captioned(folder, encoder=lengths)
    flat = tmp_path / "flat"
    flat.mkdir()
    Image.new("L", (8, 8)).save(flat / "a.png")
    with pytest.raises(ValueError, match="has no captions: give `captions=`"):
        data.captioned(flat, encoder=lengths)


def test_names_of_files(folder, tmp_path):
    """A path from above the folder names a file; one name for two files is refused."""
    alone = folder / "bell"
    captions = {f"images/bell/{i}.png": f"{i}" for i in range(3, 6)}
    assert data.captioned(alone, captions, encoder=lengths, batch_size=3).captions == [["3"], ["4"], ["5"]]
    full = {str(path): path.stem for path in folder.rglob("*.png")} | {"./bell/3.png": "and"}
    assert ["3", "and"] in data.captioned(folder, full, encoder=lengths, batch_size=3).captions
    Image.new("L", (8, 8)).save(folder / "bell" / "0.png")
    with pytest.raises(
        ValueError, match="captions of '0' may be those of .*bell.0.png or of .*red_heart.0.png"
    ):
        data.captioned(folder, {str(i): "text" for i in range(6)}, encoder=lengths)


def test_a_caption_of_two_lines(folder, tmp_path):
    rows = ["file,caption"] + [f'{i},"one\ntwo"' for i in range(6)]
    (tmp_path / "c.csv").write_text("\n".join(rows))
    dataset = data.captioned(folder, tmp_path / "c.csv", encoder=lengths, batch_size=6)
    assert dataset.captions == [["one\ntwo"]] * 6


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("c.csv", "name,words\na,b\n", "columns `file` and `caption`. It has: .'name', 'words'"),
        ("c.csv", "file,caption\na\n", "row 1 has no file, no caption"),
        ("c.csv", "file,caption\na,red, and blue\n", "row 1 has .* a comma in a caption without quotes"),
        ("c.json", "{", "not valid json"),
        ("c.json", '[{"file": "a", "text": "b"}, 3]', "row 2 has no file, no caption"),
        ("c.json", '{"a": 3}', "captions of 'a' must be a text"),
        ("c.json", "{}", "`captions` are empty"),
        ("c.yaml", "a: b", "must be a dict, or a .json"),
    ],
)
def test_files_of_captions_that_are_refused(folder, tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        data.captioned(folder, tmp_path / name, encoder=lengths)


def test_vectors_that_are_at_hand(folder):
    vectors = {"red heart": [1.0, 2.0], "bell": [3.0, 4.0]}
    found = pairs_of(data.captioned(folder, encoder=vectors, batch_size=3))
    assert sorted(found) == [(i, vectors["red heart" if i < 3 else "bell"]) for i in range(6)]
    with pytest.raises(ValueError, match="no vector of 1 texts: 'bell'"):
        data.captioned(folder, encoder={"red heart": [1.0]}, batch_size=3)
    with pytest.raises(ValueError, match="shape"):
        data.captioned(folder, encoder={"red heart": 1.0, "bell": 2.0}, batch_size=3)
    with pytest.raises(ValueError, match="or a dict from texts to vectors"):
        data.captioned(folder, encoder=[[1.0]], batch_size=3)


@pytest.mark.slow
def test_texts_of_tfds(tmp_path):
    """A text, and a sequence of texts within another feature, as COCO's captions are."""
    import tensorflow_datasets as tfds

    rows = [
        {
            "image": np.full((8, 8, 1), 40 * i, "uint8"),
            "caption": f"grey {i}",
            "captions": {"text": [f"grey {i}", f"level {i}"][: i % 2 + 1]},
        }
        for i in range(6)
    ]
    tfds.dataset_builders.store_as_tfds_dataset(
        name="greys",
        version="1.0.0",
        features=tfds.features.FeaturesDict(
            {
                "image": tfds.features.Image(shape=(8, 8, 1)),
                "caption": tfds.features.Text(),
                "captions": tfds.features.Sequence({"text": tfds.features.Text()}),
            }
        ),
        split_datasets={
            "train": tf.data.Dataset.from_generator(
                lambda: rows,
                output_signature={
                    "image": tf.TensorSpec((8, 8, 1), tf.uint8),
                    "caption": tf.TensorSpec((), tf.string),
                    "captions": {"text": tf.TensorSpec((None,), tf.string)},
                },
            )
        },
        data_dir=tmp_path,
    )
    for feature, count in (("caption", lambda i: 1), ("captions/text", lambda i: i % 2 + 1)):
        greys = data.captioned("greys", feature, encoder=lengths, batch_size=3, data_dir=tmp_path)
        assert sorted(len(texts) for texts in greys.captions) == sorted(count(i) for i in range(6))
        for batch in greys.stream.whole():
            levels = np.rint((batch["image"].numpy()[:, 0, 0, 0] + 1) * 127.5 / 40).astype(int)
            assert set(batch["condition"].numpy()[:, 1].astype(int)) <= {ord("g"), ord("l")}
        images = np.concatenate([batch["image"] for batch in greys.stream.whole()])
        levels = np.rint((images[:, 0, 0, 0] + 1) * 127.5 / 40).astype(int)
        assert [texts[0] for texts in greys.captions] == [f"grey {i}" for i in levels]
    with pytest.raises(ValueError, match="no text 'words'. It has: caption, captions/text"):
        data.captioned("greys", "words", data_dir=tmp_path)
    with pytest.raises(ValueError, match="no `label`"):
        data.captioned("greys", data_dir=tmp_path)
    with pytest.raises(ValueError, match="or the name of a text of a TFDS"):
        data.captioned("mnist_5k", "caption")


def test_class_names_of_tfds():
    if not TFDS.is_dir():
        pytest.skip(f"{TFDS} is not here")
    dataset = data.captioned("fashion_mnist", encoder=lengths, split="test", data_dir=TFDS, batch_size=10)
    assert "Ankle boot" in {caption for (caption,) in dataset.captions}


def test_encoders_that_are_refused(folder):
    for options in ({"fit": "stretch"}, {"on_error": "ignore"}, {"split": ("train", "test")}):
        with pytest.raises(ValueError, match=f"`{next(iter(options))}` must be"):
            data.captioned(folder, encoder=lengths, **options)
    for encoder, message in (
        ("minilm", "`encoder` must be a function"),
        (lambda texts: np.zeros(len(texts)), r"shape \(2, size\)"),
        (lambda texts: np.full((len(texts), 3), np.nan), "not finite for 'bell'"),
    ):
        with pytest.raises(ValueError, match=message):
            data.captioned(folder, encoder=encoder)
    with pytest.raises(ValueError, match="There is no file"):
        data.captioned(folder, "missing.csv", encoder=lengths)
    with pytest.raises(ValueError, match="of a folder's images"):
        data.captioned("mnist_5k", {"a": "b"}, encoder=lengths)


def test_captions_come_before_an_encoder_made_of_them(folder):
    """The same images in the same order; ints stay ints, and unknown words are a warning."""
    images = data.captioned(folder, batch_size=6)
    assert set(images.element_spec) == {"image"}
    encoder = keras_gan.networks.text_encoder(images.captions, 4, units=2, word_dim=2)
    encoded = images.encoded_by(encoder)
    assert encoded.captions == images.captions
    batch = next(iter(encoded))
    np.testing.assert_array_equal(batch["image"], next(iter(images))["image"])
    vectors = encoder(tf.constant([texts[0] for texts in images.captions])).numpy()
    rows = np.array([np.abs(vectors - vector).max(axis=1).min() for vector in batch["condition"].numpy()])
    assert rows.max() < 1e-6
    assert (
        images.encoded_by(lambda texts: np.ones((len(texts), 2), "int32")).element_spec["condition"].dtype
        == "int32"
    )
    other = keras_gan.networks.text_encoder(["one word"], 4, units=2, word_dim=2)
    with pytest.warns(UserWarning, match="vocabulary"):
        images.encoded_by(other)
