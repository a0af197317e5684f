#!/usr/bin/env bash
# tf_decode_image_palette_alpha
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6 pillow==13.0.0
#
# Expected: a palette PNG without transparency, read as RGBA, has alpha 255 everywhere.
# Pillow gives that.
# Seen: tf.io.decode_image(channels=4) fills alpha with 2**bits - 1, where bits is the
# bit depth of the file. A palette of 2, 4 or 16 colours gives alpha 1, 3 or 15. A
# palette of 256 colours gives 255. keras.utils.image_dataset_from_directory with
# color_mode="rgba" returns the same values. Pillow writes the smallest bit depth that
# fits, so pixel art and sprites are hit.
# Why it matters to a GAN user: an RGBA sprite GAN trains on images that are nearly
# transparent, mixed with images that are opaque. Loading prints no warning.
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
import io, os, tempfile
import keras, numpy as np, tensorflow as tf, PIL
from PIL import Image
print("tensorflow", tf.__version__, "keras", keras.__version__, "pillow", PIL.__version__)
rng = np.random.default_rng(0)
for colours, expected_alpha in [(2, 1), (4, 3), (16, 15), (256, 255)]:
    im = Image.new("P", (16, 16))
    im.putpalette(rng.integers(0, 256, 3 * colours).tolist())
    im.putdata((np.arange(256) % colours).tolist())
    buf = io.BytesIO()
    im.save(buf, "PNG")
    want = np.asarray(Image.open(io.BytesIO(buf.getvalue())).convert("RGBA"))
    got = tf.io.decode_image(buf.getvalue(), channels=4).numpy()
    with tempfile.TemporaryDirectory() as d:
        open(os.path.join(d, "a.png"), "wb").write(buf.getvalue())
        ds = keras.utils.image_dataset_from_directory(
            d, labels=None, color_mode="rgba", image_size=(16, 16), verbose=False)
        loaded = next(iter(ds)).numpy()[0]
    print(f"{colours:3d} colours: alpha Pillow {np.unique(want[..., 3])}, "
          f"TensorFlow {np.unique(got[..., 3])}, Keras loader {np.unique(loaded[..., 3])}")
    assert (want[..., 3] == 255).all() and (want[..., :3] == got[..., :3]).all()
    assert (got[..., 3] == expected_alpha).all() and (loaded[..., 3] == expected_alpha).all()
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
