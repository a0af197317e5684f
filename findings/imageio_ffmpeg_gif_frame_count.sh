#!/usr/bin/env bash
# imageio_ffmpeg_gif_frame_count
# Packages: imageio-ffmpeg==0.6.0 pillow==12.0.0 numpy==2.4.6
#
# Expected: a GIF is read as meta["fps"] x meta["duration"] frames, each once. Ten frames of
# 0.1 s each are.
# Seen: ten frames of 0.07 s each come as 20, every one twice, while meta says 14.29 frames per
# second and 0.7 s, which are 10. Two frames of 0.2 s come as 40, where meta says 5.0 and 0.4.
# Why it matters to a GAN user: clips of a folder of GIFs are cut into examples of 16 frames.
# Of such files the motion that is learnt is 2 to 20 times too slow, with pairs of equal
# frames. Asking for a rate by "-vf fps=..." gives the true times.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check imageio-ffmpeg==0.6.0 pillow==12.0.0 numpy==2.4.6

cat > check.py <<'PY'
import imageio_ffmpeg, numpy as np
from PIL import Image, __version__

print("imageio-ffmpeg", imageio_ffmpeg.__version__, "ffmpeg", imageio_ffmpeg.get_ffmpeg_version(), "pillow", __version__)


def frames_of(path, **options):
    reader = imageio_ffmpeg.read_frames(path, **options)
    meta = next(reader)
    return meta, [int(np.frombuffer(frame, "uint8").mean()) for frame in reader]


for delay, count, come in ((100, 10, 10), (70, 10, 20), (200, 2, 40)):
    images = [Image.fromarray(np.full((32, 32, 3), 20 * i, "uint8")) for i in range(count)]
    images[0].save("clip.gif", save_all=True, append_images=images[1:], duration=delay, loop=0)
    meta, levels = frames_of("clip.gif")
    print(count, "frames of", delay, "ms: fps", meta["fps"], "duration", meta["duration"], "come", levels)
    assert round(meta["fps"] * meta["duration"]) == count and len(levels) == come
_, levels = frames_of("clip.gif", output_params=["-vf", "fps=10"])
print("asked for 10 per second:", levels)
assert len(levels) == 4
PY
venv/bin/python check.py
