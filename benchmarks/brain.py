"""Brain slices: painted lesions to find, and tissue or label maps to turn into slices. No clinical result: one average brain and one single one.

    taskset -c 0 python benchmarks/brain.py lesions --results brain.jsonl --pictures lesions
    taskset -c 0 python benchmarks/brain.py translation --results brain.jsonl --pictures translation

Trained on the slabs of `brain2d.npz` that are marked so; the held-out slabs are 10 mm thick, with 2 mm on each side left out.

"lesions": detectors of patches of 32 x 32 pixels score the held-out slices window by window, as they are and with a lesion: a disk that is
brighter, darker or of another texture, of radius 3, 5 or 8 pixels (2 mm each), at a random place in the brain. AUROC of slices and of
pixels; PCA is that of the patches, 30 components.

"translation": Pix2Pix from grey and white matter to T1 (the average brain), and from labels to the slice (the single one). PSNR and SSIM
beside linear interpolation between the nearest training slices, and beside a linear map of the same inputs.

Both print whether generated images give away which ones were trained on: "memorized", the share of those made of held-out inputs that is
nearer to a training image than 99% of the held-out ones are, and the AUROC of the distances of training and held-out images to the nearest
image made of either, .5 where nothing leaks.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import scipy.ndimage
from machine import machine

import keras_gan
from keras_gan.metrics.detection import auroc, membership_auroc
from keras_gan.metrics.functional import memorization
from keras_gan.tiles import in_windows

KINDS, RADII, SIDE = ("brighter", "darker", "texture"), (3, 5, 8), 32


def leaks(of_train, of_held_out, train, held_out):
    """How much uint8 images, made of those trained on and of those held out, say about which ones were trained on."""
    first, second, *real = (
        x.reshape(len(x), -1).astype("float64") for x in (of_train, of_held_out, train, held_out)
    )
    return {
        "memorized": memorization(second, *real)["memorized"],
        "membership_auroc": membership_auroc(np.concatenate([first, second]), *real),
    }


# === Lesions ===


def painted(images, kind, radius, seed):
    """uint8 slices with a lesion each, and its mask."""
    random = np.random.default_rng(seed)
    made, masks = images.copy(), np.zeros(images.shape[:3], bool)
    rows, columns = np.indices(images.shape[1:3])
    for image, mask in zip(made, masks, strict=True):
        inside = scipy.ndimage.binary_erosion(image[..., 0] > 60, iterations=radius)
        places = np.argwhere(inside if inside.any() else image[..., 0] > 60)
        y, x = places[random.integers(len(places))]
        mask[(rows - y) ** 2 + (columns - x) ** 2 <= radius**2] = True
        values = image[..., 0].astype("float64")
        if kind == "texture":
            noise = scipy.ndimage.gaussian_filter(random.normal(size=values.shape), 0.7)
            changed = values + 60 * noise / noise.std()
        else:
            changed = values + (60 if kind == "brighter" else -60)
        image[..., 0] = np.where(mask, changed.clip(0, 255), values)
    return made, masks


def detector_of(name, patches, options):
    """A function of uint8 slices to scores and heat maps, and one from uint8 patches to what the networks make of them."""
    keras.utils.set_random_seed(options.seed)
    if name == "pca":
        flat = keras_gan.data.from_uint8(patches).numpy().reshape(len(patches), -1)
        mean = flat.mean(0)
        basis = np.linalg.eigh(np.cov((flat - mean).T))[1][:, -30:]

        def scored(windows):
            x = keras_gan.data.from_uint8(windows).numpy()
            flat = x.reshape(len(x), -1) - mean
            left = np.abs(flat - flat @ basis @ basis.T).reshape(x.shape[:3])
            return (left**2).mean((1, 2)), left

        return lambda images: in_windows(scored, images, (SIDE, SIDE), 0.75), None
    data = keras_gan.data.from_arrays(patches, batch_size=64, seed=options.seed, flip=True)
    if name == "ganomaly":
        model = keras_gan.GANomaly(
            *keras_gan.networks.ganomaly((SIDE, SIDE, 1), 32, filters=16), seed=options.seed
        )
        model.compile()
        fit(model, data, options.steps)
        return lambda images: model.found(images, overlap=0.75), model.reconstruct
    pair = keras_gan.networks.dcgan((SIDE, SIDE, 1), 32, filters=16, discriminator_normalization="none")
    gan = keras_gan.GAN(*pair, seed=options.seed)
    gan.compile(
        **{f"{player}_optimizer": keras_gan.optimizers.Adam(1e-3, 0.0, 0.99) for player in gan.players},
        regularizers=[keras_gan.regularizers.R1Penalty(1.0, interval=8)],
    )
    fit(gan, data, options.steps)
    encoder = keras_gan.networks.encoder((SIDE, SIDE, 1), 32, filters=16)
    model = keras_gan.FAnoGAN(encoder, gan.ema_generator, gan.discriminator, seed=options.seed)
    model.compile(encoder_optimizer=keras_gan.optimizers.Adam(1e-3, 0.5))
    fit(model, data, options.steps)
    return lambda images: model.found(images, overlap=0.75), lambda images: gan.generate(len(images), seed=0)


def fit(model, data, steps):
    model.fit(
        data, epochs=-(-steps // len(data)), verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(steps)]
    )


def lesions(options, write):
    brain = np.load(options.data)
    parts = [
        (brain[name][..., None], brain[split])
        for name, split in (("mni_t1", "mni_split"), ("colin_brain", "colin_split"))
    ]
    train = np.concatenate([images[split == 0] for images, split in parts])
    test = np.concatenate([images[split == 1] for images, split in parts])
    patches = keras_gan.data.patches(train, SIDE, overlap=0.75)
    patches = patches[(patches > 60).mean((1, 2, 3)) > 0.1]
    random = np.random.default_rng(options.seed)
    others = keras_gan.data.patches(test, SIDE, overlap=0.75)
    others = others[(others > 60).mean((1, 2, 3)) > 0.1]
    seen, unseen = (random.permutation(each)[:1000] for each in (patches, others))
    # A slice without brain cannot have a lesion.
    test = test[(test > 60).mean((1, 2, 3)) > 0.1]
    print(f"{len(patches)} patches of {len(train)} slices, {len(test)} held-out slices", flush=True)
    for name in options.detectors:
        clock = time.process_time()
        found, make = detector_of(name, patches, options)
        if make:
            made = make(np.concatenate([seen, unseen]))
            row = leaks(made[: len(seen)], made[len(seen) :], seen, unseen)
            write({"part": "leaks", "detector": name, **row})
            print(f"{name:10} patches: " + " ".join(f"{k} {v:.3f}" for k, v in row.items()), flush=True)
        normal, normal_maps = found(test)
        sheet = []
        for kind in KINDS:
            for radius in RADII:
                images, masks = painted(test, kind, radius, options.seed)
                scores, maps = found(images)
                figures = {
                    "image_auroc": auroc(np.repeat([0, 1], len(test)), np.concatenate([normal, scores])),
                    # How much worse a slice is than itself without the lesion.
                    "worse_than_itself": float((scores > normal).mean()),
                    "pixel_auroc": auroc(masks, maps),
                }
                write({"part": "lesions", "detector": name, "kind": kind, "radius": radius, **figures})
                print(
                    f"{name:10} {kind:9} radius {radius} "
                    + " ".join(f"{k} {v:.3f}" for k, v in figures.items()),
                    flush=True,
                )
                sheet += [
                    images[8],
                    np.uint8(255 * masks[8])[..., None],
                    keras_gan.grid.as_levels(maps[8:9], np.quantile(normal_maps, 0.999))[0],
                ]
        print(f"{name}: {time.process_time() - clock:.0f} s", flush=True)
        if options.pictures:
            keras_gan.grid.image_grid(np.stack(sheet), 9).save(f"{options.pictures}_{name}.png")


# === Translation ===


def psnr(a, b):
    return float(np.mean(keras_gan.metrics.psnr(a, b)))


def translation(options, write):
    brain = np.load(options.data)
    numbers = brain["colin_aal"]
    shades = (np.unique(numbers, return_inverse=True)[1].reshape(numbers.shape) * 2).astype("uint8")
    cases = {
        "tissue to T1": (
            np.stack([brain["mni_gm"], brain["mni_wm"], 0 * brain["mni_wm"]], -1),
            brain["mni_t1"],
            brain["mni_split"],
        ),
        "labels to slice": (shades[..., None], brain["colin_brain"], brain["colin_split"]),
    }
    for name, (source, target, split) in cases.items():
        clock, target = time.process_time(), target[..., None]
        train, test = np.flatnonzero(split == 0), np.flatnonzero(split == 1)
        between = []
        for i in test:
            below, above = train[train < i], train[train > i]
            a = below.max() if len(below) else above.min()
            b = above.min() if len(above) else a
            share = 0.0 if a == b else (i - a) / (b - a)
            between.append((1 - share) * target[a] + share * target[b])
        # The slices directly before and after: held out themselves, except at the slab's ends.
        ends = np.arange(len(target))
        beside = target[np.maximum(ends - 1, 0)] / 2.0 + target[np.minimum(ends + 1, len(target) - 1)] / 2.0
        inputs = np.concatenate([source / 255.0, (source / 255.0) ** 2, np.ones_like(source[..., :1])], -1)
        weights = np.linalg.lstsq(
            inputs[train].reshape(-1, inputs.shape[-1]),
            target[train].reshape(-1).astype("float64"),
            rcond=None,
        )[0]
        linear = (inputs @ weights)[..., None].clip(0, 255).round().astype("uint8")
        keras.utils.set_random_seed(options.seed)
        generator = keras_gan.networks.resnet((None, None, source.shape[-1]), 1, filters=24, blocks=4)
        discriminator = keras_gan.networks.patchgan(
            (80, 80, 1), source.shape[-1], receptive_field=34, filters=24
        )
        gan = keras_gan.Pix2Pix(generator, discriminator, seed=options.seed)
        gan.compile(**{f"{player}_optimizer": keras_gan.optimizers.Adam(5e-4, 0.5) for player in gan.players})
        data = keras_gan.data.pairs_from_arrays(
            source[train], target[train], batch_size=4, flip=True, crop=80
        )
        fit(gan, data, options.steps)
        made = gan.translate(source)
        for method, images, of_train in (
            ("Pix2Pix", made[test], made[train]),
            ("linear map", linear[test], linear[train]),
            ("interpolation", np.stack(between).round().astype("uint8"), None),
            ("neighbours", beside[test].round().astype("uint8"), None),
        ):
            row = {
                "psnr": psnr(target[test], images),
                "ssim": float(np.mean(keras_gan.metrics.ssim(target[test], images))),
            }
            if of_train is not None:
                row |= leaks(of_train, images, target[train], target[test])
            write({"part": name, "method": method, **row})
            print(f"{name:16} {method:14} " + " ".join(f"{k} {v:.3f}" for k, v in row.items()), flush=True)
        print(f"{name}: {time.process_time() - clock:.0f} s", flush=True)
        if options.pictures:
            rows = [np.repeat(source[test][::4][..., :1], 1, -1), made[test][::4], target[test][::4]]
            cells = np.concatenate(rows)
            keras_gan.grid.image_grid(cells, len(rows[0])).save(
                f"{options.pictures}_{name.replace(' ', '_')}.png"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("lesions", "translation"))
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--data", default="../shared/data/brain2d.npz")
    parser.add_argument("--detectors", nargs="+", default=["pca", "ganomaly", "f-anogan"])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pictures", help="beginning of the names of sheets")
    options = parser.parse_args()

    def write(row):
        row |= {"steps": options.steps, "seed": options.seed, **machine()}
        with options.results.open("a") as file:
            file.write(json.dumps(row) + "\n")

    (lesions if options.part == "lesions" else translation)(options, write)


if __name__ == "__main__":
    main()
