"""CLIP: encoders of images and texts."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from tests.contracts import game_contract

COLOURS = {"red": (1, -1, -1), "green": (-1, 1, -1), "blue": (-1, -1, 1), "white": (1, 1, 1)}
TEXTS = [f"a {name} square" for name in COLOURS]


def tiny(**options):
    keras.utils.set_random_seed(0)
    text_encoder = keras_gan.networks.text_encoder(TEXTS, 4, units=8, word_dim=8)
    clip = keras_gan.CLIP(
        keras_gan.networks.encoder((8, 8, 3), 4, filters=2), text_encoder, seed=0, ema_decay=0.9, **options
    )
    clip.compile(optimizer=keras.optimizers.Adam(1e-2))
    return clip


def squares(clip):
    """16 images of each colour with a little noise, and the tokens of their texts."""
    rng, of = np.random.default_rng(0), np.arange(64) % 4
    images = np.array(list(COLOURS.values()), "float32")[of][:, None, None] * 0.8
    images = images + rng.normal(0, 0.05, (64, 8, 8, 3)).astype("float32")
    return {"image": images.clip(-1, 1), "condition": clip.tokens(TEXTS)[of]}


def test_loss_of_a_batch_by_numpy():
    """The mean of both directions' cross-entropies; two images of the same text are both right."""
    clip = tiny(temperature=0.5)
    data = {name: values[:6] for name, values in squares(clip).items()}
    loss, figures = clip.objective({name: tf.constant(values) for name, values in data.items()})
    images = clip.image_encoder(data["image"]).numpy()
    texts = clip.text_encoder(tf.constant([TEXTS[i % 4] for i in range(6)])).numpy()
    images, texts = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (images, texts))
    same = np.arange(6)[:, None] % 4 == np.arange(6) % 4
    expected = 0.0
    for logits in (images @ texts.T / 0.5, texts @ images.T / 0.5):
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        expected -= 0.5 * (logs * same / same.sum(axis=1, keepdims=True)).sum(axis=1).mean()
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    right = same[np.arange(6), (images @ texts.T).argmax(axis=1)].mean()
    np.testing.assert_allclose(figures["accuracy"], right, rtol=1e-6)


@pytest.mark.slow
def test_contract(tmp_path, mirrored):
    data = squares(tiny())
    loaded = game_contract(tiny, data, tmp_path, mirrored)
    assert loaded.temperature == 0.1


@pytest.mark.slow
def test_it_learns_and_is_used(tmp_path):
    clip = tiny()
    data = squares(clip)
    history = clip.fit(data, validation_data=data, batch_size=16, epochs=40, verbose=0).history
    assert history["val_accuracy"][-1] == 1.0
    images = data["image"][:4]
    assert [found[0][0] for found in clip.caption(images, TEXTS)] == TEXTS
    figures = clip.retrieval(images, TEXTS)
    assert figures["image_to_text_r1"] == figures["text_to_image_r1"] == 1.0
    assert [found[0][0] for found in clip.search(TEXTS, images)] == [0, 1, 2, 3]
    # Rows of texts, and in each the images that are nearest.
    assert set(clip.row_names(4)) == set(TEXTS)
    made, columns = clip.grid_images(clip.grid_inputs(4, 3, seed=0), 3)
    assert made.shape == (12, 8, 8, 3) and columns == 3
    colours = {name: np.array(COLOURS[name.split()[1]]) for name in TEXTS}
    for row, name in enumerate(clip.row_names(4)):
        expected = np.where(colours[name] > 0, 229, 25)
        assert np.abs(made[3 * row : 3 * row + 3].mean(axis=(1, 2)) - expected).max() < 30

    clip.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    levels = keras_gan.data.images.to_uint8(images).numpy()
    np.testing.assert_allclose(saved.similarity(levels, TEXTS), clip.similarity(levels, TEXTS), atol=1e-5)
    for bad, message in (
        (["a pink square"], "vocabulary, the words of"),
        ([" "], "without words"),
        (["a red red square"], "of more than 3"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            saved.embed_texts(bad)
    with pytest.raises(ValueError, match='as "saved_model"'):
        clip.export(tmp_path / "clip.onnx", format="onnx")


def test_what_is_refused():
    clip = tiny()
    with pytest.raises(
        ValueError, match="Not in the text encoder.s vocabulary: 'pink', as in 'a pink square'. Its 6 words"
    ):
        clip.caption(np.zeros((1, 8, 8, 3), "float32"), ["a pink square"])
    with pytest.warns(UserWarning, match="vocabulary: 'pink'"):
        assert clip.tokens(["a pink square"])[0, 1] == 1
    with pytest.raises(ValueError, match="must be strings that are not empty"):
        clip.tokens([""])
    encoder, texts = keras_gan.networks.encoder((8, 8, 3), 5, filters=2), clip.text_encoder
    with pytest.raises(ValueError, match=r"of the size of the text encoder's, \(None, 4\)"):
        keras_gan.CLIP(encoder, texts)
    with pytest.raises(ValueError, match="`temperature` must be"):
        keras_gan.CLIP(clip.image_encoder, texts, temperature=0.0)
    with pytest.raises(ValueError, match="from strings"):
        keras_gan.CLIP(clip.image_encoder, clip.image_encoder)


def test_retrieval_counts_equal_texts_and_no_ties(monkeypatch):
    """By vectors given: an image's own text among all different ones; what is as near comes first."""
    clip, images = tiny(), np.zeros((4, 8, 8, 3), "float32")
    vectors = np.array([[1, 0], [0.8, 0.6], [1, 0], [0, 1]], "float32")
    monkeypatch.setattr(clip, "embed_images", lambda images: vectors)
    monkeypatch.setattr(clip, "embed_texts", lambda texts: np.array([[1, 0], [0, 1]], "float32"))
    texts = ["a blue square", "a red square", "a blue square", "a red square"]
    # Of four images the second is nearer to the other text; each text's nearest image is its own.
    assert clip.retrieval(images, texts)["image_to_text_r1"] == 0.75
    assert clip.retrieval(images, texts)["text_to_image_r1"] == 1.0
    vectors[:] = [1, 0]
    collapsed = clip.retrieval(images, texts)
    assert collapsed["image_to_text_r1"] == 0.5 and collapsed["text_to_image_r1"] == 0.0
    vectors[:] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        clip.retrieval(images, texts)
    with pytest.raises(ValueError, match="Each image has one text"):
        clip.retrieval(images, TEXTS[:2])


def test_what_it_has_not():
    clip, data = tiny(), squares(tiny())
    with pytest.raises(ValueError, match="`metrics` compare generated images"):
        clip.compile(metrics=["swd"])
    with pytest.raises(ValueError, match="batches of 2 images or more"):
        clip.fit({name: values[:4] for name, values in data.items()}, batch_size=1, verbose=0)
    with pytest.raises(ValueError, match="without options"):
        clip.export("x", batch=2)
    for bad in (True, 0.0, np.nan, "a"):
        with pytest.raises(ValueError, match="`temperature`"):
            keras_gan.CLIP(clip.image_encoder, clip.text_encoder, temperature=bad)
    assert (
        keras_gan.CLIP(clip.image_encoder, clip.text_encoder, temperature=np.float32(0.5)).temperature == 0.5
    )


def test_it_is_exported_in_float32(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    clip = tiny()
    keras.config.set_dtype_policy("float32")
    clip.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    graph = saved.signatures["serving_default"].graph
    nodes = [n for n in graph.as_graph_def().library.function for n in n.node_def]
    assert not [n.name for n in nodes if n.op == "Conv2D" and n.attr["T"].type != tf.float32.as_datatype_enum]
