import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan.callbacks import SampleGrid
from keras_gan.grid import gif_frame
from tests.helpers import tiny_gan


def test_a_grid_per_epoch_and_a_gif(images, tmp_path):
    gan = tiny_gan()
    grid = SampleGrid(tmp_path, rows=2, columns=3)
    gan.fit(images, batch_size=16, epochs=3, verbose=0, callbacks=[grid])
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["epoch-0000.png", "epoch-0001.png", "epoch-0002.png", "epoch-0003.png", "samples.gif"]
    assert Image.open(tmp_path / "samples.gif").n_frames == 4
    # The last one shows `generate`'s images of its seed, in order.
    expected = gan.generate(6, seed=0)
    shown = np.asarray(Image.open(tmp_path / "epoch-0003.png"))
    scale = 6  # 8 pixels are enlarged to 48
    for i, image in enumerate(expected[..., 0]):
        y, x = 16 + i // 3 * 50 + 1, i % 3 * 50 + 1
        np.testing.assert_array_equal(shown[y : y + 48 : scale, x : x + 48 : scale], image)


def test_the_first_grid_is_that_of_the_untrained_generator(images, tmp_path):
    gan = tiny_gan()
    untrained = gan.generate(1, seed=0)
    grid = SampleGrid(tmp_path, rows=1, columns=1, gif=False)
    gan.fit(images, batch_size=16, epochs=1, verbose=0, callbacks=[grid])
    shown = np.asarray(Image.open(tmp_path / "epoch-0000.png"))
    np.testing.assert_array_equal(shown[17 : 17 + 48 : 6, 1 : 1 + 48 : 6], untrained[0, ..., 0])
    again = SampleGrid(tmp_path / "again", rows=1, columns=1, gif=False)
    gan.fit(images, batch_size=16, epochs=1, verbose=0, callbacks=[again])  # trained further
    assert [path.name for path in again.pictures()] == ["epoch-0001.png"]


def test_captions_differ(images, tmp_path):
    tiny_gan().fit(
        images, batch_size=32, epochs=2, verbose=0, callbacks=[SampleGrid(tmp_path, rows=1, columns=2)]
    )
    first, second = (np.asarray(Image.open(tmp_path / f"epoch-000{i}.png"))[:16] for i in (1, 2))
    assert (first != second).any() and (first < 128).any()


def test_every_n_steps_and_tensorboard(images, tmp_path):
    grid = SampleGrid(
        tmp_path / "grids", rows=2, columns=2, every_steps=3, gif=False, tensorboard=tmp_path / "logs"
    )
    tiny_gan().fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[grid])
    assert [path.name for path in grid.pictures()] == [
        "step-000000.png",
        "step-000003.png",
        "step-000006.png",
    ]
    assert [f for f in (tmp_path / "logs").iterdir() if "tfevents" in f.name and f.stat().st_size > 500]


def test_steps_per_execution_does_not_skip_a_grid(images, tmp_path):
    grid = SampleGrid(tmp_path, rows=1, columns=1, every_steps=3, gif=False)
    tiny_gan(steps_per_execution=4).fit(images, batch_size=8, epochs=1, verbose=0, callbacks=[grid])
    assert [path.name for path in grid.pictures()] == [
        "step-000000.png",
        "step-000004.png",
        "step-000008.png",
    ]


def test_a_used_folder_keeps_the_gif_to_this_run(images, tmp_path):
    for color in ("red", "blue"):
        Image.new("RGB", (20, 20), color).save(tmp_path / f"epoch-000{7 + (color == 'red')}.png")
    grid = SampleGrid(tmp_path, rows=1, columns=2)
    tiny_gan().fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[grid])
    assert [path.name for path in grid.pictures()] == ["epoch-0000.png", "epoch-0001.png", "epoch-0002.png"]
    assert Image.open(tmp_path / "samples.gif").n_frames == 3


def test_a_million_steps_come_after_fewer(tmp_path, images):
    gan = tiny_gan()
    gan.state.generator_step.assign(999_999 - 3)
    grid = SampleGrid(tmp_path, rows=1, columns=1, every_steps=1)
    gan.fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[grid])
    steps = [int(path.stem.removeprefix("step-")) for path in grid.pictures()]
    assert steps == sorted(steps) and steps[-1] == 1_000_004 and len(steps) == 8


def test_the_gif_has_colours_of_its_own(tmp_path):
    """Against a fixed palette, whose mean error on smooth colours is several levels; transparent pixels are white."""
    ramp = np.linspace(0, 255, 64).astype("uint8")
    rgb = np.stack([*np.meshgrid(ramp // 4 + 60, ramp // 4 + 120), np.full((64, 64), 90, "uint8")], axis=-1)
    frame = np.asarray(gif_frame(Image.fromarray(rgb.astype("uint8"))).convert("RGB"), "float32")
    fixed = np.asarray(Image.fromarray(rgb.astype("uint8")).convert("P").convert("RGB"), "float32")
    assert np.abs(frame - rgb).mean() < 3 < np.abs(fixed - rgb).mean()
    clear = np.zeros((8, 8, 4), "uint8")
    assert (np.asarray(gif_frame(Image.fromarray(clear)).convert("RGB")) == 255).all()


def test_bad_use(tmp_path):
    with pytest.raises(ValueError, match="rows"):
        SampleGrid(tmp_path, rows=0)
    gan = tiny_gan(networks=keras_gan.networks.mlp(data_dim=2, hidden=(4,)))
    with pytest.raises(ValueError, match="grey, RGB or RGBA"):
        gan.fit(np.zeros((32, 2), "float32"), verbose=0, callbacks=[SampleGrid(tmp_path)])
