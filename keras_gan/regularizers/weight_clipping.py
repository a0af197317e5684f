"""Weight clipping, the first WGAN's Lipschitz constraint."""

import keras
from keras import ops

from keras_gan.regularizers.regularizer import Constraint


@keras.saving.register_keras_serializable("keras_gan")
class WeightClipping(Constraint):
    """Clips every weight of the critic to [-limit, limit] after the critic's step.

    Args:
        limit: positive float. Default 0.01.
        interval: int. Clips after every `interval`-th step of the discriminator. Default 1.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(loss="wasserstein", regularizers=["weight_clipping"])

    Reference: Arjovsky et al., "Wasserstein GAN", 2017, https://arxiv.org/abs/1701.07875
    """

    name = "weight_clipping"

    def __init__(self, limit=0.01, interval=1):
        super().__init__(interval)
        if limit <= 0:
            raise ValueError(f"`limit` must be positive. Received: limit={limit}")
        self.limit = float(limit)

    def after_update(self, variable):
        return ops.clip(variable, -self.limit, self.limit)
