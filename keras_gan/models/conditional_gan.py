"""The conditional GAN."""

import keras

from keras_gan.models import checks
from keras_gan.models.gan import GAN


@keras.saving.register_keras_serializable("keras_gan")
class ConditionalGAN(GAN):
    """A GAN whose networks take a condition: a class, or a vector of attributes.

    It trains on batches `(images, labels)` or dicts with `label` (classes) or `condition` (vectors).
    The networks decide how they use the condition: they concatenate it (`networks.dcgan(num_classes=10)`),
    or use projection and conditional batch normalisation (`conditioning="projection"`).

    Args:
        generator: keras.Model from [latents, condition] to images.
        discriminator: keras.Model from [images, condition] to logits; one that takes images alone
            does not get the condition.
        num_classes: int; the condition is then a label, an int in 0 .. num_classes - 1.
        condition: another condition, as in `GAN`. Default, without `num_classes`: read off the generator's
            second input (vectors, sequences of vectors, or images).
        ema_decay, seed: as in `GAN`.

    Images without a label (label -1) raise an error unless
    `condition=conditions.Labels(num_classes, unlabelled=True)` is passed.

    Example:
    >>> networks = keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8, num_classes=10)
    >>> gan = keras_gan.ConditionalGAN(*networks, num_classes=10)
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (32, 28, 28, 1)).astype("float32")
    >>> history = gan.fit(images, np.arange(32) % 10, verbose=0)
    >>> gan.generate(4, labels=3, seed=0).shape
    (4, 28, 28, 1)

    Reference: Mirza & Osindero, "Conditional Generative Adversarial Nets", 2014,
    https://arxiv.org/abs/1411.1784; projection: Miyato & Koyama, "cGANs with Projection
    Discriminator", 2018, https://arxiv.org/abs/1802.05637
    """

    def __init__(self, generator, discriminator, *, num_classes=None, condition=None, **kwargs):
        condition = checks.chosen_condition(condition, num_classes, generator, type(self).__name__)
        super().__init__(generator, discriminator, condition=condition, **kwargs)

    def get_config(self):
        return checks.with_num_classes(super().get_config(), self.condition)
