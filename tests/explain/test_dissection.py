"""Dissection of a generator whose units are known."""

import keras
import numpy as np
import pytest

import keras_gan
from keras_gan.explain import ablate, causal_effect, dissect, insert

SIZE = 16
SQUARE = np.zeros((SIZE, SIZE), bool)
SQUARE[2:6, 4:10] = True


def squares(images):
    return images[..., 0] > 127


@pytest.fixture(scope="module")
def gan():
    """A generator of whose four units the second paints a square, and the first, half as bright, all that the square leaves out."""

    class Painting(keras.layers.Layer):
        def call(self, latents):
            units = np.zeros((1, SIZE, SIZE, 4), "float32")
            units[0, ..., 1], units[0, ..., 0] = SQUARE, 0.5 * ~SQUARE
            units[0, ..., 3] = 0.1 * np.eye(SIZE)
            return keras.ops.ones_like(latents[:, :1, None, None]) * units

    latents = keras.Input((2,))
    units = Painting(name="units")(latents)
    weights = np.array([0.0, 2.0, 0.0, 0.0], "float32")
    images = keras.layers.Conv2D(1, 1, use_bias=False, name="colours")(units) - 1.0
    generator = keras.Model(latents, images)
    generator.get_layer("colours").set_weights([weights.reshape(1, 1, 4, 1)])
    discriminator = keras_gan.networks.dcgan((SIZE, SIZE, 1), latent_dim=2, filters=4)[1]
    return keras_gan.GAN(generator, discriminator)


def test_the_unit_that_paints_has_an_agreement_of_one(gan):
    found = dissect(gan, {"square": squares, "rest": lambda images: ~squares(images)}, "units", samples=4)
    # The diagonal of the last unit crosses the square in 2 of its 16 places.
    assert found.layer == "units" and found.concepts == ["square", "rest"]
    np.testing.assert_allclose(found.iou, [[0, 1], [1, 0], [0, 0], [2 / 38, 14 / 234]])
    assert found.ranking("square", 1) == [(1, 1.0)] and found.ranking("rest", 1) == [(0, 1.0)]
    np.testing.assert_allclose(found.shares, [24 / 256, 232 / 256])


def test_the_published_threshold_is_one_quantile(gan):
    rng = np.random.default_rng(0)
    networks = keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4)
    found = dissect(
        keras_gan.GAN(*networks), {"any": lambda x: rng.random(x.shape[:3]) < 0.5}, samples=64, quantile=0.005
    )
    # High at a share of .005 of places, half of which are of a concept by chance.
    assert found.iou.max() < 0.02
    several = dissect(keras_gan.GAN(*networks), {"any": lambda x: rng.random(x.shape[:3]) < 0.5}, samples=64)
    assert 0.05 < several.iou.max() < 0.25


def test_without_the_unit_the_square_is_gone_and_with_it_it_is_anywhere(gan):
    effect = causal_effect(gan, [1], squares, "units", values=1.0, n=4)
    assert effect == {"as_is": 24 / 256, "ablated": 0.0, "inserted": 1.0, "effect": 1.0}
    assert causal_effect(gan, [0], squares, "units", n=4)["effect"] == 0.0
    assert not squares(ablate(gan, [1], "units", n=3)).any()
    place = np.zeros((SIZE, SIZE), bool)
    place[10:12, 1:3] = True
    assert (squares(insert(gan, [1], 1.0, "units", place, n=2)) == (SQUARE | place)).all()


def test_an_effect_is_of_the_same_place(gan):
    place = np.zeros((SIZE, SIZE), bool)
    place[3, 5] = True
    assert (squares(ablate(gan, [1], "units", place, n=2)) == (SQUARE & ~place)).all()
    effect = causal_effect(gan, [1], squares, "units", values=1.0, where=place, n=2)
    assert effect["effect"] == pytest.approx(1 / 256)


def test_a_small_place_is_not_lost():
    networks = keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4)
    gan, place = keras_gan.GAN(*networks), np.zeros((16, 16), bool)
    place[5, 5] = True
    assert (insert(gan, [0], 50.0, where=place, n=2) != gan.generate(2, seed=0)).any()


def test_the_generator_is_left_as_it_was(gan):
    before = gan.generate(2, seed=0)
    ablate(gan, [1], "units")
    assert (gan.generate(2, seed=0) == before).all()
    assert "call" not in vars(gan.generator.get_layer("units"))


def test_by_default_a_layer_within_the_generator_at_half_its_size():
    networks = keras_gan.networks.stylegan2(
        (16, 16, 3), latent_dim=8, mapping_layers=2, channel_base=128, channel_max=16
    )
    gan = keras_gan.StyleGAN2(*networks)
    found = dissect(gan, {"bright": lambda x: x.mean(axis=-1) > x.mean()}, samples=8)
    shape = next(layer for layer in gan.generator._flatten_layers() if layer.name == found.layer).output.shape
    assert shape[1] == 8 and len(found.thresholds) == shape[-1]
    assert (ablate(gan, [0, 1], found.layer, n=2) != gan.generate(2, seed=0)).any()


def test_classes_are_dissected_alone():
    networks = keras_gan.networks.dcgan((16, 16, 1), latent_dim=8, filters=4, num_classes=3)
    gan = keras_gan.ConditionalGAN(*networks, num_classes=3)
    concept = {"bright": lambda images: images[..., 0] > 127}
    one, other = (dissect(gan, concept, samples=16, labels=label, batch_size=5) for label in (0, 1))
    assert not np.allclose(one.thresholds, other.thresholds)
    assert insert(gan, [0], [1.0], n=2, labels=1).shape == (2, 16, 16, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda gan: dissect(gan, {}, "units"), "at least one concept"),
        (lambda gan: dissect(gan, {"x": lambda i: i[..., 0]}, "units", samples=2), "'x' must give booleans"),
        (
            lambda gan: dissect(gan, {"x": lambda i: i[..., 0] > 255}, "units", samples=2),
            "'x' is in none of 2",
        ),
        (lambda gan: dissect(gan, {"x": squares}, "no"), "There are: units, colours"),
        (lambda gan: dissect(gan, {"x": squares}), "There are: none"),
        (lambda gan: dissect(gan, {"x": squares}, "units", quantile=0), "`quantile`"),
        (lambda gan: ablate(gan, [4], "units"), "ints from 0 to 3"),
        (lambda gan: ablate(gan, [], "units"), "ints from 0 to 3"),
        (lambda gan: insert(gan, [1], [1.0, 2.0], "units"), "`values` must be a number, or 1 of them"),
        (lambda gan: insert(gan, [1], 1.0, "units", np.ones((8, 8))), "`where` must have the shape"),
        (lambda gan: dissect(gan.discriminator, {"x": squares}), "makes no images of latents"),
    ],
)
def test_wrong_input_is_refused(gan, call, message):
    with pytest.raises(ValueError, match=message):
        call(gan)
