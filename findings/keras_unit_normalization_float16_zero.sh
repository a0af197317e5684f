#!/usr/bin/env bash
# keras_unit_normalization_float16_zero
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6
#
# Expected: UnitNormalization under the mixed_float16 policy gives the same unit
# vectors as under float32, to about 1e-3. All other Keras normalisation layers do.
# Seen: the layer squares its input in float16. For activations near 400 the sum of
# squares passes 65504 and becomes inf. rsqrt(inf) is 0, so the output is all zeros.
# No output is inf or nan. The gradient to the input is finite and all zero as well, so a
# loss-scaling optimizer does not skip the step.
# Why it matters to a GAN user: UnitNormalization times sqrt(channels) is the pixel
# norm of ProGAN and StyleGAN. A feature map with large activations turns into zeros
# in mixed precision, and no check for nan can find it.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    tensorflow==2.21.0 \
    keras==3.15.1 \
    numpy==2.4.6

cat > check.py <<'PY'
import keras, numpy as np, tensorflow as tf
print("tensorflow", tf.__version__, "keras", keras.__version__)
L = keras.layers
x = np.random.default_rng(0).normal(size=(2, 8, 8, 16)).astype("float32") * 400
x16 = x.astype("float16")                      # all values fit in float16
assert np.isfinite(x16).all()

def run(make):
    ref = np.asarray(make("float32")(x16.astype("float32"), training=True))
    out = np.asarray(make("mixed_float16")(x16, training=True)).astype("float32")
    return ref, out

for name, make in [
    ("GroupNormalization", lambda d: L.GroupNormalization(4, dtype=d)),
    ("LayerNormalization", lambda d: L.LayerNormalization(dtype=d)),
    ("RMSNormalization", lambda d: L.RMSNormalization(dtype=d)),
    ("BatchNormalization", lambda d: L.BatchNormalization(dtype=d)),
    ("UnitNormalization", lambda d: L.UnitNormalization(dtype=d)),
]:
    ref, out = run(make)
    print(f"{name:20s} float32 mean |y| {np.abs(ref).mean():.4f}   "
          f"mixed_float16 mean |y| {np.abs(out).mean():.4f}   finite {np.isfinite(out).all()}")
    if name == "UnitNormalization":
        assert np.abs(ref).max() > 0.5
        assert np.isfinite(out).all() and not out.any()   # silently all zeros
    else:
        assert np.abs(ref - out).max() < 0.01
t = tf.constant(x16)
layer = L.UnitNormalization(dtype="mixed_float16")
with tf.GradientTape() as tape:
    tape.watch(t)
    loss = tf.reduce_sum(tf.cast(layer(t), tf.float32) * np.random.default_rng(1).normal(size=x.shape).astype("float32"))
grad = tape.gradient(loss, t).numpy().astype("float32")
print("gradient to the input: finite", np.isfinite(grad).all(), "any non-zero", grad.any())
assert np.isfinite(grad).all() and not grad.any()
print("UnitNormalization in mixed_float16 returned zeros for every pixel")
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
