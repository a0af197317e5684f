"""Find the images in a folder that a run has made: a detector is trained on its images and on real ones."""

import csv
import pathlib

import numpy as np

from keras_gan.arguments import check_int
from keras_gan.data.folder import GREY_MODES
from keras_gan.data.images import fit_image, open_image
from keras_gan.grid import image_grid
from keras_gan.metrics.detection import limit_of
from keras_gan.runs.generator import Generator
from keras_gan.runs.pictures import options_of, pictures_of, range_of
from keras_gan.trust import ResidualDetector, SpectrumDetector, robustness

METHODS = {"spectrum": SpectrumDetector, "residual": ResidualDetector}


def detect_generated(
    pictures,
    reference,
    model,
    out,
    *,
    method="spectrum",
    false_positive_rate=0.05,
    samples=2000,
    top=24,
    seed=0,
    report=print,
):
    """Score the images of a folder by how likely a model made them; write `scores.csv` and a sheet.

    Both list the likeliest images first. The detector is trained on three quarters of the reference's images
    and as many generated ones. The last quarter measures how good it is, also after JPEG, resizing and blur,
    and sets the limit.

    Args:
        pictures: folder of images, or one image, to score.
        reference: folder of real images of the same kind.
        model: run folder, `.keras` file or SavedModel.
        out: folder to write.
        method: "spectrum" or "residual".
        false_positive_rate: float in [0, 1), share of real images above the limit.
        samples: int, maximum number of images of the reference, and of the model.
        top: int, number of images on the sheet.
        seed: int.
        report: function that takes lines of text.

    Returns:
        (number of images scored, number above the limit, list of sentences on the images that were not
        scored).

    Raises:
        ValueError: for a model that does not make images, and for fewer than 32 real images.
    """
    if method not in METHODS:
        raise ValueError(f"`method` must be one of {', '.join(METHODS)}. Received: {method!r}")
    for name, value in (("samples", samples), ("top", top)):
        check_int(value, name)
    pictures, out = pathlib.Path(pictures).expanduser(), pathlib.Path(out)
    asked = [str(pictures)] if pictures.is_file() else pictures_of(pictures, out, report)[0]
    real_files, _ = pictures_of(reference, out, report)
    generator = Generator(model)
    shape = tuple(generator.modality.shape)
    if len(shape) != 3 or not generator.modality.drawable:
        raise ValueError(f"{model} makes {generator.modality.name} of shape {shape}, not images.")
    levels = generator.value_range or range_of(options_of(model))
    random = np.random.default_rng(seed)
    if len(real_files) > samples:
        real_files = [real_files[i] for i in np.sort(random.choice(len(real_files), samples, replace=False))]
    real, _, broken = images_of(real_files, shape, levels, report)
    if broken:
        report(f"{len(broken)} images of the reference are left out, such as: {broken[0]}")
    if len(real) < 32:
        raise ValueError(f"The reference must have 32 images at least. Received: {len(real)} in {reference}")
    if false_positive_rate and (len(real) // 4) * false_positive_rate < 1.0:
        raise ValueError(
            f"A quarter of {len(real)} real images cannot show a false-positive rate of {false_positive_rate:g}: give "
            f"{int(np.ceil(4 / false_positive_rate))} of them (and --samples as many), or a higher rate."
        )
    real = real[random.permutation(len(real))]
    made, held_out = generator.sample(len(real), seed), len(real) // 4
    detector = METHODS[method]().fit(real[held_out:], made[held_out:])
    quality = robustness(detector, real[:held_out], made[:held_out])
    report(f"AUROC on {held_out} held-out images of each kind, by perturbation:")
    for name, value in quality.items():
        report(f"  {name:<10} {value:.3f}")
    limit = limit_of(detector.score(real[:held_out]), false_positive_rate)
    images, kept, problems = images_of(asked, shape, levels, report)
    if not len(images):
        raise ValueError(f"{pictures} has no image that can be scored. {' '.join(problems[:3])}")
    scores = detector.score(images)
    order = np.argsort(-scores, kind="stable")
    base = pictures.parent if pictures.is_file() else pictures
    out.mkdir(parents=True, exist_ok=True)
    with (out / "scores.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "score", "generated"])
        for place in order:
            name = pathlib.Path(asked[kept[place]]).relative_to(base).as_posix()
            rows.writerow([name, f"{scores[place]:.6f}", int(scores[place] > limit)])
    image_grid(images[order[:top]], 8, "likeliest generated first").save(out / "sheet.png")
    return len(images), int((scores > limit).sum()), problems


def images_of(files, shape, value_range=None, report=lambda line: None):
    """Read image files in one shape: uint8 images, indices of the files read, and sentences on the others.

    `report` takes a line of text if images were resized, or converted from colour to grey.
    """
    *size, channels = shape
    found, kept, problems, others = [], [], [], 0
    for i, file in enumerate(files):
        try:
            with open_image(file) as opened:
                others += opened.size != (size[1], size[0]) or (
                    channels == 1 and opened.mode not in GREY_MODES
                )
                found.append(fit_image(opened, tuple(size), channels, value_range=value_range))
            kept.append(i)
        except (OSError, ValueError) as error:
            problems.append(f"{file}: {error}")
    if others:
        report(
            f"{others} of {len(files)} images are not {size[1]} x {size[0]}{' in grey' if channels == 1 else ''}: they are made so, and what "
            "that does to their spectrum or message counts."
        )
    return np.stack(found) if found else np.zeros((0, *shape), "uint8"), kept, problems
