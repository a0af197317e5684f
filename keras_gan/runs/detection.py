"""Apply an anomaly detector, from a run, a file or a SavedModel, to the images of a folder."""

import csv
import json
import pathlib

import numpy as np

from keras_gan.arguments import check_int
from keras_gan.data import folder
from keras_gan.data.images import fit_image, is_deep
from keras_gan.grid import as_colour, as_levels, image_grid, interleave
from keras_gan.metrics.detection import limit_of
from keras_gan.runs.load import load_model
from keras_gan.runs.pictures import Slice, opened, options_of, pictures_or_slices_of, range_of
from keras_gan.tiles import in_windows


class Detection:
    """An anomaly detector from a run, a `.keras` file or a SavedModel, with one interface for all three.

    Args:
        path: path of the run, the file or the SavedModel.
        value_range: (low, high), the values of 16-bit or float images that become black and white. Default: the run's.

    Attributes:
        image_shape: (height, width, channels) that it takes.
        limit: float, the score above which an image is an anomaly, or None.
    """

    # Images, or windows, per batch.
    batch_size = 64

    def __init__(self, path, value_range=None):
        path = pathlib.Path(path)
        if not path.exists():
            raise ValueError(
                f"There is no {str(path)!r}. It must be a run folder, a `.keras` file or a SavedModel."
            )
        if (path / "saved_model.pb").exists():
            import tensorflow as tf

            loaded = tf.saved_model.load(str(path))
            if not hasattr(loaded, "score"):
                raise ValueError(f"{path} scores no images: it is none of f-anogan, ganomaly or bigan.")
            about = json.loads((path / "metadata.json").read_text())
            self.image_shape, self.limit = tuple(about["image_shape"]), about.get("limit")
            own = about.get("value_range")

            def scored(levels):
                found = loaded.score(levels)
                return found["scores"].numpy(), found["heatmaps"].numpy()

            self._remember = None
        else:
            model = load_model(path)
            if not hasattr(model, "scored"):
                raise ValueError(
                    f"{path} is a {type(model).__name__}, which scores no images: train f-anogan, ganomaly or bigan."
                )
            self.image_shape, self.limit, scored = model.image_shape, model.limit, model.found
            self._remember = model.remember
            own = model.value_range or range_of(options_of(path))
        self._scored, self.value_range = scored, value_range or own
        if len(self.image_shape) != 3:
            raise ValueError(
                f"{path} scores vectors of shape {self.image_shape}, not images: use it in Python."
            )

    def remember(self, files, report=lambda line: None):
        """Call `Detector.remember` with files, as in `of_files`, resized to the network's size; the limit is removed."""
        if self._remember is None:
            raise ValueError(
                "A SavedModel remembers what it was exported with: use the run folder or the `.keras` file."
            )
        *size, channels = self.image_shape
        images = []
        self._check_units(files)
        for file in files:
            with opened(file) as image:
                images.append(fit_image(image, tuple(size), channels, value_range=self.value_range))
        self._remember(np.stack(images))
        self.limit = None
        report(f"{len(images)} normal images are remembered")

    def found(self, levels):
        """Return scores (n,) and heat maps of uint8 images of one size, at least the network's.

        Larger images are scored window by window.
        """

        def scored(windows):
            starts = range(0, len(windows), self.batch_size)
            parts = [self._scored(windows[start : start + self.batch_size]) for start in starts]
            return [np.concatenate(column) for column in zip(*parts, strict=True)]

        if levels.shape[1:] == self.image_shape:
            return scored(levels)
        return in_windows(scored, levels, self.image_shape[:2], 0.5)

    def of_files(self, files, windows=False, report=lambda line: None):
        """Score image files.

        Args:
            files: list of paths, or of slices, as `pictures_or_slices_of` returns them.
            windows: bool, whether images keep their size, and are scored window by window; else they are
                resized to the network's size.
            report: function that takes a line of text now and then.

        Yields:
            (index, image, score, heat map) for each file that can be scored; (index, a sentence) for any
            other.
        """
        self._check_units(files)
        *size, channels = self.image_shape
        waiting, coloured, cut, done = [], 0, 0, 0
        for i, file in enumerate(files):
            try:
                with opened(file) as image:
                    coloured += channels == 1 and image.mode not in folder.GREY_MODES
                    cut += not windows and image.height * size[1] != image.width * size[0]
                    image = fit_image(
                        image, None if windows else tuple(size), channels, value_range=self.value_range
                    )
            except (OSError, ValueError) as error:
                yield i, f"{file}: {error}"
                continue
            if any(a < b for a, b in zip(image.shape, size, strict=False)):
                yield i, f"{file}: of {image.shape[:2]} pixels, smaller than the detector's {tuple(size)}"
                continue
            waiting.append((i, image))
            if windows or len(waiting) == self.batch_size:
                yield from self._of(waiting)
                waiting, done = [], done + (1 if windows else self.batch_size)
                if done % 1000 < (1 if windows else self.batch_size):
                    report(f"{done} of {len(files)} images")
        if waiting:
            yield from self._of(waiting)
        if coloured:
            report(f"{coloured} of {len(files)} images are coloured: the detector takes them in grey.")
        if cut:
            report(
                f"{cut} of {len(files)} images are not of the shape {size[0]} x {size[1]}: their middle is scored. With --windows "
                "all of an image is."
            )

    def _check_units(self, files):
        if self.value_range is None and any(isinstance(file, Slice) for file in files):
            raise ValueError(
                "These are medical volumes, and the detector was trained on data without a value range: give the values that are black "
                "and white, `value_range=(low, high)` (--value-range LOW,HIGH)."
            )

    def _of(self, waiting):
        scores, heatmaps = self.found(np.stack([image for _, image in waiting]))
        for (i, image), score, heatmap in zip(waiting, scores, heatmaps, strict=True):
            yield i, image, float(score), heatmap


