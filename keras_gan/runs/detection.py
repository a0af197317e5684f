"""A detector of anomalies of a run, a file or a SavedModel, on the images of a folder."""

import csv
import json
import pathlib

import numpy as np

from keras_gan.arguments import check_int
from keras_gan.data import folder
from keras_gan.data.images import fit_image, open_image
from keras_gan.grid import as_colour, as_levels, image_grid, interleave
from keras_gan.metrics.functional import limit_of
from keras_gan.runs.load import load_model
from keras_gan.tiles import in_windows


class Detection:
    """A detector of anomalies of a run, a `.keras` file or a SavedModel, used in one way.

    Args:
        path: of it.

    Attributes:
        image_shape: (height, width, channels) that it takes.
        limit: float, the score above which an image is an anomaly, or None.
    """

    def __init__(self, path):
        path = pathlib.Path(path)
        if not path.exists():
            raise ValueError(
                f"There is no {str(path)!r}. It must be a run folder, a `.keras` file or a SavedModel."
            )
        if (path / "saved_model.pb").exists():
            import tensorflow as tf

            self._loaded = tf.saved_model.load(str(path))
            if not hasattr(self._loaded, "score"):
                raise ValueError(
                    f"{path} scores no images: it is no detector, such as f-anogan or ganomaly trains."
                )
            about = json.loads((path / "metadata.json").read_text())
            self.image_shape, self.limit = tuple(about["image_shape"]), about.get("limit")
            self._scored = lambda levels: [
                self._loaded.score(levels)[name].numpy() for name in ("scores", "heatmaps")
            ]
        else:
            model = load_model(path)
            if not hasattr(model, "scored"):
                raise ValueError(
                    f"{path} is a {type(model).__name__}, which scores no images: train f-anogan or ganomaly."
                )
            self.image_shape, self.limit = model.image_shape, model.limit
            self._scored = lambda levels: (model.score(levels), model.heatmap(levels))
        if len(self.image_shape) != 3:
            raise ValueError(
                f"{path} scores vectors of shape {self.image_shape}, not images: use it in Python."
            )

    def found(self, levels, overlap=0.5, batch_size=64):
        """Scores (n,) and heat maps of uint8 images of one size, at least the network's; larger ones window by window."""

        def scored(windows):
            parts = [self._scored(windows[i : i + batch_size]) for i in range(0, len(windows), batch_size)]
            return [np.concatenate(column) for column in zip(*parts, strict=True)]

        if levels.shape[1:] == self.image_shape:
            return scored(levels)
        return in_windows(scored, levels, self.image_shape[:2], overlap)

    def of_folder(self, pictures, windows=False, report=lambda line: None):
        """Files of a folder and of the folders below it, their images as they are scored, scores and heat maps; and what could not be read.

        Args:
            pictures: folder, or one image.
            windows: bool, whether images keep their size, and are scored window by window; else they are made the network's size.
            report: function that is given a line of text now and then.
        """
        pictures = pathlib.Path(pictures).expanduser()
        files = [str(pictures)] if pictures.is_file() else folder.all_files(str(pictures))[0]
        *size, channels = self.image_shape
        kept, images, scores, heatmaps, problems = [], [], [], [], []
        for i, file in enumerate(files):
            try:
                image = fit_image(open_image(file), None if windows else tuple(size), channels)
            except (OSError, ValueError) as error:
                problems.append(f"{file}: {error}")
                continue
            if any(a < b for a, b in zip(image.shape, size, strict=False)):
                problems.append(
                    f"{file}: of {image.shape[:2]} pixels, smaller than the detector's {tuple(size)}"
                )
                continue
            score, heatmap = self.found(image[None])
            for values, value in ((kept, file), (images, image), (scores, score[0]), (heatmaps, heatmap[0])):
                values.append(value)
            if len(files) > 20 and (i + 1) * 10 // len(files) > i * 10 // len(files):
                report(f"{i + 1} of {len(files)} images")
        if not kept:
            raise ValueError(f"{pictures} has no image that can be scored. {' '.join(problems[:3])}")
        return kept, images, np.array(scores), heatmaps, problems


def detect_folder(
    path,
    pictures,
    out,
    *,
    limit=None,
    normal=None,
    false_positive_rate=0.05,
    windows=False,
    top=24,
    report=print,
):
    """Score the images of a folder, and write `scores.csv`, worst first, `heatmaps/` and a sheet of the worst.

    Args:
        path: of the detector, as in `Detection`.
        pictures: folder of images.
        out: folder to write.
        limit: float, the score above which an image is an anomaly. Default: that of `normal`, else the detector's own, if it has one.
        normal: folder of normal images that it was not trained on; their scores give the limit.
        false_positive_rate: float in [0, 1), share of those above it.
        windows: as in `Detection.of_folder`.
        top: int, images of the sheet.
        report: function that is given lines of text.

    Returns:
        (how many were scored, how many are anomalies or None without a limit, list of sentences on those that were not scored).
    """
    check_int(top, "top")
    detector, out = Detection(path), pathlib.Path(out)
    if normal is not None and limit is None:
        limit = limit_of(detector.of_folder(normal, windows)[2], false_positive_rate)
    limit = detector.limit if limit is None else limit
    files, images, scores, heatmaps, problems = detector.of_folder(pictures, windows, report)
    order = np.argsort(-scores, kind="stable")
    base = pathlib.Path(pictures).expanduser()
    base = base.parent if base.is_file() else base
    names = [pathlib.Path(file).relative_to(base).as_posix() for file in files]
    (out / "heatmaps").mkdir(parents=True, exist_ok=True)
    with (out / "scores.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "score", *([] if limit is None else ["anomaly"])])
        for i in order:
            rows.writerow(
                [names[i], f"{scores[i]:.8g}", *([] if limit is None else [int(scores[i] > limit)])]
            )
    # One scale for all, so that maps compare.
    highest = max(float(np.quantile(np.concatenate([x.reshape(-1) for x in heatmaps]), 0.999)), 1e-12)
    from PIL import Image

    for name, heatmap in zip(names, heatmaps, strict=True):
        target = out / "heatmaps" / pathlib.Path(name).with_suffix(".png")
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(as_levels(heatmap[None], highest)[0, ..., 0]).save(target)
    shown = [i for i in order if images[i].shape == images[order[0]].shape][:top]
    cells = [as_colour(np.stack([images[i] for i in shown]))]
    cells.append(as_colour(as_levels(np.stack([heatmaps[i] for i in shown]), highest)))
    image_grid(interleave(cells), 8, "image | heat map, worst first").save(out / "sheet.png")
    return len(files), None if limit is None else int((scores > limit).sum()), problems
