#!/usr/bin/env bash
# tf_rebatch_one_replica
# Packages: tensorflow==2.21.0 numpy==2.4.6
#
# Expected: a strategy with one replica distributes a data set that ends in `rebatch(k * b, drop_remainder=True)` as it is, in
# batches of k * b.
# Seen: `experimental_distribute_dataset` of OneDeviceStrategy and of MirroredStrategy with one device fails at the first batch with
# an InvalidArgumentError about incompatible shapes: the strategy gives the batches the static shape of before `rebatch`. With two
# replicas, or with any `map` behind `rebatch`, it works.
# Why it matters to a GAN user: k critic steps take k batches at once, and `rebatch` is the plain way to join them. WGAN-GP then
# trains without a strategy and on two GPUs, but not on one GPU under a strategy.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check tensorflow==2.21.0 numpy==2.4.6

cat > check.py <<'PY'
import numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
print("tensorflow", tf.__version__)
images, b, k = np.arange(96 * 2, dtype="float32").reshape(96, 2), 8, 3
plain = lambda: tf.data.Dataset.from_tensor_slices(images).batch(b, drop_remainder=True).rebatch(k * b, drop_remainder=True)
strategies = {
    "OneDeviceStrategy": tf.distribute.OneDeviceStrategy("CPU:0"),
    "MirroredStrategy, 1 device": tf.distribute.MirroredStrategy(["CPU:0"]),
    "MirroredStrategy, 2 devices": tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]),
}

def sizes(strategy, dataset):
    try:
        return [
            sum(len(part) for part in strategy.experimental_local_results(batch))
            for batch in strategy.experimental_distribute_dataset(dataset)
        ]
    except tf.errors.InvalidArgumentError as error:
        return f"InvalidArgumentError: {error.message.splitlines()[0][-90:]}"

found = {}
for name, strategy in strategies.items():
    found[name] = sizes(strategy, plain()), sizes(strategy, plain().map(lambda x: x))
    print(f"{name}: rebatch {found[name][0]}; rebatch and map {found[name][1]}")
right = [k * b] * (96 // (k * b))
for name, (bare, mapped) in found.items():
    assert mapped == right
    assert (bare == right) == (name == "MirroredStrategy, 2 devices")
PY
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
