#!/usr/bin/env bash
# keras_text_vectorization_callable_config
# Packages: keras==3.15.1 tensorflow==2.21.0
#
# Expected: a TextVectorization layer whose `standardize` is a registered function can be made
# again from its own configuration, as all layers can: `from_config(get_config())`, and a model
# with it be copied by `keras.models.clone_model`. With `standardize="lower"` both work.
# Seen: both raise "Could not parse config: <function ...>": `get_config` holds the function
# itself, and `from_config` takes only a name or a serialised object. Saving the model as a
# .keras file and loading it works, as there the function is serialised on the way.
# Why it matters to a GAN user: text encoders with a standardisation of their own (scripts
# beyond ASCII) are copied for a moving average of the weights, or trained in a fold each.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check keras==3.15.1 tensorflow==2.21.0

cat > check.py <<'PY'
import keras
import tensorflow as tf

print("keras", keras.__version__, "tensorflow", tf.__version__)


@keras.saving.register_keras_serializable("example")
def lower(texts):
    return tf.strings.lower(texts, "utf-8")


def outcome(make):
    try:
        make()
    except TypeError as error:
        return f"TypeError: {str(error).split('<')[0].strip()}"
    return "works"


for standardize in ("lower", lower):
    layer = keras.layers.TextVectorization(standardize=standardize, vocabulary=["red", "heart"])
    model = keras.Sequential([keras.Input((), dtype="string"), layer])
    model.save("model.keras")
    found = {
        "from_config": outcome(lambda: type(layer).from_config(layer.get_config())),
        "clone_model": outcome(lambda: keras.models.clone_model(model)),
        "load_model": outcome(lambda: keras.saving.load_model("model.keras")),
    }
    print(standardize if isinstance(standardize, str) else "a function", found)
    expected = "works" if standardize == "lower" else "TypeError: Could not parse config:"
    assert found == {"from_config": expected, "clone_model": expected, "load_model": "works"}
print("a layer with a function cannot be made again from its configuration")
PY

export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
