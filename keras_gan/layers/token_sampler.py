"""A language model that draws sequences of tokens, with a gradient."""

import keras
from keras import ops

from keras_gan.arguments import check_int


@keras.saving.register_keras_serializable("keras_gan")
class TokenSampler(keras.layers.Layer):
    """An LSTM that draws tokens one after another from given Gumbel noise.

    argmax(logits + noise) is distributed as softmax(logits). The output is one-hot; its gradient is that of
    softmax((logits + noise) / temperature), the straight-through estimator.

    Args:
        vocabulary: int, how many tokens there are.
        embedding, units: ints, sizes of a token's vector and of the LSTM. Default 32.
        temperature: float. Default 1.

    Input: Gumbel noise, -log(-log(u)) of a uniform u, (batch, length, vocabulary). Output: (batch, length, vocabulary), one-hot.

    Example:
    >>> noise = -np.log(-np.log(np.random.uniform(0.01, 0.99, (2, 5, 7)))).astype("float32")
    >>> tokens = keras_gan.layers.TokenSampler(7, 4, 8)(noise)
    >>> tokens.shape, float(tokens.numpy().sum(-1).min())
    (TensorShape([2, 5, 7]), 1.0)

    Reference: Jang et al., "Categorical Reparameterization with Gumbel-Softmax", 2017, https://arxiv.org/abs/1611.01144
    """

    def __init__(self, vocabulary, embedding=32, units=32, temperature=1.0, **kwargs):
        # Probabilities of sequences are products of many factors.
        super().__init__(**{"dtype": "float32", **kwargs})
        self.vocabulary = check_int(vocabulary, "vocabulary", least=2)
        self.embedding, self.units = check_int(embedding, "embedding"), check_int(units, "units")
        if not temperature > 0:
            raise ValueError(f"`temperature` must be positive. Received: {temperature!r}")
        self.temperature = float(temperature)
        self.cell = keras.layers.LSTMCell(units, dtype=self.dtype_policy, name="cell")
        self.logits = keras.layers.Dense(vocabulary, dtype=self.dtype_policy, name="logits")

    def build(self, input_shape):
        # A row for each token, and one for the beginning of a sequence.
        self.table = self.add_weight(
            shape=(self.vocabulary + 1, self.embedding), initializer="random_normal", name="embedding"
        )
        self.cell.build((None, self.embedding))
        self.logits.build((None, self.units))

    def call(self, inputs, given=None, known=None):
        """Draw tokens.

        Args:
            inputs: Gumbel noise.
            given: one-hot tokens of the same shape; each row keeps its first `known` tokens.
            known: int tensor (batch,), how many tokens each row keeps.
        """
        drawn, state, before = [], self._start(inputs), self._first(inputs)
        for t in range(inputs.shape[1]):
            logits, state = self._next(before, state)
            token = self.straight_through(logits, inputs[:, t])
            if given is not None:
                token = ops.where((t < known)[:, None], given[:, t], token)
            before = ops.matmul(token, self.table[:-1])
            drawn.append(token)
        return ops.stack(drawn, axis=1)

    def straight_through(self, logits, noise):
        """The one-hot choice, with the gradient of the soft one."""
        soft = ops.softmax((logits + noise) / self.temperature)
        # Not `argmax`: in Keras (3.15) it uses operations that ONNX and LiteRT lack.
        chosen = ops.top_k(logits + noise, 1)[1][..., 0]
        hard = ops.one_hot(chosen, self.vocabulary, dtype=soft.dtype)
        return ops.stop_gradient(hard - soft) + soft

    def log_probabilities(self, tokens):
        """log p (batch, length) of one-hot tokens (batch, length, vocabulary), given those before."""
        tokens = ops.cast(tokens, self.compute_dtype)
        found, state, before = [], self._start(tokens), self._first(tokens)
        for t in range(tokens.shape[1]):
            logits, state = self._next(before, state)
            found.append(ops.sum(tokens[:, t] * ops.log_softmax(logits), axis=-1))
            before = ops.matmul(tokens[:, t], self.table[:-1])
        return ops.stack(found, axis=1)

    def _start(self, inputs):
        return [ops.zeros((ops.shape(inputs)[0], self.units), self.compute_dtype) for _ in range(2)]

    def _first(self, inputs):
        return ops.broadcast_to(self.table[-1], (ops.shape(inputs)[0], self.embedding))

    def _next(self, before, state):
        output, state = self.cell(before, state)
        return self.logits(output), state

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        own = {name: getattr(self, name) for name in ("vocabulary", "embedding", "units", "temperature")}
        return {**super().get_config(), **own}
