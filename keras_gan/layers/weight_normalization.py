"""Weight normalisation."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("keras_gan")
class WeightNormalization(keras.layers.Wrapper):
    """Splits a layer's kernel into directions and lengths, which are learnt separately.

        y = layer with the kernel g v / ||v||

    v is the layer's own kernel; g, which starts as ||v||, has one value for each filter of a convolution or
    dense layer, and for each input channel of a transposed convolution, as in PyTorch.

    Args:
        layer: a layer with a `kernel`.

    Raises:
        ValueError: for a layer without a kernel.

    Example:
    >>> layer = keras_gan.layers.WeightNormalization(keras.layers.Conv1D(4, 3))
    >>> layer(np.ones((1, 8, 2), "float32")).shape, tuple(layer.g.shape)
    (TensorShape([1, 6, 4]), (1, 1, 4))

    Reference: Salimans & Kingma, "Weight Normalization", 2016, https://arxiv.org/abs/1602.07868
    """

    def __init__(self, layer, **kwargs):
        kwargs.setdefault("name", layer.name)
        super().__init__(layer, **kwargs)

    def build(self, input_shape):
        super().build(input_shape)
        if not hasattr(self.layer, "kernel"):
            raise ValueError(
                f"`WeightNormalization` needs a layer with a kernel. Received: {self.layer.name} ({type(self.layer).__name__})"
            )
        # A transposed convolution has its input channels last.
        shape = (1,) * (len(self.layer.kernel.shape) - 1) + (self.layer.kernel.shape[-1],)
        self.g = self.add_weight(shape=shape, initializer="ones", name="g")
        self.g.assign(self._length(self.layer.kernel.value))

    def _length(self, kernel):
        kernel = ops.cast(kernel, self.g.dtype)
        axes = tuple(range(len(kernel.shape) - 1))
        return ops.sqrt(ops.maximum(ops.sum(ops.square(kernel), axis=axes, keepdims=True), 1e-24))

    @property
    def folded(self):
        """The kernel that the layer computes with, a tensor."""
        kernel = ops.convert_to_tensor(self.layer.kernel.value)
        return kernel * ops.cast(self.g.value / self._length(kernel), kernel.dtype)

    def call(self, inputs):
        # Whatever reads the kernel inside the layer's call gets the normalised one.
        with keras.StatelessScope(state_mapping=[(self.layer.kernel, self.folded)]):
            return self.layer.call(inputs)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)
