import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import networks


def make(model=keras_gan.SRGAN, **options):
    keras.utils.set_random_seed(0)
    generator = networks.srresnet(2, 1, filters=4, blocks=1)
    return model(generator, networks.srgan_discriminator((16, 16, 1), filters=2, units=4), seed=0, **options)


def batch(n=4):
    high = np.random.default_rng(0).uniform(-1, 1, (n, 16, 16, 1)).astype("float32")
    return {"condition": high.reshape(n, 8, 2, 8, 2, 1).mean((2, 4)), "image": high}


@pytest.mark.slow
def test_the_pixel_loss_comes_first_and_then_the_papers_sum():
    gan = make(pretraining_steps=2, pixel_weight=0.5, adversarial_weight=0.25)
    zero = {f"{p}_optimizer": keras.optimizers.SGD(0.0) for p in ("generator", "discriminator")}
    gan.compile(**zero, regularizers=[])
    figures = [gan.train_on_batch(batch(), return_dict=True) for _ in range(3)]
    for early in figures[:2]:
        assert early["d_loss"] == early["g_adversarial"] == 0.0
        assert early["g_loss"] == early["g_pixel"] > 0
    last = figures[2]
    # Batch normalisation of a batch is the same at every step.
    np.testing.assert_allclose(last["g_pixel"], 0.5 * figures[0]["g_pixel"], rtol=1e-5)
    np.testing.assert_allclose(last["g_loss"], last["g_pixel"] + 0.25 * last["g_adversarial"], rtol=1e-5)
    assert last["d_loss"] > 0 and gan.stage == "adversarial"


def test_papers_choices():
    gan, es = make(), make(keras_gan.ESRGAN)
    assert (gan.pixel_loss, gan.pixel_weight, gan.adversarial_weight, gan.scale) == ("l2", 0.0, 1e-3, 2)
    assert (es.pixel_loss, es.pixel_weight, es.adversarial_weight) == ("l1", 5e-3, 5e-3)
    defaults = es.defaults()
    assert defaults["loss"] == "relativistic_average" and defaults["regularizers"][0].before_activation
    again = keras_gan.SRGAN.from_config(make(pretraining_steps=7, pixel_loss="l1").get_config())
    assert (again.pretraining_steps, again.pixel_loss) == (7, "l1")
    for wrong in ({"pretraining_steps": 1.5}, {"pixel_loss": "l3"}, {"adversarial_weight": -1.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            make(**wrong)


def test_a_scale_other_than_the_networks_is_refused():
    gan = make()
    gan.compile(regularizers=[])
    with pytest.raises(ValueError, match="8, 8, 1"):
        gan.fit({**batch(), "condition": batch()["condition"][:, ::2, ::2]}, batch_size=4, verbose=0)


def test_a_stage_that_ends_within_an_execution_is_refused():
    gan = make(pretraining_steps=3, pixel_weight=1.0)
    gan.compile(regularizers=[], steps_per_execution=2)
    with pytest.raises(ValueError, match="between the steps 2 and 4"):
        gan.fit(
            {name: np.tile(value, (4, 1, 1, 1)) for name, value in batch().items()}, batch_size=4, verbose=0
        )
