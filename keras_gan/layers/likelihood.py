"""Likelihoods of variational autoencoders: distributions of images, given a decoder's outputs."""

import math

import keras
from keras import ops

from keras_gan.layers.row_activation import RowActivation


class Likelihood(keras.layers.Layer):
    """The distribution of an image, given a decoder's outputs.

    A subclass defines `call(images, outputs)`, the negative log likelihood of each image in nats, of shape (batch,), and
    `images(outputs)`, its mean. It computes in float32 under every policy.

    Example:
    >>> class Laplace(keras_gan.layers.Likelihood):
    ...     def call(self, images, outputs):
    ...         return keras.ops.sum(keras.ops.abs(images - outputs) + np.log(2.0), axis=-1)
    >>> round(float(Laplace()(np.zeros((1, 2)), np.ones((1, 2)))[0]), 4)  # 2 + 2 log 2
    3.3863
    """

    def __init__(self, **kwargs):
        # Sums over pixels in nats: in half precision the error would be whole nats.
        super().__init__(**{"dtype": "float32", **kwargs})

    def images(self, outputs):
        return outputs


def _sum(values):
    return ops.sum(ops.reshape(values, (ops.shape(values)[0], -1)), axis=1)


@keras.saving.register_keras_serializable("keras_gan")
class GaussianLikelihood(Likelihood):
    """Pixels are normally distributed around the decoder's outputs, all with one variance.

        -log p(x | z) = sum over pixels of ((x - output)^2 / variance + log(2 pi variance)) / 2

    Args:
        variance: float; None (default) for a learnt one.

    Example:
    >>> nll = keras_gan.layers.GaussianLikelihood(variance=1.0)
    >>> round(float(nll(np.zeros((1, 2)), np.ones((1, 2)))[0]), 4)  # 1 + log(2 pi)
    2.8379
    """

    def __init__(self, variance=None, **kwargs):
        super().__init__(**kwargs)
        if variance is not None and not 0 < variance < float("inf"):
            raise ValueError(f"`variance` must be positive, or None for a learnt one. Received: {variance!r}")
        self.variance = variance
        start = keras.initializers.Constant(math.log(variance or 1.0))
        self.log_variance = self.add_weight(
            (), start, dtype="float32", trainable=variance is None, name="log_variance"
        )
        self.built = True

    def call(self, images, outputs):
        log_variance = ops.cast(self.log_variance.value, "float32")
        squares = ops.square(ops.cast(images, "float32") - ops.cast(outputs, "float32"))
        return 0.5 * _sum(squares * ops.exp(-log_variance) + log_variance + math.log(2.0 * math.pi))

    def get_config(self):
        return {**super().get_config(), "variance": self.variance}


@keras.saving.register_keras_serializable("keras_gan")
class BernoulliLikelihood(Likelihood):
    """Pixels are white with a probability whose logit the decoder returns: for black-and-white images.

        -log p(x | z) = sum over pixels of -t log p - (1 - t) log(1 - p),   t = (x + 1) / 2

    A grey pixel counts as partly white and partly black.

    Example:
    >>> nll = keras_gan.layers.BernoulliLikelihood()
    >>> round(float(nll(np.ones((1, 2)), np.zeros((1, 2)))[0]), 4)  # 2 log 2
    1.3863
    """

    def call(self, images, outputs):
        white, logits = (ops.cast(images, "float32") + 1.0) / 2.0, ops.cast(outputs, "float32")
        return _sum(ops.softplus(logits) - white * logits)

    def images(self, outputs):
        return ops.tanh(ops.cast(outputs, "float32") / 2.0)  # 2 sigmoid - 1


@keras.saving.register_keras_serializable("keras_gan")
class RowLikelihood(Likelihood):
    """Rows of a table: numbers are normally distributed, choices are categorical.

    The mean of a number is the tanh of the decoder's output; the probabilities of a choice are the softmax of
    its outputs.

        -log p(x | z) = sum over numbers of ((x - tanh o)^2 / variance + log(2 pi variance)) / 2 - sum over choices of log softmax(o)_x

    Each number has its own learnt variance.

    Args:
        numbers, blocks: as in `RowActivation`.

    Example:
    >>> nll = keras_gan.layers.RowLikelihood(0, [4])
    >>> round(float(nll(np.eye(4)[:1], np.zeros((1, 4)))[0]), 4)  # log 4
    1.3863
    """

    def __init__(self, numbers, blocks, **kwargs):
        super().__init__(**kwargs)
        self.activation = RowActivation(numbers, blocks, temperature=1.0, dtype="float32")
        self.log_variance = self.add_weight(
            (numbers,), keras.initializers.Constant(2.0 * math.log(0.1)), dtype="float32", name="log_variance"
        )
        self.built = True

    def call(self, images, outputs):
        images, outputs = ops.cast(images, "float32"), ops.cast(outputs, "float32")
        count = self.activation.numbers
        log_variance = ops.cast(self.log_variance.value, "float32")
        squares = ops.square(images[:, :count] - ops.tanh(outputs[:, :count]))
        normal = 0.5 * (squares * ops.exp(-log_variance) + log_variance + math.log(2.0 * math.pi))
        choices = images[:, count:] * self.activation.log_softmax(outputs[:, count:])
        return ops.sum(normal, axis=1) - ops.sum(choices, axis=1)

    def images(self, outputs):
        outputs = ops.cast(outputs, "float32")
        nothing = ops.zeros_like(outputs[:, self.activation.numbers :])
        return self.activation([outputs, nothing])

    def drawn(self, outputs, normal, gumbel):
        """Draw rows from the distribution: by normal noise for numbers and Gumbel noise for choices."""
        count = self.activation.numbers
        outputs = ops.cast(outputs, "float32")
        rows = self.activation([outputs, gumbel])
        deviation = ops.exp(0.5 * ops.cast(self.log_variance.value, "float32"))
        numbers = ops.clip(rows[:, :count] + deviation * normal, -1.0, 1.0)
        return ops.concatenate([numbers, rows[:, count:]], axis=1)

    def get_config(self):
        about = {"numbers": self.activation.numbers, "blocks": self.activation.blocks}
        return {**super().get_config(), **about}


KINDS = {"gaussian": GaussianLikelihood, "bernoulli": BernoulliLikelihood}
