"""The page with a generator: what is written, and what a visitor does in a real browser (slow tests)."""

import base64
import contextlib
import functools
import gzip
import http.server
import io
import json
import re
import threading
import urllib.request

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan.cli import app
from keras_gan.conditions import Texts
from keras_gan.demo import runtime, write, write_demo
from keras_gan.demo.graphs import graphs_of
from tests.demo.browser import browser, errors, requests, wait
from tests.helpers import tiny_gan

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("tf2onnx")

TEXTS = ["a red heart", "a blue star", "two red stars"]


def conditional():
    networks = keras_gan.networks.dcgan((16, 16, 3), latent_dim=8, filters=4, kernel_size=3, num_classes=3)
    gan = keras_gan.ConditionalGAN(*networks, num_classes=3, ema_decay=None)
    gan.class_names = ["</script><b>", "heart", "star"]
    return gan


def styled():
    networks = keras_gan.networks.stylegan2(
        (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=256, channel_max=16
    )
    return keras_gan.StyleGAN2(*networks, ema_decay=None)


def of_texts():
    encoder = keras_gan.networks.text_encoder(TEXTS, dim=8, units=4, word_dim=4)
    generator, discriminator = keras_gan.networks.dfgan((16, 16, 3), 8, 8, filters=4)
    for weight in generator.weights:  # at first a text changes nothing
        weight.assign(np.random.default_rng(weight.shape[0]).normal(0, 0.3, weight.shape))
    return keras_gan.DFGAN(generator, discriminator, condition=Texts(encoder, TEXTS), ema_decay=None)


def enlarging():
    generator = keras_gan.networks.srvggnet(2, 3, filters=4, convolutions=1)
    return keras_gan.convert.as_gan(generator)


def ran(content, **inputs):
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)[0]


@pytest.fixture
def no_runtime(tmp_path, monkeypatch):
    """The engine as an empty file: these tests run no page."""
    (tmp_path / "engine.js").write_text("window.ort = {};\n")
    monkeypatch.setattr(write, "runtime", lambda: tmp_path / "engine.js")


# === What is written ===


@pytest.mark.slow
def test_graphs_of_latents_classes_and_styles():
    gan = conditional()
    about, graphs = graphs_of(gan)
    latents, labels = gan.sample_latents(2, 0), np.array([1, 2], "int32")
    np.testing.assert_allclose(
        ran(graphs["generator"], latents=latents, labels=labels), gan.synthesize(latents, labels), atol=1e-5
    )
    assert about["condition"] == {"kind": "classes", "names": gan.class_names}
    assert about["noise"] == {"size": 8, "kind": "normal"}

    gan = styled()
    about, graphs = graphs_of(gan)
    w = ran(graphs["mapping"], latents=latents)
    np.testing.assert_allclose(w, gan.style(latents)[:, 0], atol=1e-5)
    ws = np.repeat(w[:, None], about["layers"], axis=1)
    np.testing.assert_allclose(ran(graphs["synthesis"], ws=ws), np.clip(gan.synthesize(ws), -1, 1), atol=1e-4)
    assert np.shape(about["directions"]) == (6, 8) and len(about["average"]) == 8


@pytest.mark.slow
def test_graph_of_texts():
    gan = of_texts()
    about, graphs = graphs_of(gan)
    assert about["condition"]["words"][2:] == list(keras_gan.data.texts.words_of(gan.text_encoder))
    numbers = {word: i for i, word in enumerate(about["condition"]["words"])}
    tokens = np.zeros((1, about["condition"]["length"]), "int64")
    tokens[0, :3] = [numbers[word] for word in ("a", "red", "star")]
    np.testing.assert_allclose(
        ran(graphs["text"], tokens=tokens), gan.condition.vectors(["a red star"]), atol=1e-5
    )
    # Of an encoder that is no network of Keras the captions' vectors are stored.
    gan = keras_gan.DFGAN(
        *keras_gan.networks.dfgan((16, 16, 3), 384, 8, filters=4),
        condition=Texts(Lengths(), TEXTS),
        ema_decay=None,
    )
    about, graphs = graphs_of(gan)
    assert about["condition"]["names"] == TEXTS and np.shape(about["condition"]["vectors"]) == (3, 384)
    assert set(graphs) == {"generator"}


