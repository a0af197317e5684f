import numpy as np

from keras_gan.losses import RelativisticLoss
from tests.contracts import FAKE, REAL, loss_contract
from tests.helpers import tiny_gan


def test_contract():
    loss_contract(RelativisticLoss, "relativistic", generator=4.597435, discriminator=4.822435)


def test_only_differences_count():
    loss = RelativisticLoss()
    np.testing.assert_allclose(
        loss.discriminator_loss(REAL + 3, FAKE + 3), loss.discriminator_loss(REAL, FAKE), rtol=1e-6
    )


def test_the_generator_looks_at_the_real_images_of_its_batch(images):
    """With the discriminator as it is, the generator's loss is that of the pairs."""
    gan = tiny_gan(loss="relativistic", run_eagerly=True)
    batch = {"image": images[:8], "latents": gan.sample_latents(8, 0)}
    fake = gan.forward(batch)
    loss, _ = gan.generator_objective(gan.turn_of("generator", batch, fake))
    real_logits, fake_logits = (gan.discriminate(x).numpy() for x in (images[:8], fake))
    np.testing.assert_allclose(loss, np.log1p(np.exp(real_logits - fake_logits)).mean(), rtol=1e-5)
