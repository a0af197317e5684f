#!/usr/bin/env bash
# tf_random_index_shuffle_zero_seed
# Packages: tensorflow==2.21.0 numpy==2.4.6
#
# Expected: tf.raw_ops.RandomIndexShuffle, with its default of four rounds, puts the numbers
# 0 .. n - 1 into an order that looks random for every seed of three words: the correlation of
# place and number is near 0, about 1 / sqrt(n).
# Seen: where the first word is 0, small sets come out nearly in their own order. For n = 60
# and the seeds (0, e, 0), e = 0 .. 9, the correlation is between .32 and .83; for n = 5,000
# its mean is still far from 0, some seventeen standard deviations. For the first words 1 and
# 2 it is noise. No warning is given, and every result is a permutation.
# Why it matters to a GAN user: data pipelines that resume at any step shuffle by
# (seed, epoch, place), and 0 is the most common seed. A folder sorted by class then comes
# class after class, which a conditional model or batch statistics take badly.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check tensorflow==2.21.0 numpy==2.4.6

cat > check.py <<'PY'
import numpy as np
import tensorflow as tf

print("tensorflow", tf.__version__)


def correlation(n, first, second):
    placed = tf.raw_ops.RandomIndexShuffle(
        index=tf.range(n, dtype=tf.int64),
        seed=tf.constant([[first, second, 0]] * n, tf.int32),
        max_index=tf.constant(n - 1, tf.int64),
        rounds=4,  # the default
    ).numpy()
    assert sorted(placed) == list(range(n))  # a permutation
    return np.corrcoef(placed, np.arange(n))[0, 1]


for n in (60, 5000):
    for first in (0, 1, 2):
        found = [correlation(n, first, second) for second in range(10)]
        mean = np.mean(found)
        print(f"n = {n:5}, seed ({first}, 0 .. 9, 0): mean correlation {mean:6.3f}, "
              f"standard deviation of chance {1 / np.sqrt(10 * n):.3f}")
        if first == 0:
            assert mean > 5 / np.sqrt(10 * n)
        else:
            assert abs(mean) < 4 / np.sqrt(10 * n)
print("with a first word of 0 the order is nearly the numbers' own")
PY

export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
