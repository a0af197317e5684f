"""Write a folder with a page that runs a model in the browser."""

import html
import json
import pathlib
import shutil

from keras_gan import provenance
from keras_gan.demo.graphs import graphs_of
from keras_gan.demo.runtime import pack, runtime, script_of
from keras_gan.export import describe

PAGE = pathlib.Path(__file__).parent / "page"
# Limit of one string in browsers' engines, with some margin; a model of so many bytes takes a minute to
# start.
LIMIT = 300_000_000
NAMES = ("index.html", "model.js", "runtime.js")


def write_demo(gan, folder, title=None, report=lambda line: None):
    """Write a page where a visitor can draw samples, interpolate latents, mix styles, or translate images.

    All of it runs in the browser: the page fetches nothing and sends nothing. It can be opened from the disk
    or from a web server.

    Args:
        gan: a model that makes images from latents (with classes, texts and styles too) or from images.
        folder: folder to write: new, empty, or with an earlier page.
        title: str. Default: the model and its data.
        report: function that takes a line of text now and then.

    Returns:
        Path of the page.

    Raises:
        ValueError: for a model that a page cannot run, or that is too large for a browser, and for a folder
            with other files in it.
        ImportError: without the ONNX packages.
        OSError: if onnxruntime-web cannot be downloaded; the message names the file to fetch by hand.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> keras_gan.demo.write_demo(gan, "demo")  # doctest: +SKIP
    PosixPath('demo/index.html')
    """
    folder = pathlib.Path(folder).expanduser()
    if folder.is_file():
        raise ValueError(f"{folder} is a file: give the name of a folder.")
    others = [path.name for path in folder.iterdir() if path.name not in NAMES] if folder.is_dir() else []
    if others:
        raise ValueError(
            f"{folder} holds other files, such as {others[0]}; a page is written into a folder of its own."
        )
    if hasattr(gan, "ema_generator") and 4 * gan.ema_generator.count_params() > LIMIT:
        raise ValueError(_too_large(4 * gan.ema_generator.count_params()))
    report("Converting the model ...")
    about, graphs = graphs_of(gan)
    size = sum(map(len, graphs.values()))
    if size > LIMIT:
        raise ValueError(_too_large(size))
    script = runtime()
    described = describe(gan)
    title = title or f"{type(gan).__name__} of {described.get('dataset') or 'images'}"
    about |= {
        "title": title,
        "class": type(gan).__name__,
        "shape": list(gan.output_shape[1:]),
        "parameters": gan.generator.count_params(),
        "bytes": size,
        "dataset": described.get("dataset"),
        "made_by": provenance.about(type(gan).__name__, dataset=described.get("dataset"))["software"],
    }
    folder.mkdir(parents=True, exist_ok=True)
    # A text that contains "</script>" would end this script.
    lines = ["window.ABOUT = " + json.dumps(about).replace("</", "<\\/") + ";\n"]
    lines += [script_of("GRAPHS", name, pack(content)) for name, content in graphs.items()]
    shutil.copyfile(script, folder / "runtime.js")
    (folder / "model.js").write_text("".join(lines), encoding="utf-8")
    page = (PAGE / "page.html").read_text(encoding="utf-8")
    for name, text in (
        ("TITLE", html.escape(title)),
        ("STYLE", (PAGE / "page.css").read_text(encoding="utf-8")),
        ("SCRIPT", (PAGE / "page.js").read_text(encoding="utf-8")),
    ):
        page = page.replace(f"<!--{name}-->", text)
    (folder / "index.html").write_text(page, encoding="utf-8")
    report(f"{size / 1e6:.1f} MB of weights")
    return folder / "index.html"


def _too_large(size):
    return (
        f"The model has {size / 1e6:.0f} MB, and a browser takes {LIMIT / 1e6:.0f} MB at most: train one with fewer filters, or "
        "serve it with TensorFlow (`export`)."
    )
