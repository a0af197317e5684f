#!/usr/bin/env bash
# tensorflow_conv3d_gradient_without_onednn
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6
#
# Expected: on a CPU TF_ENABLE_ONEDNN_OPTS=0 costs some tens of percent of the speed.
# Seen: the gradient of a 3-D convolution takes 95 times as long without oneDNN
# (4.06 s against .043 s of CPU for 16 examples of 16 x 16 x 16 x 16, one core of an
# AMD EPYC), that of a 2-D convolution about twice as long. TensorFlow turns oneDNN on
# by itself on CPUs with AVX-512 VNNI and the
# like only: on a CPU with AVX2 alone the slow code is the default, without a word.
# Why it matters to a GAN user: a step of a 3-D GAN took minutes in place of a second,
# and nothing says why. Set TF_ENABLE_ONEDNN_OPTS=1 before Python starts.
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
import sys, time
import tensorflow as tf

x3, k3 = tf.random.normal((16, 16, 16, 16, 16)), tf.random.normal((4, 4, 4, 16, 32))
x2, k2 = tf.random.normal((16, 64, 64, 16)), tf.random.normal((4, 4, 16, 32))

def gradient(convolve, x, k, strides):
    @tf.function
    def function(x, k):
        with tf.GradientTape() as tape:
            tape.watch([x, k])
            y = tf.reduce_sum(convolve(x, k, strides, "SAME") ** 2)
        return tape.gradient(y, [x, k])
    return lambda: function(x, k)

def seconds(function, repeats):
    function()
    begin = time.process_time()
    for _ in range(repeats):
        function()
    return (time.process_time() - begin) / repeats

print(
    tf.__version__,
    seconds(gradient(tf.nn.conv3d, x3, k3, (1, 2, 2, 2, 1)), 2),
    seconds(gradient(tf.nn.conv2d, x2, k2, (1, 2, 2, 1)), 5),
)
PY

export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
pin=""
command -v taskset > /dev/null && pin="taskset -c 0"
run() { $pin venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }; }
without="$(TF_ENABLE_ONEDNN_OPTS=0 run)"
with="$(TF_ENABLE_ONEDNN_OPTS=1 run)"
default="$(unset TF_ENABLE_ONEDNN_OPTS; run)"
venv/bin/python - "$without" "$with" "$default" <<'PY'
import sys
rows = [text.split() for text in sys.argv[1:]]
print("tensorflow", rows[0][0], "- CPU seconds of a gradient")
for name, (_, three, two) in zip(("TF_ENABLE_ONEDNN_OPTS=0", "TF_ENABLE_ONEDNN_OPTS=1", "not set"), rows):
    print(f"{name:24s} conv3d {float(three):8.4f}  conv2d {float(two):8.4f}")
slower = [float(rows[0][i]) / float(rows[1][i]) for i in (1, 2)]
print(f"without oneDNN: conv3d {slower[0]:.0f} times as long, conv2d {slower[1]:.1f} times")
assert slower[0] > 10 and slower[1] < 10
PY
