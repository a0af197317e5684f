"""Names of exports are checked before anything heavy is imported."""

import pytest

from keras_gan.export_target import check_target


def test_endings(tmp_path):
    check_target(tmp_path / "x.tflite", "litert")
    check_target(tmp_path / "folder", "saved_model")
    with pytest.raises(ValueError, match=r"\.onnx"):
        check_target(tmp_path / "x.h5", "onnx")
    with pytest.raises(ValueError, match="h5"):
        check_target(tmp_path / "x.h5", "saved_model")
