"""3D-GAN by class on furniture of 32^3 voxels: Fréchet distance on a small 3D classifier, coverage and minimum matching distance.

    taskset -c 0 python benchmarks/shapes.py --results shapes.jsonl --data ../shared/data/furniture32.npz --minutes 40 --out shapes

The classifier learns the classes from the training shapes and their mirror images; agreement is how often it finds the class that was asked for. Distances
are to the held-out shapes; rows "train" are the same figures of the training shapes. Classes are drawn as often as they are in the training.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from machine import machine
from sound import until


def figures(shapes, labels, extractor, held_out):
    """Agreement, Fréchet distance, coverage and matching distance of shapes, as many as `labels`."""
    from keras_gan import metrics

    features = [np.asarray(extractor(x)) for x in (shapes, held_out)]
    coverage, matching = metrics.shapes.coverage_and_matching(
        metrics.shapes.chamfer_distances(held_out, shapes)
    )
    return {
        "agreement": float((np.asarray(extractor.classifier(shapes)).argmax(1) == labels).mean()),
        "frechet": float(metrics.functional.frechet_distance(*features)),
        "coverage": float(coverage),
        "matching": float(matching),
        "volume": float((shapes > 0.5).mean((1, 2, 3, 4)).mean()),
    }


def run(options):
    import keras

    import keras_gan
    from keras_gan import recipes

    keras.utils.set_random_seed(options.seed)
    z = np.load(options.data)
    solid = {
        split: np.unpackbits(z[f"{split}_voxels"], axis=-1).astype("float32")[..., None]
        for split in ("train", "test")
    }
    labels = {split: z[f"{split}_label"].astype("int64") for split in solid}
    classes = [str(name) for name in z["classes"]]
    both = (
        np.concatenate([solid["train"], solid["train"][:, ::-1]]),
        np.concatenate([labels["train"]] * 2),
    )
    extractor = keras_gan.metrics.train_extractor(both, (solid["test"], labels["test"]), epochs=40)
    rng = np.random.default_rng(0)
    asked = rng.choice(labels["train"], options.samples)

    name = "conditional-gan3d"
    data = keras_gan.data.shapes(
        solid["train"],
        labels["train"],
        batch_size=recipes.get(name, "small").batch_size,
        mirror=True,
        class_names=classes,
        seed=options.seed,
    )
    gan = recipes.build(name, (32, 32, 32, 1), seed=options.seed, num_classes=len(classes))
    of_training = figures(solid["train"], labels["train"], extractor, solid["test"])
    print("train", of_training, flush=True)
    curve, began = [], time.process_time()
    while time.process_time() - began < 60 * options.minutes:
        left = options.minutes - (time.process_time() - began) / 60
        gan.fit(data, epochs=100_000, verbose=0, callbacks=[until(min(options.every, left))])
        made = gan.generate(len(asked), seed=1, labels=asked)
        found = figures(made, asked, extractor, solid["test"])
        minutes = round((time.process_time() - began) / 60, 1)
        curve.append({"minutes": minutes, "steps": int(gan.state.step.numpy()), **found})
        print({k: round(v, 4) for k, v in curve[-1].items()}, flush=True)
        if options.out:
            folder = pathlib.Path(options.out)
            folder.mkdir(parents=True, exist_ok=True)
            some = gan.generate(8 * len(classes), seed=0, labels=np.repeat(np.arange(len(classes)), 8))
            grid = keras_gan.grid.image_grid(gan.modality.to_pictures(some), 8, row_names=classes)
            grid.save(folder / "furniture.png")
            gan.save(folder / "furniture.keras")
    return {
        "what": "furniture",
        "classifier": extractor.accuracy,
        "train": of_training,
        **curve[-1],
        "curve": curve,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--results", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--every", type=float, default=5.0)
    parser.add_argument("--samples", type=int, default=278)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", help="folder for a picture and the model")
    options = parser.parse_args()
    row = {**run(options), "seed": options.seed, **machine()}
    with open(options.results, "a") as file:
        file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
