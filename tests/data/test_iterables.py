import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan.data.iterables import as_dataset
from tests.helpers import all_state, tiny_gan


class Batches(keras.utils.PyDataset):
    def __init__(self, images, size=8, labels=None, **options):
        super().__init__(**options)
        self.images, self.size, self.labels, self.ended = images, size, labels, 0

    def __len__(self):
        return -(-len(self.images) // self.size)

    def __getitem__(self, i):
        part = slice(i * self.size, (i + 1) * self.size)
        return self.images[part] if self.labels is None else (self.images[part], self.labels[part])

    def on_epoch_end(self):
        self.ended += 1


def seen(dataset):
    return np.concatenate([batch["image"] for batch in dataset])


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.slow
def test_a_py_dataset_is_seen_whole_each_epoch(images, workers):
    given = Batches(images, workers=workers)
    gan = tiny_gan()
    history = gan.fit(given, epochs=3, verbose=0).history
    assert len(history["d_loss"]) == 3 and int(gan.state.generator_step) == 24
    # As by Keras: once before the first batch, and after each epoch.
    assert given.ended == 4
    first, second = (seen(as_dataset(given)) for _ in range(2))
    np.testing.assert_array_equal(first, second)  # one seed
    np.testing.assert_array_equal(np.sort(first.ravel()), np.sort(images.ravel()))
    np.testing.assert_array_equal(seen(as_dataset(given, shuffle=False)), images)


@pytest.mark.slow
def test_critic_steps_and_validation(images):
    gan = tiny_gan(keras_gan.WGANGP, discriminator_steps=2)
    history = gan.fit(
        tf.data.Dataset.from_tensor_slices(images).batch(8, drop_remainder=True),
        validation_data=Batches(images, 12),
        verbose=0,
    ).history
    assert "val_real_score" in history
    plain = tiny_gan()
    plain.fit(images, verbose=0)
    expected = plain.evaluate(images, batch_size=12, return_dict=True, verbose=0)
    given = plain.evaluate(Batches(images, 12), return_dict=True, verbose=0)
    np.testing.assert_allclose(list(given.values()), list(expected.values()), rtol=1e-5)


@pytest.mark.slow
def test_a_generator(images):
    def batches():
        while True:
            yield from images.reshape(8, 8, 8, 8, 1)

    gan = tiny_gan()
    gan.fit(batches(), steps_per_epoch=3, epochs=2, verbose=0)
    assert int(gan.state.generator_step) == 6
    with pytest.raises(ValueError, match="needs `steps_per_epoch`"):
        gan.fit(batches(), epochs=2, verbose=0)
    with pytest.raises(ValueError, match="gives no batch"):
        gan.fit(iter_of_nothing(), verbose=0)
    for once in (batches(), iter(images.reshape(8, 8, 8, 8, 1))):
        with pytest.raises(ValueError, match="can be gone through once"):
            gan.fit(images, validation_data=once, epochs=2, batch_size=8, verbose=0)
    with pytest.raises(ValueError, match="needs `steps_per_epoch`"):
        gan.fit(iter(images.reshape(8, 8, 8, 8, 1)), epochs=2, verbose=0)
    finite = (batch for batch in images.reshape(8, 8, 8, 8, 1))
    tiny_gan().fit(finite, verbose=0)


def iter_of_nothing():
    yield from ()


def test_batches_are_checked(images):
    gan = tiny_gan()
    for given, message in (
        (Batches(images * 127.5 + 127.5), "must be in"),
        (Batches(np.full_like(images, np.nan)), "NaN"),
        (Batches(images[:, :4]), "shape"),
        (Batches((images * 100).astype("uint8")), "float32"),
    ):
        with pytest.raises(ValueError, match=message):
            gan.fit(given, verbose=0)
    assert int(gan.state.generator_step) == 0


@pytest.mark.slow
def test_labels_and_other_iterables(images):
    networks = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, kernel_size=3, num_classes=2)
    gan = tiny_gan(lambda *n, **k: keras_gan.ConditionalGAN(*n, num_classes=2, **k), networks=networks)
    labels = np.arange(64) % 2
    gan.fit(Batches(images, labels=labels), verbose=0)

    class Loader:
        """As PyTorch's: iterated anew each epoch, with a length."""

        def __iter__(self):
            for i in range(0, 64, 16):
                yield {"image": images[i : i + 16], "label": labels[i : i + 16]}

        def __len__(self):
            return 4

    before = int(gan.state.generator_step)
    gan.fit(Loader(), epochs=2, verbose=0)
    assert int(gan.state.generator_step) == before + 8


@pytest.mark.slow
def test_grain(images):
    grain = pytest.importorskip("grain")
    states = []
    for source in (
        grain.MapDataset.source(images).batch(8),
        grain.MapDataset.source(images).to_iter_dataset().batch(8),
        tf.data.Dataset.from_tensor_slices(images).batch(8, drop_remainder=True),
    ):
        gan = tiny_gan()
        gan.fit(source, epochs=2, verbose=0)
        assert int(gan.state.generator_step) == 16
        states.append(all_state(gan))
    for state in states[:2]:
        for name, value in state.items():
            np.testing.assert_array_equal(value, states[2][name], err_msg=name)
