import keras

from keras_gan.doctor import examine


def test_every_trial_reports():
    lines = list(examine(steps=1))
    text = "\n".join(lines)
    for name in ("float32:", "mixed_bfloat16:", "mixed_float16:", "float32, XLA:", "float32, 2 replicas:"):
        assert name in text
    assert "[wrong]" not in text, text
    assert "placement" in text and "CPU" in text
    assert keras.config.dtype_policy().name == "float32"
