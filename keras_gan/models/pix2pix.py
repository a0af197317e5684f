"""Pix2Pix."""

import keras
from keras import ops

from keras_gan.arguments import check_weight
from keras_gan.models.translation import Translation


@keras.saving.register_keras_serializable("keras_gan")
class Pix2Pix(Translation):
    """Translates images from one domain into another; it learns from pairs.

    The generator minimises its adversarial loss plus `l1_weight` x mean |image - G(condition)|. The
    discriminator scores patches and also takes the condition. It trains on batches of pairs, dicts with
    `condition` and `image`: see `keras_gan.data.paired_folders`.

    Args:
        generator: keras.Model from images to images in [-1, 1], such as `networks.unet`.
        discriminator: keras.Model from [image, condition] to logits, such as `networks.patchgan(...,
            condition_channels=3)`.
        l1_weight: float. Default 100.
        ema_decay: float or None (default, as in the paper). seed: as in `GAN`.

    Example:
    >>> generator = keras_gan.networks.unet((32, 32, 1), filters=8)
    >>> discriminator = keras_gan.networks.patchgan((32, 32, 3), 1, receptive_field=16, filters=8)
    >>> gan = keras_gan.Pix2Pix(generator, discriminator)
    >>> gan.compile()
    >>> colour = np.random.uniform(-1, 1, (16, 32, 32, 3)).astype("float32")
    >>> pairs = {"condition": colour.mean(-1, keepdims=True), "image": colour}
    >>> history = gan.fit(pairs, batch_size=4, verbose=0)
    >>> gan.translate(pairs["condition"][:2]).shape
    (2, 32, 32, 3)

    Reference: Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2017,
    https://arxiv.org/abs/1611.07004
    """

    term_names = {"discriminator": (), "generator": ("g_l1",)}

    def __init__(self, generator, discriminator, *, l1_weight=100.0, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        self.l1_weight = check_weight(l1_weight, "l1_weight")

    def get_config(self):
        return {**super().get_config(), "l1_weight": self.l1_weight}

    def generator_terms(self, turn):
        difference = ops.cast(turn.real, "float32") - ops.cast(turn.fake, "float32")
        return {"g_l1": self.l1_weight * ops.mean(ops.abs(difference))}
