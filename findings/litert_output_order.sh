#!/usr/bin/env bash
# litert_output_order
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6 ai-edge-litert==2.3.0
#
# Expected: get_output_details()[i] of a converted Keras model is output i of that model,
# and get_input_details()[i] is input i.
# Seen: the converter writes both lists in another order. Two outputs come swapped, four
# come as the second, the fourth, the first, the third. Five inputs are shuffled as well. The tensor names still carry the
# right number, and the signature runner is right.
# Why it matters to a GAN user: a generator with outputs (image, low resolution image)
# or (image, mask), and an image-to-image model with (content, style), have tensors of
# equal type and often of equal shape. Code that takes them by position swaps them, and
# nothing raises.
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
import keras, numpy as np, tensorflow as tf, ai_edge_litert
from importlib.metadata import version
from ai_edge_litert.interpreter import Interpreter
print("tensorflow", tf.__version__, "keras", keras.__version__, "ai-edge-litert", version("ai-edge-litert"))

def convert(model):
    with open(os.devnull, "w") as null, contextlib.redirect_stdout(null):
        return Interpreter(model_content=tf.lite.TFLiteConverter.from_keras_model(model).convert())

one = np.ones((1, 4), "float32")
for n in (2, 4):
    z = keras.Input((4,), batch_size=1, name="z")
    model = keras.Model(z, [keras.layers.Rescaling(float(k + 2))(z) for k in range(n)])
    keras_order = [int(np.asarray(y)[0, 0]) for y in model(one)]
    it = convert(model)
    it.allocate_tensors()
    it.set_tensor(it.get_input_details()[0]["index"], one)
    it.invoke()
    by_position = [int(it.get_tensor(d["index"])[0, 0]) for d in it.get_output_details()]
    signature = it.get_signature_runner()(z=one)
    by_signature = [int(signature[f"output_{k}"][0, 0]) for k in range(n)]
    print(f"{n} outputs: Keras {keras_order}, by position {by_position}, by signature {by_signature}")
    print("   names:", [d["name"] for d in it.get_output_details()])
    assert by_signature == keras_order == list(range(2, n + 2))
    assert sorted(by_position) == keras_order and by_position != keras_order

ins = [keras.Input((4,), batch_size=1, name=f"in{k}") for k in range(5)]
it = convert(keras.Model(ins, keras.layers.Concatenate()(ins)))
names = [d["name"] for d in it.get_input_details()]
print("5 inputs in order of position:", names)
assert [f"in{k}" in names[k] for k in range(5)] != [True] * 5
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
