import pytest

from keras_gan.runs.describe import describe
from tests.helpers import tiny_gan


def test_a_model_and_what_lies_beside_a_file(tmp_path, images):
    gan = tiny_gan()
    gan.fit(images, batch_size=16, verbose=0)
    gan.save(tmp_path / "gan.keras")
    gan.export(tmp_path / "m.tflite", format="litert")
    for name, batch in (("gan.keras", "any"), ("m.tflite", 1)):
        lines = describe(tmp_path / name)
        assert "data: the arrays" in lines and "trained: 4 steps, 1 whole epoch" in lines
        assert f"input latents: float32 of shape ({batch}, 4), normal, mean 0, deviation 1" in lines
        assert "output: (8, 8, 1)" in lines


def test_what_is_no_model(tmp_path):
    with pytest.raises(ValueError, match="There is no"):
        describe(tmp_path / "nowhere")
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(ValueError, match="without metadata.json"):
        describe(tmp_path)
