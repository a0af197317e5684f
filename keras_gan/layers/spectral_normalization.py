"""True spectral normalisation."""

import keras
from keras import ops

from keras_gan.arguments import check_int


@keras.saving.register_keras_serializable("keras_gan")
class SpectralNormalization(keras.layers.Wrapper):
    """Divides a layer's kernel by its largest singular value, and with it the layer's Lipschitz constant.

        y = layer with the kernel W / sigma(W),   sigma(W) = u^T W v

    W itself is unchanged, and the gradient passes through sigma. u is a saved weight; a call with
    `training=True` improves it by power iteration first. (`keras.layers.SpectralNormalization` overwrites the
    kernel instead, and passes no gradient through sigma.) In a `GAN`, only the discriminator's own steps
    store the updated u.

    Kernels are reshaped to matrices (all other axes, filters), as in the paper's code.

    Args:
        layer: a layer with a `kernel` (dense, convolution, transposed convolution) or `embeddings`.
        power_iterations: int, in each training call. Default 1.
        half_step: bool. If True, v is computed from the stored u, and sigma = ||W^T v||, as in the official
            code of SNGAN and BigGAN; each row of an embedding then counts as a filter. Default False: u is
            updated first, and sigma = ||W u||.

    Raises:
        ValueError: for a layer without either.

    Example:
    >>> layer = keras_gan.layers.SpectralNormalization(keras.layers.Dense(3))
    >>> layer(np.ones((2, 4), "float32")).shape
    TensorShape([2, 3])

    Reference: Miyato et al., "Spectral Normalization for Generative Adversarial Networks", 2018,
    https://arxiv.org/abs/1802.05957
    """

    def __init__(self, layer, power_iterations=1, half_step=False, **kwargs):
        kwargs.setdefault("name", layer.name)
        super().__init__(layer, **kwargs)
        self.power_iterations = check_int(power_iterations, "power_iterations")
        self.half_step = bool(half_step)

    def build(self, input_shape):
        super().build(input_shape)
        for name in ("kernel", "embeddings"):
            if hasattr(self.layer, f"_{name}") or hasattr(self.layer, name):
                break
        else:
            raise ValueError(
                f"`SpectralNormalization` needs a layer with a kernel. Received: {self.layer.name} "
                f"({type(self.layer).__name__})"
            )
        self.normalized = getattr(self.layer, f"_{name}", None)
        if self.normalized is None:
            self.normalized = getattr(self.layer, name)
        # Transposed convolutions have their filters before the last axis; the official code treats rows of
        # embeddings as filters.
        self._transposed = "Transpose" in type(self.layer).__name__ or (
            name == "embeddings" and self.half_step
        )
        filters = self.normalized.shape[-2 if self._transposed else -1]
        self.u = self.add_weight(
            shape=(filters,),
            initializer="random_normal",
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            name="u",
        )

    def call(self, inputs, training=False):
        kernel = ops.convert_to_tensor(self.normalized.value)
        sigma = self.sigma(kernel, training)
        # Whatever reads the kernel inside the layer's call gets the normalised one.
        with keras.StatelessScope(state_mapping=[(self.normalized, kernel / ops.cast(sigma, kernel.dtype))]):
            return self.layer.call(inputs)

    def sigma(self, kernel=None, training=False):
        """The current estimate of the kernel's largest singular value."""
        kernel = self.normalized.value if kernel is None else kernel
        matrix = ops.cast(kernel, self.u.dtype)
        if self._transposed:
            axes = range(len(matrix.shape) - 2)
            matrix = ops.transpose(matrix, (*axes, len(axes) + 1, len(axes)))
        matrix = ops.reshape(matrix, (-1, matrix.shape[-1]))
        constant = ops.stop_gradient(matrix)
        u = _unit(self.u.value)
        # With `half_step` the last update of u comes after v, in training and in inference.
        for _ in range(self.power_iterations - self.half_step if training else 0):
            u = _unit(ops.matmul(ops.transpose(constant), ops.matmul(constant, u)))
        v = _unit(ops.matmul(constant, u))
        if self.half_step:
            u = _unit(ops.matmul(ops.transpose(constant), v))
        if training:
            self.u.assign(u)
        # A kernel of zeros stays one.
        return ops.maximum(ops.sum(v * ops.matmul(matrix, u)), 1e-12)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "power_iterations": self.power_iterations,
            "half_step": self.half_step,
        }


def _unit(vector):
    return vector / (ops.norm(vector) + 1e-12)
