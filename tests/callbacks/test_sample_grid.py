import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan.callbacks import SampleGrid
from tests.helpers import tiny_gan


def test_a_grid_per_epoch_and_a_gif(images, tmp_path):
    gan = tiny_gan()
    grid = SampleGrid(tmp_path, rows=2, columns=3)
    gan.fit(images, batch_size=16, epochs=3, verbose=0, callbacks=[grid])
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["epoch-0001.png", "epoch-0002.png", "epoch-0003.png", "samples.gif"]
    assert Image.open(tmp_path / "samples.gif").n_frames == 3
    # The last one shows `generate`'s images of its seed, in order.
    expected = gan.generate(6, seed=0)
    shown = np.asarray(Image.open(tmp_path / "epoch-0003.png"))
    scale = 6  # 8 pixels are enlarged to 48
    for i, image in enumerate(expected[..., 0]):
        y, x = 16 + i // 3 * 50 + 1, i % 3 * 50 + 1
        np.testing.assert_array_equal(shown[y : y + 48 : scale, x : x + 48 : scale], image)


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
    assert [path.name for path in grid.pictures()] == ["step-000003.png", "step-000006.png"]
    assert [f for f in (tmp_path / "logs").iterdir() if "tfevents" in f.name and f.stat().st_size > 500]


def test_steps_per_execution_does_not_skip_a_grid(images, tmp_path):
    grid = SampleGrid(tmp_path, rows=1, columns=1, every_steps=3, gif=False)
    tiny_gan(steps_per_execution=4).fit(images, batch_size=8, epochs=1, verbose=0, callbacks=[grid])
    assert [path.name for path in grid.pictures()] == ["step-000004.png", "step-000008.png"]


def test_bad_use(tmp_path):
    with pytest.raises(ValueError, match="rows"):
        SampleGrid(tmp_path, rows=0)
    gan = tiny_gan(networks=keras_gan.networks.mlp(data_dim=2, hidden=(4,)))
    with pytest.raises(ValueError, match="grey, RGB or RGBA"):
        gan.fit(np.zeros((32, 2), "float32"), verbose=0, callbacks=[SampleGrid(tmp_path)])
