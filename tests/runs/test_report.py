import html.parser
import json
import pathlib
import shutil
import subprocess

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan.callbacks import Checkpoint, SampleGrid, TrainingMonitor
from keras_gan.runs.folder import RunFolder
from keras_gan.runs.report import write_report
from tests.helpers import tiny_gan


class Page(html.parser.HTMLParser):
    """Titles and images of a page, and every address that it asks for."""

    def __init__(self, path):
        super().__init__()
        self.titles, self.images, self.addresses, self.tag = [], [], [], None
        self.text = pathlib.Path(path).read_text()
        self.feed(self.text)

    def handle_starttag(self, tag, attributes):
        self.tag = tag
        attributes = dict(attributes)
        if tag == "img":
            self.images.append(attributes)
        self.addresses += [attributes[a] for a in ("src", "href") if attributes.get(a)]

    def handle_data(self, data):
        if self.tag == "h2":
            self.titles.append(data)
        self.tag = None


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run folder with everything in it, on a folder of images."""
    path = tmp_path_factory.mktemp("report")
    rng = np.random.default_rng(0)
    (path / "images").mkdir()
    for i in range(20):
        Image.fromarray(rng.integers(0, 256, (8, 8)).astype("uint8")).save(path / "images" / f"{i}.png")
    folder = RunFolder(path / "run")
    folder.prepare({"recipe": "tiny<b>", "dataset": f"folder:{path / 'images'}"}, resume=False)
    gan = tiny_gan()
    images = rng.uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
    gan.fit(
        images,
        batch_size=8,
        epochs=3,
        verbose=0,
        callbacks=[
            TrainingMonitor(every=2, budget=None, samples=16, log=folder.monitor),
            SampleGrid(folder.samples),
            keras.callbacks.CSVLogger(folder.history),
            Checkpoint(folder.checkpoints),
        ],
    )
    gan.export(folder.saved_model)
    finding = {"name": "Mode collapse", "began": 3, "found": 9, "evidence": "5% < 10%", "cure": "R1"}
    with folder.monitor.open("a") as file:
        file.write(json.dumps({"finding": finding}) + "\n")
    figure = {"value": 12.5, "n_generated": 100, "n_reference": 20, "extractor": "pixels"}
    folder.evaluation.write_text(
        json.dumps({"reference": "mine", "split": "train", "figures": {"fid": figure}})
    )
    return folder


def test_the_page_has_everything_and_asks_for_nothing(run):
    page = Page(write_report(run.path))
    assert page.titles == [
        *("Findings", "Curves", "Time line", "Generated and real images", "Nearest training images"),
        *("What the discriminator looks at", "Evaluation", "Configuration"),
    ]
    assert all(address.startswith("data:image/png;base64,") for address in page.addresses)
    for foreign in ("<script src", "@import", "<link"):
        assert foreign not in page.text
    # Curves refer to their own parts alone.
    assert page.text.count("url(") == page.text.count("url(#")
    frames = [image["alt"] for image in page.images if image.get("class") == "frame"]
    assert frames == ["epoch-0000", "epoch-0001", "epoch-0002", "epoch-0003"]
    assert "<b>Mode collapse</b>, since step 3" in page.text and "5% &lt; 10%" in page.text
    assert "tiny&lt;b&gt;" in page.text and "tiny<b>" not in page.text
    assert "12.5" in page.text and page.text.count("<svg") >= 2


def test_a_run_that_has_just_begun(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.prepare({"recipe": "dcgan", "dataset": "mnist_5k"}, resume=False)
    page = Page(write_report(folder.path, tmp_path / "page.html"))
    for said in (
        "not checked yet",
        "No epoch has ended",
        "No sample grid yet",
        "No model yet",
        "Not measured",
    ):
        assert said in page.text
    with pytest.raises(ValueError, match="no run folder"):
        write_report(tmp_path / "none")


def test_a_run_that_is_still_going_and_whose_data_are_gone(run, tmp_path):
    shutil.copytree(run.path, tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "saved_model")
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    (tmp_path / "run" / "config.json").write_text(json.dumps({**config, "dataset": "folder:/gone"}))
    with (tmp_path / "run" / "monitor.jsonl").open("a") as file:
        file.write('{"look": {"st')  # cut off in the middle
    page = Page(write_report(tmp_path / "run"))
    assert "The training images cannot be read" in page.text and "alt='epoch-0003'" in page.text


@pytest.mark.slow
def test_in_a_browser(run, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("no browser: apt-get install chromium")
    page = tmp_path / "page.html"
    text = write_report(run.path).read_text()
    # The slider moved to the first frame, as a hand would.
    move = "<script>slider.value = 0; slider.dispatchEvent(new Event('input'));</script></body>"
    page.write_text(text.replace("</body>", move))
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    dom = subprocess.run(
        [browser, *flags, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120
    ).stdout
    assert '<output id="frame-name">epoch-0000</output>' in dom
    assert dom.count('class="frame shown"') == 1
    shot = tmp_path / "shot.png"
    subprocess.run(
        [browser, *flags, "--window-size=1000,1800", f"--screenshot={shot}", page.as_uri()],
        capture_output=True,
        timeout=120,
    )
    # Something is drawn all the way down.
    pixels = np.asarray(Image.open(shot).convert("L"))
    assert pixels.shape == (1800, 1000) and all(part.min() < 200 for part in np.array_split(pixels, 6))
