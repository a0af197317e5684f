#!/usr/bin/env bash
# keras_random_erasing_factor_one
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6
#
# Expected: RandomErasing(factor=1.0), the default, erases a patch of every image: its
# documentation says of factor=1.0 that erasing is always applied.
# Seen: about half of the images stay whole. A single number is the upper end of a range
# from which each image draws its own probability, so the share of erased images is half
# the factor. factor=(1.0, 1.0) erases in all. With factor=0.5 a quarter is erased.
# Why it matters to a GAN user: a probability of augmentation is what ADA and DiffAugment
# are tuned by, and a published one is set at half its value, without a word.
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
images = np.random.default_rng(0).uniform(0.1, 1, (2000, 16, 16, 3)).astype("float32")
for factor, low, high in ((1.0, 0.45, 0.55), (0.5, 0.2, 0.3), ((1.0, 1.0), 1.0, 1.0)):
    layer = keras.layers.RandomErasing(
        factor=factor, scale=(0.1, 0.1), fill_value=0.0, value_range=(0, 1), seed=1
    )
    made = np.asarray(layer(images, training=True))
    share = (made == 0).any((1, 2, 3)).mean()
    print(f"factor={factor}: a patch is erased in {share:.3f} of the images")
    assert low <= share <= high
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
