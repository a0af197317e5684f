import pytest

import keras_gan
from keras_gan import recipes
from tests.helpers import tiny_gan

EXPECTED = {
    "dcgan": keras_gan.GAN,
    "lsgan": keras_gan.LSGAN,
    "wgan": keras_gan.WGAN,
    "wgan-gp": keras_gan.WGANGP,
}


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_small(name):
    gan = recipes.build(name, (28, 28, 1))
    assert type(gan) is EXPECTED[name]
    assert gan.generator.count_params() < 2e6


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_paper_scale_has_the_papers_networks(name):
    gan = recipes.build(name, (64, 64, 3), "paper")
    assert gan.generator.count_params() == 18_858_883
    # Layer normalisation instead of batch normalisation in WGAN-GP has no moving statistics.
    assert gan.discriminator.count_params() == 4_317_441 - (2 * 896 if name == "wgan-gp" else 0)
    rate = {"wgan": 5e-5, "wgan-gp": 1e-4}.get(name, 2e-4)
    assert float(gan.generator_optimizer.learning_rate) == pytest.approx(rate)


def test_unknown_names_list_the_known():
    with pytest.raises(ValueError, match="dcgan, lsgan, wgan, wgan-gp"):
        recipes.get("stylegan9")
    with pytest.raises(ValueError, match="scale"):
        recipes.get("dcgan", "huge")


def test_same_seed_same_weights_and_other_loss():
    a, b, c = (recipes.build("dcgan", (28, 28, 1), seed=s) for s in (1, 1, 2))
    weights = [gan.generator.get_weights()[0] for gan in (a, b, c)]
    assert (weights[0] == weights[1]).all() and (weights[0] != weights[2]).any()
    gan = recipes.build("dcgan", (28, 28, 1), loss="least_squares")
    assert type(gan.adversarial_loss).__name__ == "LeastSquaresLoss"


def test_init_from_and_frozen_blocks(tmp_path):
    first = recipes.build("dcgan", (28, 28, 1), seed=1)
    first.save(tmp_path / "first.keras")
    second = recipes.build("dcgan", (28, 28, 1), seed=2, init_from=tmp_path / "first.keras", frozen_blocks=1)
    for a, b in zip(first.weights, second.weights, strict=True):
        assert (a.numpy() == b.numpy()).all()
    assert not second.discriminator.get_layer("down_1").trainable
    tiny_gan().save(tmp_path / "tiny.keras")
    with pytest.raises(ValueError, match="does not fit"):
        recipes.build("dcgan", (28, 28, 1), init_from=tmp_path / "tiny.keras")
