#!/usr/bin/env bash
# litert_float16_pixel_norm_nan
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6 ai-edge-litert==2.3.0
#
# Expected: a pixel norm x * rsqrt(mean(x**2) + 1e-8) stays finite for a pixel whose
# channels are all zero, in every kind of LiteRT model.
# Seen: float16 quantisation also stores the scalar 1e-8 as float16. The smallest
# float16 is 6e-8, so the scalar becomes 0, and 0 * rsqrt(0) is nan. The float32 and the
# dynamic-range model give 0. An epsilon of 1e-7 survives. The converter says nothing.
# Why it matters to a GAN user: 1e-8 is the epsilon of ProGAN and StyleGAN. A dead
# pixel after ReLU, or a zero latent vector, gives a nan that the next layers spread
# over the image, only in the float16 model that goes to the phone.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    tensorflow==2.21.0 \
    keras==3.15.1 \
    numpy==2.4.6 \
    ai-edge-litert==2.3.0

cat > check.py <<'PY'
import contextlib, os
import keras, numpy as np, tensorflow as tf
from importlib.metadata import version
from ai_edge_litert.interpreter import Interpreter
print("tensorflow", tf.__version__, "keras", keras.__version__, "ai-edge-litert", version("ai-edge-litert"))

def build(eps):
    x = keras.Input((64,))
    h = keras.layers.ReLU()(x)
    h = h * keras.ops.rsqrt(keras.ops.mean(keras.ops.square(h), axis=-1, keepdims=True) + eps)
    return keras.Model(x, keras.layers.Dense(8)(h))

def convert(model, kind):
    c = tf.lite.TFLiteConverter.from_keras_model(model)
    if kind != "float32":
        c.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "float16":
        c.target_spec.supported_types = [tf.float16]
    with open(os.devnull, "w") as null, contextlib.redirect_stdout(null):
        return c.convert()

def run(content, x):
    it = Interpreter(model_content=content)
    it.resize_tensor_input(it.get_input_details()[0]["index"], x.shape)
    it.allocate_tensors()
    it.set_tensor(it.get_input_details()[0]["index"], x)
    it.invoke()
    return it.get_tensor(it.get_output_details()[0]["index"])

rng = np.random.default_rng(0)
x = rng.normal(size=(2, 64)).astype("float32")
x[1] = -np.abs(x[1])                     # ReLU makes this row all zero
for eps in (1e-8, 1e-7):
    model = build(eps)
    assert np.isfinite(np.asarray(model(x))).all()
    for kind in ("float32", "dynamic range", "float16"):
        y = run(convert(model, kind), x)
        print(f"eps {eps:g} {kind:14s} normal row {y[0, :2]}  dead row {y[1, :2]}")
        assert np.isfinite(y[0]).all()
        assert np.isnan(y[1]).all() == (kind == "float16" and eps == 1e-8)
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
