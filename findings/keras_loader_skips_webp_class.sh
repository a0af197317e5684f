#!/usr/bin/env bash
# keras_loader_skips_webp_class
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6 pillow==13.0.0
#
# Expected: image_dataset_from_directory loads .webp files. tf.io.decode_image, which it
# uses, reads WebP in this TensorFlow. If not, a folder of .webp files is no class.
# Seen: the loader takes only .bmp, .gif, .jpeg, .jpg and .png. It skips .webp, .tif,
# .avif and .jfif without a warning. A folder with only .webp files is still a class:
# class_names has it, no image has its label. One line with the number of files is
# printed, and verbose=False removes it.
# Why it matters to a GAN user: crawled data sets mix JPEG and WebP. A conditional GAN is
# built for N classes, one of which never gets an image. That class gives noise, and the
# data set is smaller than the user thinks.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    tensorflow==2.21.0 \
    keras==3.15.1 \
    numpy==2.4.6 \
    pillow==13.0.0

cat > check.py <<'PY'
import os
import keras, numpy as np, tensorflow as tf, PIL
from PIL import Image
print("tensorflow", tf.__version__, "keras", keras.__version__, "pillow", PIL.__version__)
image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype("uint8"))
for cls, ext, fmt in [("cat", "png", "PNG"), ("cat", "webp", "WEBP"), ("cat", "tif", "TIFF"),
                      ("cat", "jfif", "JPEG"), ("dog", "webp", "WEBP")]:
    os.makedirs(f"data/{cls}", exist_ok=True)
    for i in range(3):
        image.save(f"data/{cls}/{i}.{ext}", fmt)
webp = open("data/dog/0.webp", "rb").read()
print("tf.io.decode_image of a .webp file:", tf.io.decode_image(webp, channels=3, expand_animations=False).shape)
ds = keras.utils.image_dataset_from_directory("data", image_size=(8, 8), batch_size=4)
labels = [int(v) for _, y in ds for v in y]
count = sum(len(f) for _, _, f in os.walk("data"))
print("files on disk", count, " images loaded", len(labels), " classes", ds.class_names, " labels seen", sorted(set(labels)))
assert count == 15 and len(labels) == 3
assert ds.class_names == ["cat", "dog"] and set(labels) == {0}
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
