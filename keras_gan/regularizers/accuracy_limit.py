"""A limit on the discriminator's accuracy, above which it does not train."""

import keras
from keras import ops

from keras_gan import replicas
from keras_gan.arguments import check_fraction
from keras_gan.networks.outputs import over_maps
from keras_gan.regularizers.regularizer import Regularizer


@keras.saving.register_keras_serializable("keras_gan")
class AccuracyLimit(Regularizer):
    """Trains the discriminator on a batch only if its accuracy on that batch is at most `limit`.

    Accuracy is the share of real examples with a logit above 0 and of fakes with one below 0, over all
    replicas together. Above the limit the discriminator's gradient is zero. With Adam its weights still move
    by the momentum; the paper omits the step.

    Args:
        limit: float in [0, 1]. Default 0.8.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(regularizers=["accuracy_limit"])

    Reference: Wu et al., 2016 (3D-GAN), https://arxiv.org/abs/1610.07584
    """

    name = "accuracy_limit"

    def __init__(self, limit=0.8):
        super().__init__()
        self.limit = check_fraction(limit, "limit")

    def relabel(self, gan, turn):
        maps = len(turn.real_logits) if isinstance(turn.real_logits, list) else 1
        right = over_maps(_right, turn.real_logits, turn.fake_logits) / maps
        learns = replicas.mean(right) <= self.limit

        def kept(logits):
            return ops.where(learns, logits, ops.stop_gradient(logits))

        return tuple(
            [kept(logits) for logits in side] if isinstance(side, list) else kept(side)
            for side in (turn.real_logits, turn.fake_logits)
        )


def _right(real, fake):
    """The share of logits with the correct sign."""
    return (ops.mean(ops.cast(real > 0, "float32")) + ops.mean(ops.cast(fake < 0, "float32"))) / 2.0
