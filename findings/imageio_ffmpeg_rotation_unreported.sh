#!/usr/bin/env bash
# imageio_ffmpeg_rotation_unreported
# Packages: imageio-ffmpeg==0.6.0 numpy==2.4.6
#
# Expected: of a video that a phone held upright recorded (a display matrix turns it by 90
# degrees), meta["rotate"] is 90 or -90, as its documentation has it for rotated videos.
# Seen: meta["rotate"] is 0. The frames themselves come turned, in the turned size. A reader
# that turns frames by meta["rotate"] is right by luck with this ffmpeg; one that reads
# meta["source_size"] for the shape of the frames mixes up rows and columns without an error.
# Why it matters to a GAN user: frames that are reshaped to the source's size are noise of
# slanted stripes, which a GAN learns as such.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check imageio-ffmpeg==0.6.0 numpy==2.4.6

cat > check.py <<'PY'
import subprocess

import imageio_ffmpeg
import numpy as np

print("imageio-ffmpeg", imageio_ffmpeg.__version__, "ffmpeg", imageio_ffmpeg.get_ffmpeg_version())
writer = imageio_ffmpeg.write_frames("straight.mp4", (64, 48), fps=10, macro_block_size=2)
writer.send(None)
for i in range(20):
    frame = np.zeros((48, 64, 3), "uint8")
    frame[:, :32] = 200  # bright at the left
    writer.send(frame)
writer.close()
ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
turn = ["-display_rotation", "90", "-i", "straight.mp4", "-c", "copy", "turned.mp4"]
subprocess.run([ffmpeg, "-y", "-loglevel", "error", *turn], check=True)
for name in ("straight.mp4", "turned.mp4"):
    reader = imageio_ffmpeg.read_frames(name)
    meta = next(reader)
    frame = np.frombuffer(next(reader), "uint8").reshape(*meta["size"][::-1], 3)
    reader.close()
    corners = [int(frame[y, x].mean()) for y, x in ((2, 2), (2, -2), (-2, 2), (-2, -2))]
    print(name, "size", meta["size"], "source_size", meta["source_size"], "rotate", meta["rotate"], "corners", corners)
    if name == "turned.mp4":
        # Bright rows now, and not columns: it was turned.
        assert meta["size"] == (48, 64) and meta["source_size"] == (64, 48) and meta["rotate"] == 0
        assert abs(corners[0] - corners[1]) < 20 and abs(corners[0] - corners[2]) > 150
PY
venv/bin/python check.py
