"""Measures runs whose presets come with keras_gan and which `keras-gan evaluate` cannot measure; `keras-gan push` takes what it writes.

    python benchmarks/presets.py adult RUN --data adult.csv.gz
    python benchmarks/presets.py furniture RUN --data furniture32.npz
    python benchmarks/presets.py drums RUN --data drums

Writes `evaluation.json` into the run folder: adult, shares of the columns and pairs against the held-out rows; furniture, coverage
and minimum matching distance of the held-out shapes; drums, the Fréchet distance of log-mel spectra to the recordings.
"""

import argparse
import json
import pathlib

import numpy as np
from machine import machine

from keras_gan.runs.load import load_model


def adult(gan, data):
    import pandas

    from keras_gan.metrics import tables

    frame = pandas.read_csv(data, skipinitialspace=True)
    held_out = frame[frame.split == "test"].drop(columns="split")
    made = gan.sample(len(held_out), seed=0)
    return len(held_out), {
        "column_shapes": np.mean(list(tables.column_shapes(held_out, made).values())),
        "pair_trends": np.mean(list(tables.pair_trends(held_out, made).values())),
    }


def furniture(gan, data):
    from keras_gan.metrics.shapes import chamfer_distances, coverage_and_matching

    with np.load(data) as file:
        held_out = np.unpackbits(file["test_voxels"], axis=-1).astype(bool)
        classes = list(file["classes"])
        labels = np.repeat([gan.class_names.index(classes[label]) for label in file["test_label"]], 5)
    made = np.asarray(gan.generate(len(labels), seed=0, labels=labels))
    coverage, matching = coverage_and_matching(chamfer_distances(held_out, made))
    return len(made), {"coverage": coverage, "minimum_matching_distance": matching}


def drums(gan, data):
    import soundfile

    from keras_gan.layers import MelSpectrogram
    from keras_gan.metrics.functional import frechet_distance

    real = np.stack(
        [soundfile.read(path, dtype="float32")[0] for path in sorted(pathlib.Path(data).glob("*.wav"))]
    )
    made = np.asarray(gan.modality.front_end.to_sounds(gan.generate(256, seed=0)), "float32").reshape(
        256, -1
    )[:, : real.shape[1]]
    mel = MelSpectrogram(8000, bands=20, fft=512, hop=512)
    features = [np.asarray(mel(x[..., None])).reshape(len(x), -1)[:, :64] for x in (real, made)]
    return len(made), {"frechet_log_mel": frechet_distance(*features)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("preset", choices=("adult", "furniture", "drums"))
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--data", required=True)
    options = parser.parse_args()
    count, found = globals()[options.preset](load_model(options.run), options.data)
    row = {
        "reference": f"folder:{pathlib.Path(options.data).name}",
        "split": "all" if options.preset == "drums" else "held out",
        "figures": {name: {"value": float(value), "n_generated": count} for name, value in found.items()},
        **machine(),
    }
    (options.run / "evaluation.json").write_text(json.dumps(row, indent=2) + "\n")
    print(found)


if __name__ == "__main__":
    main()
