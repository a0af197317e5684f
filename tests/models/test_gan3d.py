"""3D-GAN as a model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import modalities, networks
from tests.contracts import game_contract


def solids(n=64, size=16):
    """Cubes and plates at the middle, of chance sizes."""
    rng, made = np.random.default_rng(0), np.zeros((n, size, size, size, 1), "float32")
    for i in range(n):
        half = rng.integers(2, 7, 3)
        if i % 2:
            half[1] = 1
        x, y, z = (slice(size // 2 - h, size // 2 + h) for h in half)
        made[i, x, y, z] = 1
    return made


def make(optimizer=None, num_classes=None, **options):
    keras.utils.set_random_seed(0)
    pair = networks.gan3d(16, 4, filters=4, num_classes=num_classes)
    gan = keras_gan.GAN3D(*pair, num_classes=num_classes, seed=0)
    if optimizer:
        options |= {f"{player}_optimizer": optimizer() for player in gan.players}
    gan.compile(**options)
    return gan


@pytest.mark.slow
def test_contract(tmp_path, mirrored):
    game_contract(make, solids(), tmp_path, mirrored, lambda: make(lambda: keras.optimizers.SGD(1e-3)))


def test_the_papers_parts():
    gan = make()
    assert gan.regularizers[0].limit == 0.8
    assert [float(gan.optimizer_of(player).learning_rate) for player in ("generator", "discriminator")] == [
        np.float32(2.5e-3),
        np.float32(1e-5),
    ]


@pytest.mark.slow
def test_shapes_by_class_grids_and_exports(tmp_path):
    gan = make(num_classes=2)
    data = keras_gan.data.shapes(solids(), np.arange(64) % 2, batch_size=16, class_names=["cube", "plate"])
    grid = keras_gan.callbacks.SampleGrid(tmp_path / "grids", columns=3)
    gan.fit(data, epochs=2, verbose=0, callbacks=[grid])
    made = gan.generate(3, seed=1, labels="plate")
    assert (
        made.shape == (3, 16, 16, 16, 1) and made.dtype == np.float32 and made.min() >= 0 and made.max() <= 1
    )
    assert {path.name for path in (tmp_path / "grids").iterdir()} >= {"epoch-0001.png", "epoch-0001.gif"}
    served = tf.saved_model.load(gan.export(tmp_path / "exported"))
    np.testing.assert_allclose(served.sample(3, 1, labels=1), made, atol=1e-5)
    gan.save(tmp_path / "gan.keras")
    assert keras.saving.load_model(tmp_path / "gan.keras").modality.shape == (16, 16, 16, 1)


@pytest.mark.slow
def test_a_cube_is_learnt():
    keras.utils.set_random_seed(0)
    pair = networks.gan3d(16, 4, filters=16, discriminator_normalization="none")
    gan = keras_gan.GAN3D(*pair, ema_decay=0.98, seed=0)
    Adam = keras_gan.optimizers.Adam
    gan.compile(
        Adam(1e-3, 0.0, 0.99),
        Adam(1e-3, 0.0, 0.99),
        loss="wasserstein",
        regularizers=["gradient_penalty"],
        discriminator_steps=2,
    )
    data = solids(256)[::2]
    gan.fit(keras_gan.data.shapes(data, batch_size=16), epochs=30, verbose=0)
    made = gan.generate(32, seed=0) > 0.5
    # Solid at the middle, empty at the corners, of sizes within those of the data.
    assert made[:, 8, 8, 8].mean() > 0.95 and made[:, 0, 0, 0].mean() < 0.05
    volumes = made.sum((1, 2, 3, 4))
    real = data.sum((1, 2, 3, 4))
    assert real.min() * 0.7 < np.median(volumes) < real.max() * 1.1


def test_pictures_of_solids():
    """A plate is wide and low; what is turned by half a turn is mirrored; nothing is white."""
    modality = modalities.Voxels((16, 16, 16, 1))
    plate = np.zeros((1, 16, 16, 16, 1), "float32")
    plate[:, 2:14, 7:9, 6:10] = 1
    picture = modality.to_pictures(plate, turn=0.0)[0]
    drawn = (picture < 250).any(-1)
    assert drawn.any(0).sum() > 2 * drawn.any(1).sum()
    assert (modality.to_pictures(0 * plate) == 255).all()
    ell = plate.copy()
    ell[:, 2:4, 2:14, 6:10] = 1  # its upright stands at the left
    front, back = (modality.to_pictures(ell, turn=t)[0] for t in (0.0, np.pi))
    left, right = ((p < 250).any(-1)[:, :32].sum() - (p < 250).any(-1)[:, 32:].sum() for p in (front, back))
    assert left > 0 > right


def test_held_wrong():
    with pytest.raises(ValueError, match=r"Voxels must be in \[0, 1\]"):
        make().fit(2 * solids() - 1, batch_size=16, verbose=0)
    with pytest.raises(ValueError, match="voxels of shape"):
        make().fit(solids(16, 8), batch_size=8, verbose=0)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.slow
def test_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    history = make().fit(solids(32), batch_size=16, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
