"""DF-GAN."""

import keras

from keras_gan.models.conditional_gan import ConditionalGAN
from keras_gan.optimizers import Adam
from keras_gan.regularizers import MatchingAwarePenalty, MismatchedPairs


@keras.saving.register_keras_serializable("keras_gan")
class DFGAN(ConditionalGAN):
    """DF-GAN: generates images from the embedding of a text, in one stage.

    Defaults: hinge loss; `MismatchedPairs`, so that images with another image's text count as fakes; the
    matching-aware gradient penalty, 2 E ||grad||^6; Adam(1e-4, 0, 0.9) for the generator, 4e-4 for the
    discriminator.

    It trains on dicts with `image` and `condition`, the embeddings: one float vector for each image, from any
    frozen encoder.

    Args:
        generator, discriminator: such as `networks.dfgan(...)`.
        condition, noise, ema_decay, seed: as in `ConditionalGAN`.

    Example:
    >>> networks = keras_gan.networks.dfgan((16, 16, 3), condition_dim=4, latent_dim=8, filters=2)
    >>> gan = keras_gan.DFGAN(*networks)
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (8, 16, 16, 3)).astype("float32")
    >>> embeddings = np.random.normal(size=(8, 4)).astype("float32")
    >>> history = gan.fit({"image": images, "condition": embeddings}, batch_size=4, verbose=0)
    >>> gan.generate(2, labels=embeddings[:2], seed=0).shape
    (2, 16, 16, 3)

    Reference: Tao et al., "DF-GAN: A Simple and Effective Baseline for Text-to-Image Synthesis", 2022,
    https://arxiv.org/abs/2008.05865; optimisers and penalty: the official code
    """

    def defaults(self):
        return {
            **super().defaults(),
            "loss": "hinge",
            "regularizers": [MismatchedPairs(), MatchingAwarePenalty(2.0, 6.0)],
            "generator_optimizer": Adam(1e-4, beta_1=0.0, beta_2=0.9),
            "discriminator_optimizer": Adam(4e-4, beta_1=0.0, beta_2=0.9),
        }
