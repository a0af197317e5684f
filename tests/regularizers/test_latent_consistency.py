import numpy as np

from keras_gan.regularizers import LatentConsistencyPenalty, Turn
from tests.contracts import check_config, part_contract
from tests.helpers import tiny_gan


def test_generator_and_discriminator_want_the_opposite(images):
    gan = tiny_gan(
        regularizers=[
            LatentConsistencyPenalty(5.0, stddev=0.5),
            LatentConsistencyPenalty(0.5, "generator", 0.5),
        ]
    )
    latents = gan.sample_latents(8, 0)
    fake = gan.synthesize(latents, training=True)
    turn = Turn(None, fake, latents=latents, fake_logits=gan.discriminate(fake))
    discriminator, generator = (penalty.penalty(gan, turn) for penalty in gan.regularizers)
    assert float(discriminator) > 0 > float(generator)
    assert {"latent_consistency", "generator_latent_consistency"} <= set(gan.figure_names)
    # Without a change nothing differs.
    for player in ("discriminator", "generator"):
        value = LatentConsistencyPenalty(player=player, stddev=1e-9).penalty(gan, turn)
        np.testing.assert_allclose(value, 0.0, atol=1e-6)


def test_contract():
    check_config(
        LatentConsistencyPenalty(1.0, "generator", 0.2, 2),
        {"weight": 1.0, "player": "generator", "stddev": 0.2, "interval": 2},
    )
    part_contract(regularizers=[LatentConsistencyPenalty(5.0), LatentConsistencyPenalty(0.5, "generator")])
