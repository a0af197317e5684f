#!/usr/bin/env bash
# keras_accumulation_schedule_too_fast
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6
#
# Expected: with gradient_accumulation_steps=4 the learning-rate schedule advances once
# per real update, as optimizer.iterations does. 10 updates of a CosineDecay over 10
# steps use the whole curve.
# Seen: the schedule reads the count of apply() calls, so it runs 4 times too fast. The
# third update already has a learning rate of 0, and the weights stop. optimizer.iterations
# still reports real updates, so a log shows nothing odd.
# Why it matters to a GAN user: accumulation is used to reach the large batches that
# GANs need. If generator and discriminator have different accumulation, one of the two
# silently stops learning long before the other.
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

def steps(acc):
    """Size of each of 10 real updates, for a gradient of 1."""
    schedule = keras.optimizers.schedules.CosineDecay(0.1, decay_steps=10)
    v = keras.Variable([0.0])
    opt = keras.optimizers.SGD(schedule, gradient_accumulation_steps=acc)
    opt.build([v])
    sizes, last = [], 0.0
    for _ in range(10):
        for _ in range(acc or 1):
            opt.apply([tf.constant([1.0])], [v])
        sizes.append(round(last - float(v[0]), 4))
        last = float(v[0])
    return sizes, int(opt.iterations)

plain, n1 = steps(None)
accum, n2 = steps(4)
print("no accumulation :", plain, "iterations", n1)
print("accumulation 4  :", accum, "iterations", n2)
assert n1 == n2 == 10
assert plain[0] == 0.1 and all(s > 0 for s in plain)
assert accum[0] < plain[0] and not any(accum[2:])     # frozen from the third update on
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
