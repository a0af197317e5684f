#!/usr/bin/env bash
# tf2onnx_area_resize_takes_one_pixel
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6 tf2onnx==1.17.0 onnx==1.23.2 onnxruntime==1.32.0
#
# Expected: tf2onnx exports tf.image.resize(method="area") as an average, or reports it as
# unsupported, as it does for antialias=True.
# Seen: tf2onnx writes a Resize node with mode "nearest", coordinates "asymmetric" and
# rounding "floor". A 4 times reduction returns the top-left pixel of each 4x4 block.
# The export gives no warning. Average pooling of the same blocks exports right.
# Why it matters to a GAN user: area is the usual anti-aliased way to shrink samples,
# for skip branches of a multi-scale discriminator and for the small preview or the
# 64x64 input of a metric network. The exported model works on aliased images, and its
# scores differ from the ones in TensorFlow.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    tensorflow==2.21.0 \
    keras==3.15.1 \
    numpy==2.4.6 \
    tf2onnx==1.17.0 \
    onnx==1.23.2 \
    onnxruntime==1.32.0

cat > check.py <<'PY'
import logging
import numpy as np, onnx, onnxruntime as ort, tensorflow as tf, tf2onnx
print("tensorflow", tf.__version__, "tf2onnx", tf2onnx.__version__, "onnx", onnx.__version__, "onnxruntime", ort.__version__)
records = []
class Keep(logging.Handler):
    def emit(self, r): records.append((r.levelname, r.getMessage()))
logging.getLogger("tf2onnx").addHandler(Keep(logging.WARNING))

def export(f):
    sig = [tf.TensorSpec([None, 8, 8, 3], name="x")]
    model, _ = tf2onnx.convert.from_function(tf.function(f), input_signature=sig, opset=18)
    sess = ort.InferenceSession(model.SerializeToString())
    return model, lambda x: sess.run(None, {sess.get_inputs()[0].name: x})[0]

x = np.random.default_rng(0).normal(size=(1, 8, 8, 3)).astype("float32")
area = lambda t: tf.image.resize(t, (2, 2), method="area")
pool = lambda t: tf.nn.avg_pool2d(t, 4, 4, "VALID")
model, run_area = export(area)
_, run_pool = export(pool)
node = [n for n in model.graph.node if n.op_type == "Resize"][0]
print("node attributes:", {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute})
ref = area(x).numpy()
print("area in TensorFlow == block mean   :", np.allclose(ref, pool(x), atol=1e-6))
print("avg_pool exported, largest error   :", float(np.abs(run_pool(x) - ref).max()))
print("area exported, largest error       :", float(np.abs(run_area(x) - ref).max()))
print("area exported == x[:, ::4, ::4]    :", bool((run_area(x) == x[:, ::4, ::4]).all()))
print("warnings about resize:", [r for r in records if "esize" in r[1] or "rea" in r[1]])
assert np.abs(run_pool(x) - ref).max() < 1e-5
assert np.abs(run_area(x) - ref).max() > 0.5
assert (run_area(x) == x[:, ::4, ::4]).all()
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
