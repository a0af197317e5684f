"""Top-k training of the generator."""

import keras
from keras import ops

from keras_gan import replicas
from keras_gan.arguments import check_fraction
from keras_gan.regularizers.regularizer import Regularizer, per_image


@keras.saving.register_keras_serializable("keras_gan")
class TopK(Regularizer):
    """Trains the generator only on the k fakes of a batch with the highest logits.

    k is at first the whole (global) batch and is multiplied by `decay` after every epoch of `fit`, down
    to `lowest` of the batch.

    Args:
        decay: float in [0, 1]. Default 0.99.
        lowest: float in [0, 1], share of the batch. Default 0.5.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(regularizers=["top_k"])

    Reference: Sinha et al., "Top-k Training of GANs", 2020, https://arxiv.org/abs/2002.06224
    """

    name = "top_k"
    player = "generator"

    def __init__(self, decay=0.99, lowest=0.5):
        super().__init__()
        self.decay = check_fraction(decay, "decay")
        self.lowest = check_fraction(lowest, "lowest")

    def generator_weight(self, gan, turn):
        scores = per_image(turn.fake_logits)
        everyone = replicas.gather(scores)
        count = ops.cast(ops.shape(everyone)[0], "float32")
        epoch = ops.cast(gan.state.epoch.value, "float32")
        share = ops.maximum(ops.power(self.decay, epoch), self.lowest)
        # At least one; 1e-4 prevents a whole product from being rounded up.
        k = ops.maximum(ops.ceil(count * share - 1e-4), 1.0)
        rank = ops.sum(ops.cast(everyone[None, :] > scores[:, None], "float32"), axis=1)
        chosen = ops.stop_gradient(ops.cast(rank < k, "float32"))
        # The loss is the mean over all fakes, so the chosen (more than k if scores are equal) are scaled up.
        return chosen * count / replicas.total(ops.sum(chosen))
