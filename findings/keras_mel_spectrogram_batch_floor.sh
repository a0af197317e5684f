#!/usr/bin/env bash
# keras_mel_spectrogram_batch_floor
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6
#
# Expected: MelSpectrogram gives a clip the same spectrogram alone and beside other clips.
# Seen: the floor of decibels, top_db=80 below the maximum, is taken from the maximum of
# the whole batch. A quiet tone has bins from -100 to -37 dB when it is alone. Beside a
# loud tone the floor lies above all of its bins, and every bin becomes the same number:
# the quiet clip is gone. The layer has no option for a floor by clip; a large top_db
# turns the floor off.
# Why it matters to a GAN user: a discriminator on spectrograms sees real and generated
# clips in different batches. Clips of one loudness get different floors there, and the
# score of a clip depends on its neighbours. In a tf.data pipeline that maps clips one
# by one the numbers differ from those after batching.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    tensorflow==2.21.0 \
    keras==3.15.1 \
    numpy==2.4.6

cat > check.py <<'PY'
import keras, numpy as np, tensorflow as tf
print("tensorflow", tf.__version__, "keras", keras.__version__)
t = np.arange(8000) / 8000
loud = np.sin(2 * np.pi * 440 * t).astype("float32")
quiet = 1e-4 * loud
kind = dict(sampling_rate=8000, num_mel_bins=32, fft_length=512, sequence_stride=256)
for top_db in (80.0, 1000.0):
    mel = keras.layers.MelSpectrogram(**kind, top_db=top_db)
    alone = np.asarray(mel(quiet[None]))[0]
    beside = np.asarray(mel(np.stack([quiet, loud])))[0]
    print(
        f"top_db={top_db:g}: alone {alone.min():.1f} to {alone.max():.1f} dB,"
        f" beside a loud clip {beside.min():.1f} to {beside.max():.1f} dB"
    )
    if top_db == 80.0:
        assert alone.max() - alone.min() > 50 and np.ptp(beside) < 1e-3
    else:
        assert np.abs(alone - beside).max() < 1e-3
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
