"""A run as one HTML page that needs no network."""

import base64
import csv
import html
import io
import json
import pathlib
import tempfile

import numpy as np

from keras_gan import plots
from keras_gan.data.images import to_picture, to_uint8
from keras_gan.data.load import read
from keras_gan.data.moving_digits import moving_digits
from keras_gan.data.series import series
from keras_gan.data.shapes import shapes
from keras_gan.data.sounds import sounds
from keras_gan.data.table import read_table
from keras_gan.data.videos import videos
from keras_gan.grid import as_colour, enlarge, image_grid
from keras_gan.metrics import tables
from keras_gan.metrics.functional import nearest_neighbors
from keras_gan.metrics.series import autocorrelations
from keras_gan.modalities import Audio, Video
from keras_gan.runs.evaluate import Indexed
from keras_gan.runs.explanation import saliency_sheet
from keras_gan.runs.folder import RunFolder
from keras_gan.runs.generator import Generator
from keras_gan.runs.load import load_model
from keras_gan.runs.translator import Translator

# Frames of the time line; training images searched for neighbours, and their maximum size in bytes.
FRAMES, TRAINING_IMAGES, TRAINING_BYTES = 60, 10_000, 2**27


def write_report(run, out=None, *, data_dir=None, seed=0):
    """Write a page on a run, which may still be training.

    It shows the configuration; curves of all losses and metrics; a time line of sample grids with a slider;
    generated beside real images; each sample's nearest training images; what the monitor found;
    `evaluation.json`. The page lists what is missing.

    Args:
        run: path of a run folder of `keras-gan train`.
        out: path of the page. Default: `report.html` in the run folder.
        data_dir: folder of TFDS with the run's data, if it has moved since the run.
        seed: int, seed of the generated images.

    Returns:
        Path of the page.

    Raises:
        ValueError: if there is no run.
    """
    folder = RunFolder(run)
    if not folder.config.exists():
        raise ValueError(f"{folder.path} is no run folder: it has no config.json.")
    config = json.loads(folder.config.read_text())
    sections = [
        ("Findings", _findings(folder)),
        ("Curves", _curves(folder)),
        ("Time line", _time_line(folder)),
        *(
            _translations(folder, config)
            if folder.examples.exists()
            else _rows(folder, config, seed)
            if str(config.get("dataset")).startswith("table:")
            else _images(folder, config, data_dir or config.get("data_dir"), seed)
        ),
        ("Evaluation", _evaluation(folder, config)),
        ("Configuration", _table(config.items())),
    ]
    title = f"{config.get('recipe', 'run')} on {config.get('dataset', 'data')}"
    body = "\n".join(f"<section><h2>{name}</h2>{content}</section>" for name, content in sections)
    path = folder.report if out is None else folder.path.__class__(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(_PAGE.format(title=html.escape(title), body=body), encoding="utf-8")
    partial.replace(path)
    return path


def _findings(folder):
    rows = []
    if folder.monitor.exists():
        # Complete lines only: the last one may still be being written.
        lines = folder.monitor.read_text().split("\n")[:-1]
        rows = [json.loads(line) for line in lines if line.endswith("}")]
    looks = [row["look"] for row in rows if "look" in row]
    if not looks and not any("finding" in row for row in rows):
        if folder.examples.exists():
            return "<p>The monitor checks images made of latents; this run goes without it.</p>"
        without = next((row["without"] for row in rows if "without" in row), None)
        if without:
            return f"<p>The monitor {html.escape(without)}; this run goes without it.</p>"
        return "<p>The monitor has not checked yet.</p>"
    items = []
    for row in rows:
        if "rollback" in row:
            items.append(f"<li>Rolled back to step {int(row['rollback']['to'])}.</li>")
        if "finding" in row:
            finding = {name: html.escape(str(value)) for name, value in row["finding"].items()}
            items.append(
                f"<li class='finding'><b>{finding['name']}</b>, since step {finding['began']} (found at "
                f"{finding['found']}): {finding['evidence']}<br>Try: {finding['cure']}</li>"
            )
    last = f" It checked {len(looks)} times, last at step {looks[-1]['step']}." if looks else ""
    if not items:
        return f"<p class='good'>The monitor found nothing wrong.{last}</p>"
    return f"<ul>{''.join(items)}</ul><p>{last}</p>"


def _curves(folder):
    curves = plots.read_history(folder.history) if folder.history.exists() else {}
    if not any(len(values) for values in curves.values()):
        return "<p>No epoch has ended yet.</p>"
    # The monitor's own curves are many, so they are folded away.
    groups = [
        [name for name in curves if name.startswith("monitor_") == of_monitor] for of_monitor in (False, True)
    ]
    own, monitors = (_svg(plots.history(curves, names)) if names else "" for names in groups)
    folded = f"<details><summary>The monitor's curves</summary>{monitors}</details>" if monitors else ""
    with folder.history.open(newline="") as file:
        last = list(csv.DictReader(file))[-1]
    shown = [(name, value) for name, value in last.items() if not name.startswith("monitor_")]
    return own + folded + "<details><summary>The last epoch's</summary>" + _table(shown) + "</details>"


def _time_line(folder):
    pictures = [*folder.samples.glob("epoch-*.png"), *folder.samples.glob("step-*.png")]
    pictures = sorted(pictures, key=lambda path: (path.stem.split("-")[0], int(path.stem.split("-")[1])))
    if not pictures:
        return "<p>No sample grid yet.</p>"
    chosen = np.unique(np.linspace(0, len(pictures) - 1, min(FRAMES, len(pictures))).round().astype(int))
    frames = "".join(
        f"<img class='frame' alt='{html.escape(pictures[i].stem, quote=True)}' src='{_data_url(pictures[i].read_bytes())}'>"
        for i in chosen
    )
    slider = f"<input type='range' id='slider' min='0' max='{len(chosen) - 1}' value='{len(chosen) - 1}'>"
    return f"<div class='timeline'>{slider}<output id='frame-name'></output>{frames}</div>"


def _images(folder, config, data_dir, seed):
    """Return sections with generated images beside real ones, and their nearest training images."""
    if config.get("recipe") == "hifigan":
        return _vocoded(folder, config)
    try:
        # The newest checkpoint is used: a SavedModel may be from before the run was resumed.
        trained = folder.checkpoints.exists() or not folder.saved_model.exists()
        generator = Generator(folder.path if trained else folder.saved_model)
        texts = generator.gan.row_names(8) if generator.captions else None
        if texts:
            # One row for each of some captions of the training data.
            vectors = generator.gan.condition.grid(8, seed, None).repeat(8, axis=0)
            generated = generator.gan.generate(64, seed, labels=vectors)
        else:
            generated = generator.sample(64, seed)
    except ValueError as error:
        return [("Generated and real images", f"<p>No model yet: {html.escape(str(error))}</p>")]
    if str(config.get("dataset")).startswith("sounds:"):
        return _sounds(generator.modality, generated, config)
    if str(config.get("dataset")).startswith("shapes:"):
        return _shapes(generator.modality, generated, config)
    if str(config.get("dataset")).startswith("series:"):
        return _series(generator.modality, generated, config)
    if str(config.get("dataset")).startswith("sequences:"):
        texts = "".join(f"<li>{html.escape(text)}</li>" for text in generator.modality.texts(generated))
        return [("Generated texts", f"<ul>{texts}</ul>")]
    if isinstance(generator.modality, Video):
        return _videos(generator.modality, generated[:32], config)
    if generated.ndim != 4 or generated.shape[-1] not in (1, 3, 4):
        made = tuple(generated.shape[1:])
        return [("Generated and real images", f"<p>This generator makes {made}, which are not shown.</p>")]
    drawn = _picture(image_grid(generated, 8, "generated", row_names=texts))
    try:
        size, channels = tuple(generated.shape[1:3]), generated.shape[3]
        name = str(config.get("dataset"))
        train = Indexed(read(name, "train", size, channels, data_dir=data_dir, on_error="skip"))
    except (ValueError, OSError, ImportError) as error:
        problem = f"<p>The training images cannot be read: {html.escape(str(error))}</p>"
        return [("Generated and real images", drawn + problem)]
    count = max(5, min(len(train), TRAINING_IMAGES, TRAINING_BYTES // generated[0].size // 4))
    images = np.asarray(train[np.sort(np.random.default_rng(seed).choice(len(train), count, replace=False))])
    some = np.random.default_rng(seed).choice(count, min(64, count), replace=False)
    beside = _picture(image_grid(images[some], 8, "real"))
    queries = generated[:8]
    _, nearest = nearest_neighbors(*(x.reshape(len(x), -1).astype("float32") for x in (queries, images)), k=5)
    cells = np.concatenate([queries[:, None], images[nearest]], axis=1).reshape(-1, *images.shape[1:])
    caption = "generated | nearest"
    note = (
        f"<p>Each row: a generated image, and the five nearest of {count} training images (pixels). Copies "
        "would mean that the generator memorises.</p>"
    )
    return [
        ("Generated and real images", f"<div class='beside'>{drawn}{beside}</div>"),
        ("Nearest training images", note + _picture(image_grid(cells, 6, caption))),
        *_looked_at(generator.gan, images[some[:4]], seed),
    ]


def _looked_at(gan, images, seed):
    """Return a section that shows which pixels of real and generated images the discriminator depends on."""
    if gan is None or not hasattr(gan, "discriminate") or isinstance(gan.discriminator.input_shape, list):
        return []
    sheets = [_picture(saliency_sheet(gan, each)) for each in (images, gan.generate(4, seed))]
    note = "<p>Real images, and generated ones. Red makes the discriminator's logit higher, blue lower.</p>"
    return [("What the discriminator looks at", f"{note}<div class='beside'>{''.join(sheets)}</div>")]


def _sounds(modality, generated, config):
    """Return sections with spectrograms and players of generated and real sounds."""
    drawn = _picture(image_grid(modality.to_pictures(generated[:32]), 8, "generated"))
    players = _players(modality, generated[:16])
    try:
        length = modality.shape[0] if generated.ndim == 3 else modality.shape[0] * modality.front_end.hop
        real = sounds(
            config["dataset"].removeprefix("sounds:"),
            rate=modality.rate,
            length=length,
            batch_size=1,
            on_error="skip",
        )
        rows = np.asarray(
            real.stream.rows_at(np.linspace(0, real.stream.size - 1, 32).astype("int64"))["image"]
        )
    except (ValueError, OSError, ImportError) as error:
        return [
            ("Generated sounds", drawn + players),
            ("Real sounds", f"<p>The training sounds cannot be read: {html.escape(str(error))}</p>"),
        ]
    of_real = Audio(modality.rate, rows.shape[1:])
    beside = _picture(image_grid(of_real.to_pictures(rows), 8, "real"))
    return [
        ("Generated sounds", drawn + players),
        ("Real sounds", beside + _players(of_real, rows[:16])),
    ]


def _shapes(modality, generated, config):
    """Return a section with rendered shapes, generated beside real ones."""
    drawn = _picture(image_grid(modality.to_pictures(generated[:32]), 8, "generated"))
    try:
        real = shapes(
            config["dataset"].removeprefix("shapes:"), size=modality.shape[0], batch_size=1, on_error="skip"
        )
        rows = real.stream.rows_at(np.linspace(0, real.stream.size - 1, 32).astype("int64"))["image"]
    except (ValueError, OSError, ImportError) as error:
        return [
            (
                "Generated shapes",
                f"{drawn}<p>The training shapes cannot be read: {html.escape(str(error))}</p>",
            )
        ]
    beside = _picture(image_grid(modality.to_pictures(rows), 8, "real"))
    return [("Generated and real shapes", f"<div class='beside'>{drawn}{beside}</div>")]


def _series(modality, generated, config):
    """Return sections with plots of generated beside real windows, and the autocorrelation of each column."""
    drawn = _picture(image_grid(modality.to_pictures(generated[:32]), 4, "generated"))
    try:
        frame = read_table(pathlib.Path(config["dataset"].removeprefix("series:")).expanduser())
        real = series(frame[modality.columns], window=modality.shape[0], scale=modality.scale, batch_size=1)
        places = np.linspace(0, real.stream.size - 1, min(512, real.stream.size)).astype("int64")
        rows = np.asarray(modality.to_storage(real.stream.rows_at(places)["image"]))
    except (ValueError, OSError, ImportError, KeyError) as error:
        missing = f"<p>The series cannot be read: {html.escape(str(error))}</p>"
        return [("Generated series", drawn + missing)]
    beside = _picture(image_grid(modality.to_pictures(rows[:: max(1, len(rows) // 32)][:32]), 4, "real"))
    lags = min(5, modality.shape[0] - 1)
    figures = [
        (f"{name}, {kind}", ", ".join(f"{value:.2f}" for value in correlations))
        for kind, x in (("real", rows), ("generated", generated))
        for name, correlations in zip(modality.columns, autocorrelations(x, lags).T, strict=True)
    ]
    note = f"<p>Correlation of each column with itself 1 to {lags} times later.</p>"
    return [
        ("Generated and real series", f"<div class='beside'>{drawn}{beside}</div>"),
        ("Autocorrelation", note + _table(sorted(figures))),
    ]


def _videos(modality, generated, config):
    """Return sections with animated grids and filmstrips of generated and real videos."""

    def shown(videos, caption):
        with tempfile.TemporaryDirectory() as folder:
            [path] = modality.write_many(pathlib.Path(folder) / "videos.gif", videos)
            moving = f"<img alt='{caption} videos' src='{_data_url(path.read_bytes(), 'gif')}'>"
        strips = image_grid(modality.to_pictures(videos[:8], frames=8), 1, caption)
        return f"<div class='beside'>{moving}{_picture(strips)}</div>"

    try:
        time, *size, channels = modality.shape
        if config["dataset"] == "moving_digits":
            rows = moving_digits(32, frames=time, size=size[0])[0]
        else:
            options = {
                "size": tuple(size),
                "fps": config.get("fps"),
                "channels": channels,
                "on_error": "skip",
            }
            source = pathlib.Path(config["dataset"].removeprefix("videos:")).expanduser()
            real = videos(source, frames=time, batch_size=1, **options)
            places = np.linspace(0, real.stream.size - 1, min(32, real.stream.size)).astype("int64")
            rows = to_uint8(real.stream.rows_at(places)["image"]).numpy()
    except (ValueError, OSError, ImportError) as error:
        missing = f"<p>The training videos cannot be read: {html.escape(str(error))}</p>"
        return [("Generated videos", shown(generated, "generated") + missing)]
    return [("Generated videos", shown(generated, "generated")), ("Real videos", shown(rows, "real"))]


def _vocoded(folder, config):
    """Return a section with sounds beside those that a vocoder makes from their spectrograms."""
    try:
        gan = load_model(folder.path)
        source = config["dataset"].removeprefix("sounds:")
        length = gan.modality.shape[0]
        real = sounds(source, rate=gan.mel.rate, length=length, part="random", batch_size=1, on_error="skip")
        rows = np.asarray(
            real.stream.rows_at(np.linspace(0, real.stream.size - 1, 16).astype("int64"))["image"]
        )
    except (ValueError, OSError, ImportError) as error:
        return [("Sounds", f"<p>No model, or no sounds, yet: {html.escape(str(error))}</p>")]
    both = np.stack([rows, gan.reconstruct(rows)], axis=1).reshape(-1, *rows.shape[1:])
    drawn = _picture(image_grid(gan.modality.to_pictures(both), 8, "given | made"))
    return [("Sounds: given, and made of their spectrograms", drawn + _players(gan.modality, both[:16]))]


def _players(modality, values):
    """Return HTML players of sounds."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for value in values:
            path = pathlib.Path(folder) / f"sound{modality.suffix}"
            modality.write(path, value)
            data = base64.b64encode(path.read_bytes()).decode()
            found.append(f"<audio controls preload='none' src='data:audio/wav;base64,{data}'></audio>")
    return f"<div class='players'>{''.join(found)}</div>"


def _rows(folder, config, seed):
    """Return sections with each column of generated rows beside the table's, and their similarity."""
    try:
        gan = load_model(folder.path)
        real = read_table(pathlib.Path(config["dataset"].removeprefix("table:")).expanduser())
        missing = [name for name in gan.schema.names if name not in real.columns]
        if missing:
            raise ValueError(f"the table has no column {missing[0]!r} any more.")
        real = real[gan.schema.names]
    except (ValueError, OSError, ImportError) as error:
        return [("Columns", f"<p>No model, or no table, yet: {html.escape(str(error))}</p>")]
    rows = gan.sample(min(10_000, len(real)), seed=seed)
    shapes, pairs = tables.column_shapes(real, rows), tables.pair_trends(real, rows)
    buffer = io.BytesIO()
    plots.columns(real, rows).savefig(buffer, format="png")
    drawn = f"<img alt='columns, real and generated' src='{_data_url(buffer.getvalue())}'>"
    note = "<p>1 for the same distribution (of numbers by Kolmogorov and Smirnov, of categories by total variation).</p>"
    figures = [(name, f"{value:.3f}") for name, value in shapes.items()]
    worst = sorted(pairs.items(), key=lambda pair: pair[1])[:12]
    of_pairs = [("mean of all pairs", f"{np.mean(list(pairs.values())):.3f}")] if pairs else []
    of_pairs += [(" and ".join(map(str, names)), f"{value:.3f}") for names, value in worst]
    return [("Columns", drawn + note + _table(figures)), ("What goes together least alike", _table(of_pairs))]


def _translations(folder, config):
    """Return sections for image-to-image models: before and after, with a slider, and the target."""
    try:
        translator = Translator(folder.path)
    except ValueError as error:
        return [("Before and after", f"<p>No model yet: {html.escape(str(error))}</p>")]
    with np.load(folder.examples) as arrays:
        condition, image = arrays["condition"], arrays["image"]
    pairs = {"translate": (condition, image), "a2b": (condition, None), "b2a": (image, None)}
    sections = []
    for direction in translator.directions:
        given, target = pairs[direction]
        made = translator.translate(given, direction)
        if config.get("recipe") == "next-frame":
            # Show the last of the input frames.
            given = given[..., -made.shape[-1] :]
        before = as_colour(enlarge(given, made.shape[1:3]))
        width = max(made.shape[2], 160)
        items = []
        for i in range(len(made)):
            images = [before[i], made[i]] if target is None else [before[i], made[i], target[i]]
            given_url, made_url, *target_url = (_data_url(_png(pixels)) for pixels in images)
            beside = (
                f"<img class='target' width='{width}' alt='target' src='{target_url[0]}'>"
                if target_url
                else ""
            )
            items.append(
                f"<figure><div class='ba' style='width:{width}px'><img alt='input' src='{given_url}'>"
                f"<img class='after' alt='output' src='{made_url}'></div>{beside}"
                f"<input type='range' class='cut' min='0' max='100' value='50' style='width:{width}px'></figure>"
            )
        note = "<p>Left of the line the input, right of it the output; beside them the target.</p>"
        note = note if target is not None else note.replace("; beside them the target", "")
        name = "Before and after" if direction == "translate" else f"Before and after, {direction}"
        sections.append((name, f"{note}<div class='beside'>{''.join(items)}</div>"))
    return sections


def _png(pixels):
    buffer = io.BytesIO()
    to_picture(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


def _evaluation(folder, config):
    if not folder.evaluation.exists():
        names = html.escape(config.get("metrics") or "")
        during = names and f"{names} of held-out images are among the curves. Of others"
        if folder.examples.exists():
            return (
                f"<p>{during or 'Not measured yet'}: <code>keras-gan translate RUN IMAGES MADE</code>, then "
                "<code>keras-gan evaluate MADE --reference TARGETS</code>.</p>"
            )
        return (
            f"<p>{during or 'Not measured yet'}: <code>keras-gan evaluate RUN --reference DATASET</code>.</p>"
        )
    stored = json.loads(folder.evaluation.read_text())
    head = ("metric", "value", "generated", "reference", "extractor")
    rows = [
        (name, f"{f['value']:.5g}", f["n_generated"], f.get("n_reference", ""), f.get("extractor", ""))
        for name, f in stored["figures"].items()
    ]
    return f"<p>Against {html.escape(stored['reference'])}, {html.escape(stored['split'])}.</p>" + _table(
        rows, head
    )


def _table(rows, head=None):
    def line(cells, tag):
        return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"

    first = line(head, "th") if head else ""
    return f"<table>{first}{''.join(line(row, 'td') for row in rows)}</table>"


def _svg(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg")
    text = buffer.getvalue().decode()
    return f"<div class='curves'>{text[text.index('<svg') :]}</div>"


def _picture(image):
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return f"<img src='{_data_url(buffer.getvalue())}'>"


def _data_url(image, kind="png"):
    return f"data:image/{kind};base64," + base64.b64encode(image).decode()


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; color: #222 }}
h1 {{ font-size: 1.5em }} h2 {{ font-size: 1.15em; border-bottom: 1px solid #ddd; margin-top: 2em }}
table {{ border-collapse: collapse }} td, th {{ padding: .15em .8em; border-bottom: 1px solid #eee; text-align: left }}
img {{ max-width: 100%; image-rendering: pixelated }} .curves svg {{ max-width: 100%; height: auto }}
.beside {{ display: flex; gap: 1.5em; flex-wrap: wrap }} .frame {{ display: none }} .frame.shown {{ display: block }}
#slider {{ width: 60%; vertical-align: middle }} output {{ margin-left: 1em }}
.finding {{ background: #fff3e0; padding: .5em .8em; margin: .5em 0 }} .good {{ color: #2e7d32 }}
figure {{ margin: 0 0 1em }} .ba {{ position: relative; display: inline-block }} .ba img {{ width: 100%; display: block }}
.ba .after {{ position: absolute; top: 0; left: 0; clip-path: inset(0 0 0 50%) }} .target {{ vertical-align: top; margin-left: 4px }}
.cut {{ display: block }}
</style></head><body>
<h1>{title}</h1>
{body}
<script>
const slider = document.getElementById("slider"), frames = [...document.querySelectorAll(".frame")];
function show() {{
  frames.forEach((frame, i) => frame.classList.toggle("shown", i == slider.value));
  document.getElementById("frame-name").textContent = frames[slider.value].alt;
}}
document.querySelectorAll(".cut").forEach(cut => cut.addEventListener("input", () => {{
  cut.parentElement.querySelector(".after").style.clipPath = `inset(0 0 0 ${{cut.value}}%)`;
}}));
if (slider) {{ slider.addEventListener("input", show); show(); }}
</script>
</body></html>
"""
