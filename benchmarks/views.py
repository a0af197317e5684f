"""pi-GAN on views of furniture, each of an angle that is not told: pictures of a volume that is turned.

    taskset -c 0 python benchmarks/views.py --results views.jsonl --data ../shared/data/furniture32.npz --minutes 15 --out views

"turn": how much the image of a generated volume changes by a hundredth of a turn, against half a turn, mean absolute difference of levels: a volume that is one changes little
by little. "Fréchet": on pixels of 8 x 8, beside that of other views of the same shapes.
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--results", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--kind", default="chair")
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--every", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", help="folder for pictures and the model")
    options = parser.parse_args()

    import keras

    import keras_gan
    from keras_gan import recipes
    from keras_gan.metrics.functional import frechet_distance
    from keras_gan.modalities.voxels import render

    z = np.load(options.data)
    solid = np.unpackbits(z["train_voxels"], axis=-1).astype(bool)
    solid = solid[z["train_label"] == list(z["classes"]).index(options.kind)]
    rng = np.random.default_rng(options.seed)

    def views(count):
        angles = rng.uniform((-np.pi, 0.2), (np.pi, 0.7), (count, 2))
        return np.stack(
            [render(solid[i % len(solid)], turn, 32, tilt) for i, (turn, tilt) in enumerate(angles)]
        )

    images, others = views(3000), views(600)
    data = keras_gan.data.from_arrays(images, batch_size=16, seed=options.seed)
    gan = recipes.build("pigan", (32, 32, 3), seed=options.seed)

    def small(x):
        return np.asarray(keras.layers.AveragePooling2D(4)(x.astype("float32") / 255)).reshape(len(x), -1)

    floor = float(frechet_distance(small(images[:600]), small(others)))
    curve, began = [], time.process_time()
    while time.process_time() - began < 60 * options.minutes:
        left = options.minutes - (time.process_time() - began) / 60
        gan.fit(data, epochs=100_000, verbose=0, callbacks=[until(min(options.every, left))])
        made, latents = gan.generate(600, seed=1), gan.sample_latents(16, seed=2)
        turned = gan.views(latents, yaw=[0.0, 2 * np.pi / 100, np.pi]).astype("float64")
        near, far = (float(np.abs(turned[:, i] - turned[:, 0]).mean()) for i in (1, 2))
        minutes = round((time.process_time() - began) / 60, 1)
        distance = float(frechet_distance(small(images[:600]), small(made)))
        curve.append({"minutes": minutes, "steps": int(gan.state.step.numpy()), "frechet": distance})
        curve[-1] |= {"turn_hundredth": near, "turn_half": far}
        print(
            {name: round(value, 3) for name, value in curve[-1].items()}, "floor", round(floor, 3), flush=True
        )
        if options.out:
            folder = pathlib.Path(options.out)
            folder.mkdir(parents=True, exist_ok=True)
            sheet = gan.views(gan.sample_latents(6, seed=0), np.linspace(0, 2 * np.pi, 8, endpoint=False))
            keras_gan.grid.image_grid(sheet.reshape(-1, 32, 32, 3), 8).save(folder / f"{options.kind}.png")
            gan.save(folder / f"{options.kind}.keras")
    row = {"what": f"views of {options.kind}", "floor": floor, **curve[-1], "curve": curve}
    with open(options.results, "a") as file:
        file.write(json.dumps({**row, "seed": options.seed, **machine()}) + "\n")


if __name__ == "__main__":
    main()
