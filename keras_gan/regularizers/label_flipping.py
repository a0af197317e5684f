"""Random flipping of the discriminator's labels."""

import keras
from keras import ops

from keras_gan import random
from keras_gan.arguments import check_fraction, check_int
from keras_gan.regularizers.regularizer import Regularizer
from keras_gan.schedules import fade


@keras.saving.register_keras_serializable("keras_gan")
class LabelFlipping(Regularizer):
    """Swaps real and fake labels for a fraction of the batch that decays to zero.

    With probability fraction * max(0, 1 - step / decay_steps) a real image and the fake paired with it
    are swapped in the discriminator's loss: the real one counts as fake, the fake one as real.

    Args:
        fraction: float in [0, 1]. Default 0.05.
        decay_steps: int, generator steps until the fraction is 0, or None to keep it constant. Default None.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(regularizers=[keras_gan.regularizers.LabelFlipping(0.05, decay_steps=1000)])

    Reference: Chintala et al., "How to Train a GAN? Tips and tricks to make GANs work", 2016, tip 6,
    https://github.com/soumith/ganhacks
    """

    name = "label_flipping"

    def __init__(self, fraction=0.05, decay_steps=None):
        super().__init__()
        self.fraction = check_fraction(fraction, "fraction")
        self.decay_steps = check_int(decay_steps, "decay_steps", optional=True)

    def relabel(self, gan, turn):
        if isinstance(turn.real_logits, list):
            # Each map is flipped independently.
            pairs = zip(turn.real_logits, turn.fake_logits, strict=True)
            return tuple(map(list, zip(*(self._flip(gan, *pair) for pair in pairs), strict=True)))
        return self._flip(gan, turn.real_logits, turn.fake_logits)

    def _flip(self, gan, real_logits, fake_logits):
        shape = (ops.shape(real_logits)[0],) + (1,) * (len(real_logits.shape) - 1)
        draw = random.uniform(shape, gan.seed_generator)
        flipped = draw < self.fraction * fade(gan.state.step.value, self.decay_steps)
        return (
            ops.where(flipped, fake_logits, real_logits),
            ops.where(flipped, real_logits, fake_logits),
        )
