#!/usr/bin/env bash
# soundfile_opus_end_of_clip
# Packages: soundfile==0.14.0 (libsndfile 1.2.2) numpy==2.4.6 imageio-ffmpeg==0.6.0
#
# Expected: a sine of one second written as Opus and read again differs by the noise of
# the codec, some hundredths, from its first sample to its last.
# Seen: where the clip is a whole number of half seconds long, the last 4 milliseconds
# of the file are wrong: the error there is larger than the amplitude itself. Before
# them it is 0.03 at most. The file is wrong, not the reading: ffmpeg decodes the same
# end. The same samples encoded by ffmpeg have a right end in both readers. A clip of
# 0.25 s, which ends within a packet of the codec, is right.
# Why it matters to a GAN user: data sets of sound are cut into clips of a round length
# and kept as Opus to save space. Each real clip ends with a click, which the generator
# learns and the discriminator judges by.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    soundfile==0.14.0 \
    numpy==2.4.6 \
    imageio-ffmpeg==0.6.0

cat > check.py <<'PY'
import subprocess

import imageio_ffmpeg, numpy as np, soundfile
print("soundfile", soundfile.__version__, soundfile.__libsndfile_version__)
FFMPEG, RATE, END = imageio_ffmpeg.get_ffmpeg_exe(), 48000, 240

def by_ffmpeg(path):
    out = ["-f", "f32le", "-ac", "1", "-ar", str(RATE), "-"]
    raw = subprocess.run([FFMPEG, "-loglevel", "error", "-i", path, *out], capture_output=True, check=True)
    return np.frombuffer(raw.stdout, "float32")

def by_soundfile(path):
    return soundfile.read(path, dtype="float32")[0]

def errors(x, y):
    error = np.abs(x - y[: len(x)])
    return error[:-END].max(), error[-END:].max()

for seconds in (0.25, 0.5, 1.0, 2.0):
    x = (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE)) / RATE)).astype("float32")
    soundfile.write("x.wav", x, RATE, subtype="FLOAT")
    soundfile.write("soundfile.opus", x, RATE, format="OGG", subtype="OPUS")
    encode = [FFMPEG, "-y", "-loglevel", "error", "-i", "x.wav", "-c:a", "libopus", "-b:a", "96k", "ffmpeg.opus"]
    subprocess.run(encode, check=True)
    for writer in ("soundfile", "ffmpeg"):
        for reader in (by_soundfile, by_ffmpeg):
            before, end = errors(x, reader(f"{writer}.opus"))
            print(
                f"{seconds} s, written by {writer:9}, read {reader.__name__:12}: error {before:.3f},"
                f" in the last 5 ms {end:.3f}"
            )
            assert before < 0.1
            assert (end > 0.5) == (writer == "soundfile" and seconds > 0.25)
PY

venv/bin/python check.py
