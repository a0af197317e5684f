import numpy as np
import pytest

import keras_gan
from keras_gan import latent
from keras_gan.runs.generator import Generator
from tests.helpers import tiny_gan
from tests.models.test_stylegan2 import style_gan


@pytest.mark.parametrize("path", ["slerp", "lerp"])
def test_ends_and_the_way_between(path):
    first, last = np.random.default_rng(0).normal(size=(2, 5, 8))
    np.testing.assert_allclose(latent.interpolate(first, last, 0.0, path), first, atol=1e-12)
    np.testing.assert_allclose(latent.interpolate(first, last, 1.0, path), last, atol=1e-12)
    # On the way back it is the same way.
    there, back = latent.interpolate(first, last, 0.3, path), latent.interpolate(last, first, 0.7, path)
    np.testing.assert_allclose(there, back, atol=1e-12)
    if path == "slerp":
        # Angles and lengths change evenly.
        unit = lambda x: x / np.linalg.norm(x, axis=1, keepdims=True)
        angle = lambda a, b: np.arccos((unit(a) * unit(b)).sum(1))
        np.testing.assert_allclose(angle(first, there), 0.3 * angle(first, last), atol=1e-9)
        lengths = [np.linalg.norm(x, axis=1) for x in (first, there, last)]
        np.testing.assert_allclose(lengths[1], 0.7 * lengths[0] + 0.3 * lengths[2])


def test_parallel_and_zero_latents_have_a_way_too():
    x = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_allclose(latent.interpolate(x, 2 * x, 0.5), 1.5 * x)
    assert np.isfinite(latent.interpolate(x, 0 * x, 0.5)).all()
    assert np.isfinite(latent.interpolate(x, -x, 0.5)).all()


def test_bad_input_is_refused():
    x = np.zeros((3, 4))
    with pytest.raises(ValueError, match="slerp"):
        latent.interpolate(x, x, 0.5, "straight")
    with pytest.raises(ValueError, match="latent_dim"):
        latent.interpolate(x, x[:2], 0.5)


def test_a_walk_leads_through_its_keys_and_back():
    keys = np.random.default_rng(0).normal(size=(3, 2, 8))
    way = latent.walk(keys, 12)
    assert way.shape == (12, 2, 8) and way.dtype == "float32"
    np.testing.assert_allclose(way[[0, 4, 8]], keys, rtol=1e-5)
    # Without jumps, also from the last to the first.
    steps = np.linalg.norm(np.diff(np.concatenate([way, way[:1]]), axis=0), axis=-1)
    far = np.linalg.norm(keys - np.roll(keys, -1, axis=0), axis=-1).max()
    assert steps.max() < far / 2
    for bad in (keys[:1], keys[0, 0]):
        with pytest.raises(ValueError, match="at least 2 keys"):
            latent.walk(bad, 12)
    with pytest.raises(ValueError, match="as many frames"):
        latent.walk(keys, 2)


def test_images_on_the_way(tmp_path):
    from tests.helpers import tiny_gan

    gan = tiny_gan()
    gan.export(tmp_path / "exported")
    stored = Generator(tmp_path / "exported")
    for one in (gan, stored):
        sheet = latent.interpolation_sheet(one, rows=2, columns=4, seed=1)
        assert sheet.shape == (8, 8, 8, 1) and sheet.dtype == np.uint8
        frames = latent.walk_frames(one, samples=3, keys=2, frames=6)
        assert frames.shape == (6, 3, 8, 8, 1)
        sweep = latent.truncation_sweep(one, (0.0, 1.0), columns=4)
        # At truncation 0 all images are the one of the latent 0.
        assert (sweep[:4] == sweep[0]).all() and not (sweep[4:] == sweep[4]).all()
    np.testing.assert_array_equal(sheet, latent.interpolation_sheet(gan, rows=2, columns=4, seed=1))


def test_there_is_no_way_between_the_categories_of_an_infogan():
    import keras_gan

    networks = keras_gan.networks.dcgan(
        (8, 8, 1), latent_dim=4 + 3 + 1, filters=2, kernel_size=3, recognition=4
    )
    gan = keras_gan.InfoGAN(*networks, categories=3, codes=1)
    with pytest.raises(ValueError, match="category and codes"):
        latent.walk_frames(gan)


def test_animations(tmp_path):
    from PIL import Image

    frames = [Image.new("L", (21, 20), level) for level in (0, 100, 200)]
    latent.save_animation(frames, tmp_path / "walk.gif", fps=10)
    with Image.open(tmp_path / "walk.gif") as stored:
        assert stored.n_frames == 3 and stored.info["duration"] == 100 and stored.info["loop"] == 0
    with pytest.raises(ValueError, match=r"\.gif or \.mp4"):
        latent.save_animation(frames, tmp_path / "walk.avi")


def test_mp4(tmp_path, monkeypatch):
    from PIL import Image

    frames = [Image.new("L", (33, 32), level) for level in range(0, 250, 25)]
    with monkeypatch.context() as without:
        without.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
        with pytest.raises(ImportError, match=r"pip install 'keras-gan\[video\]'"):
            latent.save_animation(frames, tmp_path / "walk.mp4")
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg")
    latent.save_animation(frames, tmp_path / "walk.mp4", fps=10)
    count, seconds = imageio_ffmpeg.count_frames_and_secs(str(tmp_path / "walk.mp4"))
    assert count == 10 and seconds == pytest.approx(1.0, abs=0.2)


def test_labels_are_checked():
    classes = {"num_classes": 3}
    gan = tiny_gan(
        lambda *pair, **kwargs: keras_gan.ConditionalGAN(*pair, **classes, **kwargs),
        networks=keras_gan.networks.dcgan((8, 8, 1), latent_dim=2, filters=2, kernel_size=3, **classes),
    )
    for label in (3, -1, 1.5):
        with pytest.raises(ValueError, match="labels"):
            latent.interpolation_sheet(gan, 1, 2, label=label)
    assert latent.interpolation_sheet(gan, 1, 2, label=2).shape[0] == 2
    with pytest.raises(ValueError, match="no classes"):
        latent.interpolation_sheet(tiny_gan(), 1, 2, label=2)


@pytest.fixture(scope="module")
def gan():
    return style_gan()


def test_ways_lie_in_w(gan):
    sheet = latent.interpolation_sheet(gan, rows=2, columns=3).reshape(2, 3, 16, 16, 3)
    z = np.random.default_rng(0).normal(size=(2, 2, 8)).astype("float32")
    ws = np.stack([gan.style(z[i]) for i in (0, 1)])
    np.testing.assert_array_equal(sheet[:, 1], gan.images_of((ws[0] + ws[1]) / 2))
    assert latent.walk_frames(gan, samples=2, keys=2, frames=4, space="z").shape == (4, 2, 16, 16, 3)
    with pytest.raises(ValueError, match="Only StyleGANs"):
        latent.interpolation_sheet(tiny_gan(), space="w")
    with pytest.raises(ValueError, match="`space`"):
        latent.interpolation_sheet(gan, space="s")


def test_truncation_sweep_is_of_w(gan):
    cells = latent.truncation_sweep(gan, values=(0.5, 1.0), columns=2)
    z = np.random.default_rng(0).normal(size=(2, 8)).astype("float32")
    np.testing.assert_array_equal(cells[:2], gan.images_of(z, truncation=0.5))
