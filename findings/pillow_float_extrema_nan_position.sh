#!/usr/bin/env bash
# pillow_float_extrema_nan_position
# Packages: Pillow==13.0.0 numpy==2.4.6
#
# Expected: the lowest and the highest value of a float image with one NaN are either NaN
# or those of the other pixels, wherever the NaN is.
# Seen: getextrema gives (nan, nan) if the NaN is the first pixel, and the extrema of the
# other pixels if it is any other one. A resize spreads the NaN over its surroundings in
# both cases, and numpy.min and max give NaN in both.
# Why it matters to a GAN user: scientific TIFF files of floats mark missing values with
# NaN. A check of a folder's values by their extrema lets almost all such files pass; the
# resize then enlarges the hole, and one NaN makes the weights NaN at the first step.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    Pillow==13.0.0 \
    numpy==2.4.6

cat > check.py <<'PY'
import numpy as np
import PIL
from PIL import Image

print("Pillow", PIL.__version__, "numpy", np.__version__)
for place in (0, 1, 7, 63):
    values = np.linspace(0.0, 1.0, 64, dtype="float32").reshape(8, 8)
    values.flat[place] = np.nan
    Image.fromarray(values).save("a.tif")
    with Image.open("a.tif") as image:
        found = image.getextrema()
        small = np.asarray(image.resize((4, 4), Image.Resampling.BICUBIC))
    print(f"NaN in pixel {place:2}: extrema {found}, {np.isnan(small).sum()} of 16 pixels NaN after a resize to 4 x 4")
    assert np.isnan(found).all() == (place == 0)
    assert np.isnan(values.max())
    assert np.isnan(small).sum() > 1
PY

venv/bin/python check.py
