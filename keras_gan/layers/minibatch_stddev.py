"""Minibatch standard deviation."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class MinibatchStdDev(keras.layers.Layer):
    """Appends channels with the standard deviation within groups of images, to reveal mode collapse.

    The standard deviation over a group is taken at each position and channel, and averaged over positions and
    the channels of each of `features` parts. Each average becomes a constant channel of all images of the
    group. Image i of a batch of n belongs to group i mod (n / group_size), as in the authors' code; the batch
    is that of one replica.

    Args:
        group_size: int, images in a group; the whole batch is one group if it is smaller or not a multiple.
            Default 4.
        features: int, channels appended; must divide the number of input channels. Default 1.

    Input shape: (batch, height, width, channels). Output shape: `features` channels more.

    Example:
    >>> keras_gan.layers.MinibatchStdDev()(np.ones((8, 4, 4, 16), "float32")).shape
    TensorShape([8, 4, 4, 17])

    Reference: Karras et al., "Progressive Growing of GANs", 2018, section 3,
    https://arxiv.org/abs/1710.10196
    """

    def __init__(self, group_size=4, features=1, **kwargs):
        super().__init__(**kwargs)
        self.group_size = group_size
        self.features = features

    def build(self, input_shape):
        if len(input_shape) != 4 or input_shape[-1] % self.features:
            raise ValueError(
                "`MinibatchStdDev` takes (batch, height, width, channels) with channels that `features` "
                f"divides. Received: {tuple(input_shape)}, features={self.features}"
            )

    def call(self, inputs):
        n, (height, width, channels) = ops.shape(inputs)[0], inputs.shape[1:]
        # Written so that n may be unknown when the graph is made.
        whole = ops.equal(n % self.group_size, 0) if not isinstance(n, int) else n % self.group_size == 0
        group = ops.where(whole, self.group_size, n)
        x = ops.cast(inputs, "float32") if self.compute_dtype in ("float16", "bfloat16") else inputs
        part = channels // self.features
        x = ops.reshape(x, (group, -1, height, width, self.features, part))
        deviation = ops.sqrt(ops.mean(ops.square(x - ops.mean(x, axis=0)), axis=0) + 1e-8)
        deviation = ops.mean(deviation, axis=(1, 2, 4))
        # The same for all of a group; under XLA the gradient of `tile` fails inside a branch.
        deviation = ops.zeros_like(x[:, :, 0, 0, :, 0]) + deviation
        deviation = ops.cast(ops.reshape(deviation, (-1, 1, 1, self.features)), inputs.dtype)
        deviation = deviation * ops.ones_like(inputs[..., :1])
        return ops.concatenate([inputs, deviation], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + self.features)

    def get_config(self):
        return {**super().get_config(), "group_size": self.group_size, "features": self.features}
