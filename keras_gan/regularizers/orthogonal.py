"""Orthogonal regularisation."""

import keras
from keras import ops

from keras_gan.regularizers.regularizer import Penalty, check_player


@keras.saving.register_keras_serializable("keras_gan")
class OrthogonalPenalty(Penalty):
    """Makes the filters of every convolution and dense layer orthogonal to one another, with any norm.

        weight * sum over kernels of ||W^T W * (1 - I)||^2,   W of shape (inputs, filters)

    Args:
        weight: float. Default 1e-4.
        player: "generator" (default, as in BigGAN) or "discriminator".
        interval: int. Computed at every `interval`-th step of its player, times `interval`.
        embeddings: bool, whether to penalise tables of `keras.layers.Embedding` too (their rows are the
            filters), except the layer "shared". Default False. BigGAN's official code penalises them; the
            gradient for its weight equals that of half the weight here.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2, latent_dim=2))
    >>> gan.compile(regularizers=["orthogonal"])

    Reference: Brock et al., "Large Scale GAN Training for High Fidelity Natural Image Synthesis", 2019,
    equation 3, https://arxiv.org/abs/1809.11096
    """

    def __init__(self, weight=1e-4, player="generator", interval=1, embeddings=False):
        super().__init__(weight, interval)
        self.player, self.embeddings = check_player(player), embeddings

    @property
    def name(self):
        return "orthogonal" if self.player == "generator" else "discriminator_orthogonal"

    def penalty(self, gan, turn):
        total = 0.0
        for layer in getattr(gan, self.player)._flatten_layers():
            kernel = getattr(layer, "kernel", None)
            if isinstance(kernel, keras.Variable) and layer.trainable:
                kernel = ops.cast(ops.convert_to_tensor(kernel), "float32")
                if "Transpose" in type(layer).__name__:
                    kernel = ops.swapaxes(kernel, -1, -2)  # the filters stand before the inputs
                kernel = ops.reshape(kernel, (-1, kernel.shape[-1]))
            elif (
                self.embeddings
                and isinstance(layer, keras.layers.Embedding)
                and layer.name != "shared"
                and layer.trainable
            ):
                kernel = ops.transpose(ops.cast(ops.convert_to_tensor(layer.embeddings), "float32"))
            else:
                kernel = None
            if kernel is not None:
                inputs, filters = kernel.shape
                if filters > 4096 and inputs < filters:
                    # The same value by the smaller product: BigGAN's first layer has 24,576 filters of 20.
                    small = ops.matmul(kernel, ops.transpose(kernel))
                    total += ops.sum(ops.square(small)) - ops.sum(
                        ops.square(ops.sum(ops.square(kernel), axis=0))
                    )
                    continue
                gram = ops.matmul(ops.transpose(kernel), kernel)
                total += ops.sum(ops.square(gram * (1.0 - ops.eye(filters))))
        return total
