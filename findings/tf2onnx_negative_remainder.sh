#!/usr/bin/env bash
# tf2onnx_negative_remainder
# Packages: tensorflow==2.21.0 numpy==2.4.6 tf2onnx==1.17.0 onnx==1.23.2 onnxruntime==1.32.0
#
# Expected: `-side % 4` of an int32 tensor, which TensorFlow rounds towards minus infinity (-33 % 4 is 3), is exported as an
# operation with the same result.
# Seen: tf2onnx writes Neg, Div, Mul and Sub, whose division rounds towards zero: the file gives -1.
# Why it matters to a GAN user: `-side % multiple` is the usual count of rows that an image lacks to the next multiple of a
# network's factor. The exported translator cuts rows off where it should fill rows up, so that an image of 33 x 47 comes back
# as 32 x 44, without a warning. `(multiple - side % multiple) % multiple` is exported right.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    tensorflow==2.21.0 numpy==2.4.6 tf2onnx==1.17.0 onnx==1.23.2 onnxruntime==1.32.0

cat > check.py <<'PY'
import numpy as np, onnx, onnxruntime as ort, tensorflow as tf, tf2onnx
print("tensorflow", tf.__version__, "tf2onnx", tf2onnx.__version__, "onnx", onnx.__version__, "onnxruntime", ort.__version__)

def exported(f):
    signature = [tf.TensorSpec([], tf.int32, name="side")]
    model, _ = tf2onnx.convert.from_function(tf.function(f), input_signature=signature, opset=17)
    session = ort.InferenceSession(model.SerializeToString())
    print([node.op_type for node in model.graph.node])
    return lambda side: int(session.run(None, {"side": np.array(side, "int32")})[0])

negative, positive = (lambda side: -side % 4), (lambda side: (4 - side % 4) % 4)
a, b = exported(negative), exported(positive)
for side in (31, 32, 33, 47):
    print(f"side {side}: TensorFlow {int(negative(tf.constant(side)))}, file {a(side)}; written with positive numbers: file {b(side)}")
    assert int(negative(tf.constant(side))) == b(side) == -side % 4
assert a(33) == -1 and a(47) == -3
PY
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
