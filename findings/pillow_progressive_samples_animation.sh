#!/usr/bin/env bash
# pillow_progressive_samples_animation
# Packages: pillow==13.0.0 numpy==2.4.6
#
# Expected: Image.save(save_all=True) with frames of 4x4, 8x8 and 16x16 raises, for every
# animation format, as WebP and AVIF do. Each saved sample is one frame of the file.
# Seen: (1) GIF takes the three frames without a word. Read back, the 8x8 sample is cut
# to its top-left 4x4 pixels, and the 16x16 sample to its top-left 8x8 pixels. APNG pads
# the small frames with black. (2) GIF, WebP and APNG merge equal neighbour frames and
# add up their durations: 6 samples give 3 frames. AVIF keeps 6.
# Why it matters to a GAN user: a progressively grown GAN writes one sample per
# resolution. The GIF of its growth shows corners of the samples. A collapsed generator
# writes equal samples, so frame k of the file is no longer sample k.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    pillow==13.0.0 \
    numpy==2.4.6

cat > check.py <<'PY'
import io
import numpy as np, PIL
from PIL import Image
print("pillow", PIL.__version__, "numpy", np.__version__)

def save(frames, fmt):
    b = io.BytesIO()
    frames[0].save(b, fmt, save_all=True, append_images=frames[1:], duration=100, lossless=True)
    return Image.open(io.BytesIO(b.getvalue()))

def read(im):
    out = []
    for i in range(im.n_frames):
        im.seek(i)
        out.append(np.asarray(im.convert("L")))
    return out

src = [np.random.default_rng(s).integers(0, 256, (s, s)).astype("uint8") for s in (4, 8, 16)]
frames = [Image.fromarray(a) for a in src]
for fmt in ("GIF", "PNG", "WEBP", "AVIF"):
    try:
        got = read(save(frames, fmt))
        print(f"{fmt}: wrote 4x4, 8x8, 16x16, read", [a.shape for a in got])
        if fmt == "GIF":
            assert [a.shape for a in got] == [(4, 4), (4, 4), (8, 8)]
            assert (got[1] == src[1][:4, :4]).all() and (got[2] == src[2][:8, :8]).all()
        if fmt == "PNG":
            assert [a.shape for a in got] == [(16, 16)] * 3 and not got[0][4:].any()
        assert fmt in ("GIF", "PNG")
    except (RuntimeError, ValueError) as e:
        print(f"{fmt}: {type(e).__name__}: {e}")
        assert fmt in ("WEBP", "AVIF")

rng = np.random.default_rng(0)
a, b = (Image.fromarray(rng.integers(0, 256, (16, 16, 3)).astype("uint8")) for _ in range(2))
for fmt, n in [("GIF", 3), ("PNG", 3), ("WEBP", 3), ("AVIF", 6)]:
    count = save([a, a, a, b, b, a], fmt).n_frames
    print(f"{fmt}: 6 samples saved (a a a b b a), {count} frames in the file")
    assert count == n
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
