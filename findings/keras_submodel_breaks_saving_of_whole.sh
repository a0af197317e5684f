#!/usr/bin/env bash
# keras_submodel_breaks_saving_of_whole
# Packages: keras==3.15.1 tensorflow-cpu==2.21.0
#
# Expected: building a second keras.Model from tensors of a functional model leaves the first
# one as it is; at most the second one is refused.
# Seen: where the second model's inputs are a tensor inside the first one and one of the
# first one's own inputs, it is built and computes the right values, and from then on the
# first model computes, but has no config any more: get_config and save raise "Internal
# error: could not find node key", with a number in place of a layer's name. The file that
# save was to write is there, and cannot be loaded. With new inputs in place of the own one
# nothing breaks. Building the part moves the node index that the first model's input
# tensor remembers.
# Why it matters to a GAN user: the natural way to run a conditional discriminator's image
# layers once for several conditions is to split it where the condition enters. The
# training then works until the first checkpoint or the final save, which fails.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    keras==3.15.1 \
    tensorflow-cpu==2.21.0

cat > check.py <<'PY'
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

print("keras", keras.__version__)


def discriminator():
    image, condition = keras.Input((4,)), keras.Input((2,))
    features = keras.layers.Dense(3)(image)
    logit = keras.layers.Dense(1)(keras.layers.Concatenate()([features, condition]))
    return keras.Model([image, condition], logit), features


values = np.ones((1, 4), "float32"), np.ones((1, 2), "float32")
whole, features = discriminator()
image, condition = whole.inputs
whole.save("before.keras")
trunk = keras.Model(image, features)
whole.save("with_trunk.keras")
head = keras.Model([features, condition], whole.output)
expected = whole.predict(values, verbose=0)
np.testing.assert_allclose(head.predict([trunk.predict(values[0], verbose=0), values[1]], verbose=0), expected, rtol=1e-6)
for name, function in (("get_config", whole.get_config), ("save", lambda: whole.save("after.keras"))):
    try:
        function()
    except RuntimeError as error:
        message = str(error)
    else:
        raise SystemExit(f"{name} works")
    print(f"{name}: RuntimeError: {message.split('node key')[0]}node key ...")
    assert "could not find node key" in message
print("file left by save:", os.path.getsize("after.keras"), "bytes")
try:
    keras.saving.load_model("after.keras")
except Exception as error:
    print("loading it:", type(error).__name__)
else:
    raise SystemExit("the file is whole")

whole, features = discriminator()
given = keras.Input((3,)), keras.Input((2,))
layers = whole.layers[-2:]
head = keras.Model(given, layers[1](layers[0](list(given))))
whole.save("other.keras")
print("with new inputs for the part: saved")
PY

venv/bin/python check.py
