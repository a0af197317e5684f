#!/usr/bin/env bash
# keras_random_saturation_range
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6
#
# Expected: RandomSaturation(0.2) moves the saturation of a colour image a little and
# keeps the pixels inside value_range, here the default (0, 255) or (-1, 1).
# Seen: (1) the layer clips the saturation channel of HSV to value_range. That channel
# is in [0, 1], so with (0, 255) or (-1, 1) the clip does nothing useful, and pixels
# leave the range: far below 0 in the first case, above 1 in the second. (2) A single factor f becomes
# the range (-f, f), while 0.5 means "no change" and 0 or less means grey. So
# RandomSaturation(0.2) turns about half of the images fully grey. The others keep at
# most 25 percent of their colour. RandomInvert(value_range=(-1, 1)) has a like fault:
# it returns 1 - x, which is in [0, 2], in place of -x.
# Why it matters to a GAN user: images of a GAN are in [-1, 1]. The discriminator sees
# real images that no tanh generator can make, or it sees grey ones, and it wins.
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
x = np.random.default_rng(0).uniform(0, 1, (200, 8, 8, 3)).astype("float32")

for rng, img in [((0, 1), x), ((0, 255), x * 255), ((-1, 1), x * 2 - 1)]:
    y = np.asarray(L.RandomSaturation(0.8, value_range=rng, seed=1)(img, training=True))
    print(f"RandomSaturation(0.8, value_range={rng}): input [{img.min():.2f}, {img.max():.2f}] "
          f"-> output [{y.min():.2f}, {y.max():.2f}]")
    if rng == (0, 1):
        assert y.min() >= 0 and y.max() <= 1
    elif rng == (0, 255):
        assert y.min() < -500
    else:
        assert y.max() > 1.2

layer = L.RandomSaturation(0.2, value_range=(0, 1), seed=1)
y = np.asarray(layer(x, training=True))
grey = (np.ptp(y, axis=-1).max(axis=(1, 2)) < 1e-5).mean()
ratio = np.ptp(y, axis=-1).mean() / np.ptp(x, axis=-1).mean()
print("RandomSaturation(0.2).factor =", layer.factor)
print(f"share of fully grey images {grey:.2f}, mean colour spread left {ratio:.3f}")
assert 0.35 < grey < 0.65 and ratio < 0.15

y = np.asarray(L.RandomInvert((1.0, 1.0), value_range=(-1, 1), seed=1)(x * 2 - 1, training=True))
print(f"RandomInvert(value_range=(-1, 1)): output [{y.min():.2f}, {y.max():.2f}], expected [-1, 1]")
assert y.max() > 1.9 and y.min() > -0.01
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
