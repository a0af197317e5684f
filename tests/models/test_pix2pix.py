import keras
import numpy as np
import pytest

import keras_gan
from keras_gan import networks


def pair():
    return (
        networks.unet((8, 8, 1), filters=2, normalization="none", dropout=0),
        networks.patchgan((8, 8, 3), 1, receptive_field=1, filters=2, normalization="none"),
    )


def test_generator_minimises_the_papers_sum():
    gan = keras_gan.Pix2Pix(*pair(), l1_weight=50.0, seed=0)
    zero = {f"{p}_optimizer": keras.optimizers.SGD(0.0) for p in ("generator", "discriminator")}
    gan.compile(**zero)
    rng = np.random.default_rng(0)
    condition = rng.uniform(-1, 1, (6, 8, 8, 1)).astype("float32")
    image = rng.uniform(-1, 1, (6, 8, 8, 3)).astype("float32")
    figures = gan.train_on_batch({"condition": condition, "image": image}, return_dict=True)
    fake = gan.generator(condition).numpy()
    logits = [gan.discriminator([x, condition]).numpy() for x in (image, fake)]
    l1 = 50.0 * np.abs(image - fake).mean()
    adversarial = np.log1p(np.exp(-logits[1])).mean()
    np.testing.assert_allclose(figures["g_l1"], l1, rtol=1e-5)
    np.testing.assert_allclose(figures["g_adversarial"], adversarial, rtol=1e-5)
    np.testing.assert_allclose(figures["g_loss"], l1 + adversarial, rtol=1e-5)
    loss = np.log1p(np.exp(-logits[0])).mean() + np.log1p(np.exp(logits[1])).mean()
    np.testing.assert_allclose(figures["d_loss"], loss, rtol=1e-5)


def test_papers_choice_and_config():
    gan = keras_gan.Pix2Pix(*pair())
    gan.compile()
    assert gan.l1_weight == 100.0 and gan.ema_generator is gan.generator
    assert gan.adversarial_loss.get_config() == {"label_smoothing": 0.0, "two_sided": False}
    assert float(gan.generator_optimizer.learning_rate) == pytest.approx(2e-4)
    again = keras_gan.Pix2Pix.from_config(keras_gan.Pix2Pix(*pair(), l1_weight=3).get_config())
    assert again.l1_weight == 3.0


def test_networks_that_do_not_fit():
    generator, discriminator = pair()
    with pytest.raises(ValueError, match="what the discriminator takes"):
        keras_gan.Pix2Pix(generator, networks.patchgan((8, 8, 1), 1, receptive_field=1, filters=2))
    with pytest.raises(ValueError, match="channels of the generator's input"):
        keras_gan.Pix2Pix(generator, networks.patchgan((8, 8, 3), 3, receptive_field=1, filters=2))
    with pytest.raises(ValueError, match="fixed shape"):
        keras_gan.Pix2Pix(generator, networks.patchgan((None, None, 3), receptive_field=1, filters=2))
    with pytest.raises(ValueError, match="images and return images"):
        keras_gan.Pix2Pix(networks.mlp(2)[0], discriminator)
    with pytest.raises(ValueError, match="l1_weight"):
        keras_gan.Pix2Pix(generator, discriminator, l1_weight=-1)
