"""Adaptive pseudo augmentation."""

import keras
from keras import ops

from keras_gan import random
from keras_gan.augmentations.adaptive import AdaptiveAugmentation


@keras.saving.register_keras_serializable("keras_gan")
class APA(AdaptiveAugmentation):
    """Replaces each real image by a fake with probability p, in the discriminator's training.

    p adapts to the sign of the logits of images labelled as real, as in `ADA`.

    Args:
        p, target, images, interval: as in `ADA`.

    The logs contain `augment_p` and `real_sign`.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile(augmentation="apa")

    Reference: Jiang et al., "Deceive D: Adaptive Pseudo Augmentation for GAN Training with Limited Data",
    2021, https://arxiv.org/abs/2111.06849
    """

    def augment(self, gan, images, condition=None):
        return images, condition

    def replace_real(self, gan, batch):
        real = batch["image"]
        count = ops.shape(real)[0]
        fake = gan.forward({**batch, **gan.draw(count, gan.seed_generator)})
        deceived = random.uniform((count, 1, 1, 1), gan.seed_generator) < self.strength(gan)
        return ops.where(deceived, ops.cast(ops.stop_gradient(fake), real.dtype), real)
