#!/usr/bin/env bash
# tfds_imports_without_builder
# Packages: tensorflow==2.20.0 tensorflow-datasets==4.9.10 tensorflow-metadata==1.21.0 protobuf==5.29.6 importlib_resources==6.5.2
#
# Expected: where a dependency of tensorflow_datasets cannot be imported, `import tensorflow_datasets` raises.
# Seen: beside protobuf 5.29.6 (of a default TensorFlow 2.20, as on Colab) pip installs tensorflow-metadata 1.21.0, whose generated code
# needs protobuf 6.31. `import tensorflow_datasets` succeeds and prints a traceback; `tfds.builder` and `tfds.load` do not
# exist, and using them is an AttributeError that names neither package.
# Why it matters to a GAN user: MNIST, CIFAR-10 and CelebA come from tensorflow_datasets. Code that takes the AttributeError for an
# unknown data set tells the user that "mnist" does not exist. tensorflow-metadata below 1.18 works.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    tensorflow==2.20.0 tensorflow-datasets==4.9.10 tensorflow-metadata==1.21.0 protobuf==5.29.6 importlib_resources==6.5.2

cat > check.py <<'PY'
from importlib.metadata import version
names = ("tensorflow", "tensorflow-datasets", "tensorflow-metadata", "protobuf")
print({name: version(name) for name in names})
import tensorflow_datasets as tfds
print("import succeeded; builder:", hasattr(tfds, "builder"), "load:", hasattr(tfds, "load"))
try:
    import tensorflow_metadata.proto.v0.schema_pb2
    cause = "none"
except Exception as error:
    cause = f"{type(error).__name__}: {str(error)[:120]}"
print("the cause that is not raised:", cause)
assert not hasattr(tfds, "builder") and not hasattr(tfds, "load") and cause.startswith("VersionError")
PY
export TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
