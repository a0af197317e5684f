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


def test_contract(tmp_path, mirrored):
    data = squares(tiny())
    loaded = game_contract(tiny, data, tmp_path, mirrored)
    assert loaded.temperature == 0.1


def test_it_learns_and_is_used(tmp_path):
    clip = tiny()
    data = squares(clip)
    history = clip.fit(data, validation_data=data, batch_size=16, epochs=40, verbose=0).history
    assert history["val_accuracy"][-1] == 1.0
    images = data["image"][:4]
    assert [found[0][0] for found in clip.caption(images, TEXTS)] == TEXTS
    figures = clip.retrieval(images, TEXTS)
    assert figures["image_to_text_r1"] == figures["text_to_image_r1"] == 1.0
    with pytest.raises(ValueError, match="Each image has one text"):
        clip.retrieval(images, TEXTS[:2])
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
        (["a pink square"], "does not know"),
        ([" "], "empty"),
        (["a red red square"], "more than 3"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            saved.embed_texts(bad)
    with pytest.raises(ValueError, match='as "saved_model"'):
        clip.export(tmp_path / "clip.onnx", format="onnx")


def test_what_is_refused():
    clip = tiny()
    with pytest.raises(ValueError, match="does not know 'pink', as in 'a pink square'. It knows 6 words"):
        clip.caption(np.zeros((1, 8, 8, 3), "float32"), ["a pink square"])
    with pytest.warns(UserWarning, match="does not know 'pink'"):
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


def test_a_gan_of_its_texts(tmp_path):
    """The encoder is saved with the model: texts give the same images after loading, and in the export."""
    clip = tiny()
    texts = keras_gan.conditions.Texts(clip.text_encoder, TEXTS)
    gan = keras_gan.DFGAN(*keras_gan.networks.dfgan((8, 8, 3), 4, 4, filters=2), condition=texts, seed=0)
    gan.compile()
    data = squares(clip)
    vectors = texts.vectors(TEXTS)[np.arange(64) % 4]
    before = clip.text_encoder.get_weights()
    gan.fit({"image": data["image"], "condition": vectors}, batch_size=32, verbose=0)
    for a, b in zip(before, clip.text_encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    images = gan.generate(4, labels=TEXTS, seed=3)
    np.testing.assert_array_equal(
        gan.generate(2, labels=TEXTS[1], seed=3), gan.generate(2, labels=TEXTS[1:2] * 2, seed=3)
    )
    with pytest.raises(ValueError, match="does not know 'pink'"):
        gan.generate(1, labels="a pink square")
    gan.save(tmp_path / "gan.keras")
    again = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(again.generate(4, labels=TEXTS, seed=3), images)
    assert again.condition.captions == TEXTS and again.row_names(4) == TEXTS
    # Where no text is given one of the captions is drawn, in the export as here.
    drawn = again.generate(6, seed=5)
    again.export(tmp_path / "saved")
    saved = tf.saved_model.load(str(tmp_path / "saved"))
    np.testing.assert_array_equal(saved.sample_texts(TEXTS, 3).numpy(), images)
    np.testing.assert_array_equal(saved.sample(6, 5, 1.0).numpy(), drawn)
