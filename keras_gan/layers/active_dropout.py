"""Dropout that stays on."""

import keras


@keras.saving.register_keras_serializable("keras_gan")
class ActiveDropout(keras.layers.Dropout):
    """Dropout that drops in inference too: a generator's noise, as in Pix2Pix.

    In training it draws new masks at every call. In inference the mask is a function of `seed`
    and of the place in the batch, so that the same call gives the same images.

    Args:
        rate: float in [0, 1), share of what is dropped.
        seed: int, of the masks in inference. Default 0.

    Example:
    >>> layer = keras_gan.layers.ActiveDropout(0.5)
    >>> bool((layer(np.ones((1, 100), "float32")).numpy() == 0).any())
    True

    Reference: Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2017,
    https://arxiv.org/abs/1611.07004
    """

    def __init__(self, rate, seed=0, **kwargs):
        super().__init__(rate, seed=seed, **kwargs)

    def call(self, inputs, training=False):
        if training or self.rate == 0:
            return super().call(inputs, training=training)
        return keras.random.dropout(inputs, self.rate, seed=self.seed)