@keras.saving.register_keras_serializable("tests.demo")
class Lengths:
    """Texts -> vectors of their lengths."""

    def __call__(self, texts):
        return np.array([[len(text)] * 384 for text in texts], "float32")

    def get_config(self):
        return {}


def test_graphs_of_images():
    about, graphs = graphs_of(enlarging())
    source = np.random.default_rng(0).uniform(-1, 1, (1, 7, 9, 3)).astype("float32")
    assert ran(graphs["translate"], source=source).shape == (1, 14, 18, 3)
    assert (
        about["scale"] == 2
        and about["sources"] == {"translate": [None, None, 3]}
        and about["condition"] is None
    )
    # What the page cannot draw itself comes with it.
    noise = keras_gan.noise.Codes(9, 3, 2)
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((8, 8, 1), latent_dim=9, filters=4), noise=noise)
    about, _ = graphs_of(gan)
    assert about["noise"]["kind"] == "bank" and np.shape(about["noise"]["latents"]) == (512, 9)


def test_the_page(no_runtime, tmp_path):
    folder = tmp_path / "page"
    page = write_demo(conditional(), folder, title="Hearts & <stars>")
    assert sorted(path.name for path in folder.iterdir()) == sorted(write.NAMES)
    text = page.read_text()
    assert "Hearts &amp; &lt;stars&gt;" in text and "<!--" not in text
    assert "connect-src 'none'" in text and not re.search(r'(src|href)="?http', text)
    script = (folder / "model.js").read_text()
    assert "</script>" not in script
    about = json.loads(script.partition("window.ABOUT = ")[2].partition(";\n")[0])
    assert about["condition"]["names"][0] == "</script><b>" and about["title"] == "Hearts & <stars>"
    packed = re.search(r'GRAPHS \?\?= \{\}\)\["generator"\] = "([^"]*)"', script)[1]
    assert len(gzip.decompress(base64.b64decode(packed))) == about["bytes"]
    write_demo(styled(), folder)  # over an earlier page
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"holds other files, such as notes\.txt"):
        write_demo(styled(), folder)


def test_what_a_page_cannot_run(no_runtime, tmp_path, monkeypatch):
    vectors = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2))
    with pytest.raises(ValueError, match="shows images, and GAN makes vectors"):
        write_demo(vectors, tmp_path / "a")
    with pytest.raises(ValueError, match="takes images in grey, RGB or RGBA, and this NextFrame takes"):
        write_demo(
            keras_gan.NextFrame(
                keras_gan.networks.unet((16, 16, 4), 1, filters=4),
                keras_gan.networks.patchgan((16, 16, 1), condition_channels=4, filters=4, receptive_field=16),
            ),
            tmp_path / "a",
        )
    with pytest.raises(ValueError, match="runs generators, and GANomaly has none"):
        write_demo(
            keras_gan.GANomaly(*keras_gan.networks.ganomaly((32, 32, 1), 8, filters=4)), tmp_path / "a"
        )
    monkeypatch.setattr(write, "LIMIT", 1000)
    with pytest.raises(ValueError, match="a browser takes 0 MB at most"):
        write_demo(tiny_gan(), tmp_path / "b")
    tiny_gan().export(tmp_path / "saved")
    with pytest.raises(ValueError, match="SavedModel, which a browser cannot run"):
        app(["demo", str(tmp_path / "saved"), "--out", str(tmp_path / "c")], standalone_mode=False)
    assert not any((tmp_path / name).exists() for name in "abc")


