#!/usr/bin/env bash
# keras_bfloat16_random_uniform
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6
#
# Expected: keras.random.uniform in bfloat16 has mean 0.5 and P(u < p) = p. Dropout of
# 0.1 percent drops about 0.1 percent of the values.
# Seen: the draw has only 128 different values, k / 128. The mean is 0.496, the largest
# value is 0.992. P(u < 0.001) is 1/128 = 0.0078, eight times too high. Dropout(0.001)
# drops 0.78 percent. float16 has 1024 values and a smaller error.
# Why it matters to a GAN user: adaptive augmentation (ADA) starts at p = 0 and raises
# p in steps near 0.001. In bfloat16 the first step augments eight times too often, and
# p cannot move in smaller steps than 1/128. The mixing weight of a gradient penalty and
# a uniform latent vector are biased as well.
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
n = 1_000_000
f32 = lambda t: np.asarray(keras.ops.cast(t, "float32"))
for dtype in ("float32", "float16", "bfloat16"):
    u = f32(keras.random.uniform((n,), dtype=dtype, seed=1))
    d = f32(keras.layers.Dropout(0.001, dtype=dtype, seed=1)(np.ones(n, "float32"), training=True))
    values, mean, p, drop = len(np.unique(u)), float(u.mean(dtype="float64")), (u < 0.001).mean(), (d == 0).mean()
    print(f"{dtype:9s} values {values:7d} mean {mean:.4f} max {u.max():.4f} "
          f"P(u<0.001) {p:.5f} Dropout(0.001) drops {drop:.5f}")
    if dtype == "float32":
        assert abs(mean - 0.5) < 1e-3 and p < 0.0012 and drop < 0.0012
    if dtype == "bfloat16":
        assert values == 128 and mean < 0.497 and p > 0.007 and drop > 0.007
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