def _is_deep(file):
    try:
        return is_deep(opened(file))
    except ValueError:
        return False


def detect_folder(
    path,
    pictures,
    out,
    *,
    limit=None,
    normal=None,
    remember=None,
    false_positive_rate=0.05,
    windows=False,
    top=24,
    value_range=None,
    report=print,
):
    """Score the images of a folder, and write `scores.csv`, worst first, `heatmaps/` and a sheet of the worst.

    Args:
        path, value_range: as in `Detection`.
        pictures: folder of images or of medical volumes, whose slices are scored, or one file of these.
        out: folder to write.
        limit: float, the score above which an image is an anomaly. Default: set by `normal`, else the
            detector's own limit, if it has one.
        normal: folder of normal images that it was not trained on; their scores set the limit.
        remember: folder of normal images; an image is scored by the nearest of them, as in
            `Detector.remember`.
        false_positive_rate: float in [0, 1), share of the `normal` images above the limit.
        windows: as in `Detection.of_files`.
        top: int, number of images on the sheet.
        report: function that takes lines of text.

    Returns:
        (number of images scored, number of anomalies or None without a limit, list of sentences on the images
        that were not scored).
    """
    from PIL import Image

    check_int(top, "top")
    pictures, out = pathlib.Path(pictures).expanduser(), pathlib.Path(out)
    files, names = pictures_or_slices_of(pictures, out, report)
    held_out = pictures_or_slices_of(normal, out)[0] if normal is not None and limit is None else None
    detector = Detection(path, value_range)
    if value_range is not None and not any(map(_is_deep, files)):
        raise ValueError(
            f"`value_range` (--value-range) is of images of more than 8 bits, and none in {pictures} is. Received: {value_range}"
        )
    if remember is not None:
        detector.remember(pictures_or_slices_of(remember, out)[0], report)
    if held_out is not None:
        scores = [found[2] for found in detector.of_files(held_out, windows, report) if len(found) == 4]
        limit = limit_of(scores, false_positive_rate)
    limit = detector.limit if limit is None else limit
    if limit is not None and not np.isfinite(limit):
        raise ValueError(f"`limit` must be a finite number. Received: {limit}")
    kept, scores, worst, problems, heatmaps, highest = [], [], [], [], {}, []
    for i, *found in detector.of_files(files, windows, report):
        if len(found) == 1:
            problems.append(found[0])
            continue
        image, score, heatmap = found
        kept.append(i)
        scores.append(score)
        heatmaps[i] = heatmap.astype("float16")
        highest.append(np.quantile(heatmap, 0.999))
        worst = sorted([*worst, (-score, i, image)], key=lambda each: each[:2])[:top]
    if not kept:
        raise ValueError(f"{pictures} has no image that can be scored. {' '.join(problems[:3])}")
    order = np.argsort([-score for score in scores], kind="stable")
    base = pictures.parent if pictures.is_file() else pictures
    (out / "heatmaps").mkdir(parents=True, exist_ok=True)
    with (out / "scores.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "score", *([] if limit is None else ["anomaly"])])
        for place in order:
            file, score = files[kept[place]], scores[place]
            name = file.name if isinstance(file, Slice) else pathlib.Path(file).relative_to(base).as_posix()
            rows.writerow([name, f"{score:.8g}", *([] if limit is None else [int(score > limit)])])
    # One scale for all, so that the heat maps can be compared.
    scale = max(float(np.quantile(highest, 0.99)), 1e-12)
    for i in kept:
        target = out / "heatmaps" / names[i]
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(as_levels(heatmaps[i][None].astype("float32"), scale)[0, ..., 0]).save(target)
    # If the images have several sizes, only those of the worst image's size are shown.
    shown = [(i, image) for _, i, image in worst if image.shape == worst[0][2].shape]
    maps = np.stack([heatmaps[i] for i, _ in shown]).astype("float32")
    cells = [as_colour(np.stack([image for _, image in shown])), as_colour(as_levels(maps, scale))]
    image_grid(interleave(cells), 8, "image | heat map, worst first").save(out / "sheet.png")
    return len(kept), None if limit is None else int((np.array(scores) > limit).sum()), problems
