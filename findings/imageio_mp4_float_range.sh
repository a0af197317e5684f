#!/usr/bin/env bash
# imageio_mp4_float_range
# Packages: imageio==2.38.1 imageio-ffmpeg==0.8.1 numpy==2.4.6 pillow==13.0.0
#
# Expected: writing float frames in [-1, 1] to an MP4 file maps all frames in one way, or
# raises, as the GIF and PNG writers of the same library do.
# Seen: frames in [0, 1] are scaled by 255. As soon as a frame has a value below 0 or
# above 1, that one frame is stretched from its own minimum to its own maximum. A frame of
# low contrast gets full contrast. A frame of one value -1 (black) is written as 255
# (white). The library logs "Lossy conversion", with the same words for a right frame.
# Why it matters to a GAN user: a latent walk in [-1, 1] flickers, since each frame has
# its own scale. A collapsed generator with almost flat output shows full contrast. The
# black start of a fade is white.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    imageio==2.38.1 \
    imageio-ffmpeg==0.8.1 \
    numpy==2.4.6 \
    pillow==13.0.0

cat > check.py <<'PY'
import imageio.v3 as iio, imageio, imageio_ffmpeg, logging, numpy as np
logging.disable(logging.WARNING)
print("imageio", imageio.__version__, "imageio-ffmpeg", imageio_ffmpeg.__version__, "numpy", np.__version__)
ramp = np.linspace(0, 1, 64, dtype="float32")[None, :, None] * np.ones((64, 1, 3), "float32")

def through_mp4(frame):
    iio.imwrite("v.mp4", np.stack([frame] * 4), fps=4)
    f = list(iio.imiter("v.mp4"))[1]
    return int(f.min()), int(f.max())

rows = {
    "[0, 1]": (ramp, (0, 255)),
    "[0.4, 0.6]": (0.4 + 0.2 * ramp, (102, 153)),
    "[-1, 1]": (ramp * 2 - 1, (0, 255)),
    "[-0.1, 0.1]": (ramp * 0.2 - 0.1, (115, 140)),
    "[0, 1.01]": (ramp * 1.01, (0, 255)),
    "constant -1": (np.full_like(ramp, -1), (0, 0)),
}
got = {}
for name, (frame, want) in rows.items():
    got[name] = through_mp4(frame)
    print(f"{name:12s} pixel range in the video {got[name]}, one map for all frames would give {want}")
near = lambda a, b: abs(a[0] - b[0]) <= 6 and abs(a[1] - b[1]) <= 6
assert near(got["[0.4, 0.6]"], (102, 153))       # scaled by 255
assert near(got["[-0.1, 0.1]"], (0, 255))        # stretched to full contrast
assert got["constant -1"][0] >= 250              # black became white
try:
    iio.imwrite("v.gif", np.stack([ramp] * 4))
    raise SystemExit("GIF took float frames")
except TypeError as e:
    print("GIF writer:", type(e).__name__, e)
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
