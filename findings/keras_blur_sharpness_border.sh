#!/usr/bin/env bash
# keras_blur_sharpness_border
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6
#
# Expected: a blur or a sharpness change leaves an image of one colour as it is.
# Seen: RandomGaussianBlur and RandomSharpness filter with zero padding. A flat image
# of value 0.5 gets a dark or a bright frame one or more pixels wide. The corner goes
# to 0.25 with blur, and to 0.69 or 0.31 with sharpness. The layers have no option for
# another padding. For data in [-1, 1] the frame moves towards mid grey.
# Why it matters to a GAN user: when only the real images pass the layer, every real
# image carries a frame. The discriminator separates real from fake by the frame, and
# the generator learns to draw it.
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
flat = np.full((16, 16, 16, 3), 0.5, "float32")

def show(name, y):
    d = np.abs(y - 0.5).reshape(len(y), -1).max(1)
    y = y[d.argmax()]
    print(f"{name:34s} corner {y[0, 0, 0]:.3f} edge {y[0, 8, 0]:.3f} centre {y[8, 8, 0]:.3f}")
    assert abs(y[8, 8, 0] - 0.5) < 1e-4
    return y[0, 0, 0]

blur = L.RandomGaussianBlur(factor=1.0, kernel_size=5, sigma=(1.0, 1.0), value_range=(0, 1), seed=1)
c = show("RandomGaussianBlur(sigma=1)", np.asarray(blur(flat, training=True)))
assert c < 0.3
for f in (1.0, 0.0):
    sharp = L.RandomSharpness(factor=(f, f), value_range=(0, 1), seed=1)
    c = show(f"RandomSharpness(factor={f})", np.asarray(sharp(flat, training=True)))
    assert abs(c - 0.5) > 0.15
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