def test_the_engine_is_checked(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    package = tmp_path / "keras_gan" / "demo" / f"onnxruntime-web-{runtime.VERSION}.tgz"
    package.parent.mkdir(parents=True)
    package.write_bytes(b"another")
    with pytest.raises(ValueError, match="not the file of onnxruntime-web"):
        runtime.runtime()


# === In a browser ===


@pytest.fixture(scope="module")
def engine():
    try:
        return runtime.runtime()
    except OSError as error:
        pytest.skip(str(error))


@contextlib.contextmanager
def opened(gan, folder, address=None):
    """The page of a model in a browser, ready."""
    page = write_demo(gan, folder)
    with browser() as driver:
        driver.get(address or page.as_uri())
        wait(driver, "document.documentElement.dataset.ready === 'true'")
        yield driver
        assert not errors(driver)
        assert all(url.startswith(("file://", "http://127.0.0.1")) for url in requests(driver))


def pixels(driver, name):
    data = driver.execute_script(f"return document.getElementById('{name}').toDataURL('image/png')")
    return np.asarray(
        Image.open(io.BytesIO(base64.b64decode(data.partition(",")[2]))).convert("RGB"), "int16"
    )


def set_to(driver, name, value):
    driver.execute_script(
        "const [name, value] = arguments, input = document.getElementById(name); input.value = value;"
        "for (const kind of ['input', 'change']) input.dispatchEvent(new Event(kind, {bubbles: true}));",
        name,
        value,
    )
    settled(driver)


def settled(driver):
    driver.execute_script("window.idle = false; soon('idle', async () => { window.idle = true; });")
    wait(driver, "window.idle && !busy")


def status(driver):
    return driver.execute_script("return document.getElementById('status').textContent")


@pytest.mark.slow
def test_samples_classes_and_the_keyboard(engine, tmp_path):
    from selenium.webdriver.common.keys import Keys

    gan = conditional()
    with opened(gan, tmp_path / "page") as driver:
        latents = gan.sample_latents(1, 3)
        made = driver.execute_async_script(
            "const [z, done] = arguments; run('generator', {latents: tensor(Float32Array.from(z), [1, z.length]),"
            " labels: new ort.Tensor('int32', Int32Array.of(2), [1])}).then((x) => done(Array.from(x.data)));",
            latents[0].tolist(),
        )
        expected = keras.ops.convert_to_numpy(gan.synthesize(latents, np.array([2])))
        np.testing.assert_allclose(np.reshape(made, expected.shape), expected, atol=1e-5)
        # The first class' name is text, not markup.
        options = driver.execute_script(
            "return [...document.querySelector('#condition-choice').options].map((o) => o.text)"
        )
        assert options == ["any", *gan.class_names]
        first = pixels(driver, "a")
        set_to(driver, "condition-choice", "1")
        labels = driver.execute_script(
            "return [...document.querySelectorAll('#grid button')].map((b) => b.getAttribute('aria-label'))"
        )
        assert len(labels) == 16 and all("heart" in label for label in labels) and "is A" in labels[0]
        # The same seed gives the same samples; another one others.
        set_to(driver, "condition-choice", "")
        np.testing.assert_array_equal(pixels(driver, "a"), first)
        set_to(driver, "seed", "5")
        assert (pixels(driver, "a") != first).any()
        # At the ends of the slider stand A and B.
        for value, name in (("0", "a"), ("1", "b")):
            set_to(driver, "mix", value)
            assert np.abs(pixels(driver, "between") - pixels(driver, name)).max() <= 1
        # By keyboard alone: to the third sample, chosen as A; then a direction's slider, and back.
        button = driver.find_elements("css selector", "#grid button")[2]
        driver.execute_script("arguments[0].focus()", button)
        button.send_keys(Keys.ENTER)
        settled(driver)
        assert "is A" in button.get_attribute("aria-label") and "Sample 3 is A" in status(driver)
        set_to(driver, "mix", "0")
        before = pixels(driver, "between")
        slider = driver.find_element("id", "direction-0")
        slider.send_keys(*[Keys.ARROW_RIGHT] * 20)
        settled(driver)
        assert float(slider.get_attribute("value")) == 2 and (pixels(driver, "between") != before).any()
        driver.find_element("id", "reset").click()
        settled(driver)
        np.testing.assert_array_equal(pixels(driver, "between"), before)
        # The tabulator reaches each control once.
        driver.execute_script("document.activeElement.blur(); window.scrollTo(0, 0)")
        count = driver.execute_script(
            "return [...document.querySelectorAll('input, select, button')]"
            ".filter((e) => e.offsetParent && !e.disabled).length"
        )
        reached = []
        for _ in range(count):
            driver.switch_to.active_element.send_keys(Keys.TAB)
            reached.append(driver.switch_to.active_element)
        assert len(set(reached)) == count and button in reached
        assert button.get_attribute("aria-pressed") == "true"
        # Each control has a name that a screen reader says.
        unnamed = driver.execute_script(
            "return [...document.querySelectorAll('input, select, button')].filter((e) => e.offsetParent"
            " && !(e.labels?.length && e.labels[0].textContent.trim()) && !e.textContent.trim()"
            " && !e.getAttribute('aria-label')).map((e) => e.id)"
        )
        assert unnamed == []


@pytest.mark.slow
def test_styles_over_a_server(engine, tmp_path):
    folder = tmp_path / "page"
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with opened(styled(), folder, f"http://127.0.0.1:{server.server_port}/") as driver:
            set_to(driver, "from", "0")
            driver.find_element("id", "mixing").click()
            layers = int(driver.execute_script("return about.layers"))
            # All layers' styles of B are B; those of the finer half are neither.
            set_to(driver, "to", str(layers - 1))
            assert np.abs(pixels(driver, "between") - pixels(driver, "b")).max() <= 1
            set_to(driver, "from", str(layers // 2))
            mixed = pixels(driver, "between")
            assert all((mixed != pixels(driver, name)).any() for name in "ab")
            set_to(driver, "truncation", "0")
            assert np.abs(pixels(driver, "a") - pixels(driver, "b")).max() <= 1
        server.shutdown()


@pytest.mark.slow
def test_typed_texts(engine, tmp_path):
    with opened(of_texts(), tmp_path / "page") as driver:
        assert driver.find_element("id", "text").get_attribute("value") == TEXTS[0]
        first = pixels(driver, "a")
        set_to(driver, "text", "Two blue STARS!")
        assert (pixels(driver, "a") != first).any() and "16 samples" in status(driver)
        set_to(driver, "text", "a green star")
        assert "not learnt the word green" in status(driver)
        set_to(driver, "text", "")
        assert "type what" in status(driver)


@pytest.mark.slow
def test_an_image_that_is_chosen_or_dropped(engine, tmp_path):
    gan = enlarging()
    levels = np.random.default_rng(0).integers(0, 255, (30, 20, 3), "uint8")
    Image.fromarray(levels).save(tmp_path / "photo.png")
    (tmp_path / "notes.txt").write_text("no image")
    with opened(gan, tmp_path / "page") as driver:
        driver.find_element("id", "file").send_keys(str(tmp_path / "photo.png"))
        wait(driver, "!document.getElementById('save-after').disabled")
        settled(driver)
        np.testing.assert_array_equal(pixels(driver, "before"), levels)
        assert np.abs(pixels(driver, "after") - gan.upscale(levels, tile=None).astype("int16")).max() <= 1
        assert "40 x 60 pixels" in status(driver)
        driver.find_element("id", "file").send_keys(str(tmp_path / "notes.txt"))
        wait(driver, "document.getElementById('status').textContent.includes('is no image')")
        # Dropped in place of chosen: the same image upside down.
        Image.fromarray(levels[::-1]).save(tmp_path / "turned.png")
        driver.execute_script(
            "const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0)), data = new DataTransfer();"
            "data.items.add(new File([bytes], 'turned.png', {type: 'image/png'}));"
            "document.getElementById('drop').dispatchEvent("
            "new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));",
            base64.b64encode((tmp_path / "turned.png").read_bytes()).decode(),
        )
        wait(driver, "document.getElementById('status').textContent.includes('40 x 60 pixels')")
        settled(driver)
        np.testing.assert_array_equal(pixels(driver, "before"), levels[::-1])


def test_it_is_served_on_this_machine_alone(tmp_path):
    from keras_gan.cli.demo import _server

    (tmp_path / "index.html").write_text("the page")
    with _server(tmp_path, 0) as server:
        assert server.server_address[0] == "127.0.0.1"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/") as answer:
                assert answer.read() == b"the page"
            with pytest.raises(ValueError, match="cannot be used .*give another --port, or 0 for any"):
                _server(tmp_path, server.server_port)
        finally:
            server.shutdown()
            thread.join()
