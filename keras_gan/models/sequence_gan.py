"""SequenceGAN: sequences of tokens, by Gumbel-softmax or by policy gradient."""

import keras
import tensorflow as tf
from keras import ops

from keras_gan import replicas
from keras_gan.arguments import check_int
from keras_gan.layers import TokenSampler
from keras_gan.modalities import Sequences
from keras_gan.models.gan import GAN
from keras_gan.models.pretraining import Pretraining
from keras_gan.noise import Gumbel
from keras_gan.optimizers import Adam


@keras.saving.register_keras_serializable("keras_gan")
class SequenceGAN(Pretraining, GAN):
    """Generates sequences of tokens: `pretraining_steps` of maximum likelihood, then the adversarial loss.

    Tokens have no gradient; two estimators are available:

        "gumbel"     straight-through Gumbel-softmax: one-hot forward, softmax((logits + noise) / temperature) backward
        "reinforce"  the policy gradient: minimise -sum over t of log p(y_t | y_<t) (Q_t - b), where Q_t
                     is the mean of sigmoid(D) over `rollouts` sequences that begin with y_1 ... y_t, and b is
                     the mean of Q_t over the batch

    With "reinforce" the generator uses the policy gradient instead of the adversarial loss; the loss is then
    only the discriminator's, and must be a loss of logits. Rollouts take 4 x batch x rollouts x length^2 x
    vocabulary bytes.

    `generate` returns int32 tokens of shape (n, length), `texts` returns words.

    Args:
        generator, discriminator: such as both networks of `networks.sequence_gan`.
        estimator: "gumbel" (default) or "reinforce".
        rollouts: int, for "reinforce". Default 4.
        pretraining_steps: int. Default 0.
        words: list of str by token, such as `dataset.words`, or None.
        others: as in `GAN`.

    Adam(1e-3, 0.9) for both players; the non-saturating loss.

    Raises:
        ValueError: if the generator has no `TokenSampler`.

    Example:
    >>> data = keras_gan.data.sequences(["a red heart", "a blue star", "a red star", "a heart"], batch_size=4)
    >>> networks = keras_gan.networks.sequence_gan(3, len(data.words), units=4, embedding=4, filters=4, widths=(1, 2))
    >>> gan = keras_gan.SequenceGAN(*networks, words=data.words, pretraining_steps=2)
    >>> gan.compile()
    >>> history = gan.fit(data, epochs=4, verbose=0)
    >>> len(gan.texts(5, seed=0))
    5

    Reference: Yu et al., "SeqGAN: Sequence Generative Adversarial Nets with Policy Gradient", 2017, https://arxiv.org/abs/1609.05473; Kusner and
    Hernandez-Lobato, "GANs for Sequences of Discrete Elements with the Gumbel-softmax Distribution", 2016, https://arxiv.org/abs/1611.04051
    """

    pretraining_stage, pretraining_figures = "maximum likelihood", ("nll",)
    logged_names = {"discriminator": (), "generator": ("nll",)}
    validation_names = (*GAN.validation_names, "nll")

    def __init__(
        self,
        generator,
        discriminator,
        *,
        estimator="gumbel",
        rollouts=4,
        pretraining_steps=0,
        words=None,
        ema_decay=None,
        **kwargs,
    ):
        if estimator not in ("gumbel", "reinforce"):
            raise ValueError(f'`estimator` must be "gumbel" or "reinforce". Received: {estimator!r}')
        self.estimator, self.rollouts = estimator, check_int(rollouts, "rollouts")
        self.pretraining_steps = check_int(pretraining_steps, "pretraining_steps", least=0)
        self._sampler_of(generator)
        if kwargs.get("modality") is None:
            kwargs["modality"] = Sequences(discriminator.input_shape[1:], words)
        super().__init__(generator, discriminator, ema_decay=ema_decay, **kwargs)

    @staticmethod
    def _sampler_of(generator):
        found = [layer for layer in generator.layers if isinstance(layer, TokenSampler)]
        if len(found) != 1:
            raise ValueError(
                "The generator must have one `layers.TokenSampler`: build it by `networks.sequence_gan`."
            )
        return found[0]

    def get_config(self):
        own = {name: getattr(self, name) for name in ("estimator", "rollouts", "pretraining_steps")}
        return {**super().get_config(), **own}

    def defaults(self):
        return {
            **super().defaults(),
            "generator_optimizer": Adam(1e-3, beta_1=0.9),
            "discriminator_optimizer": Adam(1e-3, beta_1=0.9),
        }

    @property
    def noise(self):
        return self._noise or Gumbel(self.generator.input_shape[1:])

    # === Objectives ===

    def figures(self, turn):
        if turn.player == "discriminator":
            return {}
        return {"nll": self._nll(turn.real)}

    def _nll(self, tokens):
        """Mean negative log likelihood per token, in nats."""
        return -ops.mean(self._sampler_of(self.generator).log_probabilities(tokens))

    def pretraining_objective(self, turn):
        loss = self._nll(turn.real)
        return loss, {"nll": loss}

    def draw(self, count, seed):
        drawn = super().draw(count, seed)
        if self.estimator == "reinforce" and not self.discriminator_rests:
            length, vocabulary = self.modality.shape
            # Another seed for the rollouts: a tensor seed would draw the same numbers again.
            seed = seed + 1 if tf.is_tensor(seed) else seed
            drawn["rollouts"] = Gumbel((self.rollouts * (length - 1), length, vocabulary)).draw(count, seed)
        return drawn

    def generator_objective(self, turn):
        if self.estimator == "gumbel" or self.discriminator_rests:
            return super().generator_objective(turn)
        tokens = ops.stop_gradient(turn.fake)
        values = self.values(tokens, turn.batch["rollouts"])
        loss = policy_loss(
            self._sampler_of(self.generator), tokens, values - replicas.mean(ops.mean(values, axis=0))
        )
        return self._add(turn, loss, {"g_adversarial": loss}, {})

    def values(self, tokens, noise):
        """Q of each token of generated sequences, (batch, length), without a gradient.

        Args:
            tokens: one-hot, (batch, length, vocabulary).
            noise: Gumbel noise for the rollouts, (batch, rollouts * (length - 1), length, vocabulary).
        """
        count, length, vocabulary = ops.shape(tokens)[0], *tokens.shape[1:]
        each = self.rollouts * (length - 1)
        given = ops.reshape(ops.repeat(tokens[:, None], each, axis=1), (-1, length, vocabulary))
        # The first rollouts keep one token, the next ones two, and so on.
        known = ops.tile(ops.repeat(ops.arange(1, length), self.rollouts), (count,))
        sampler = self._sampler_of(self.generator)
        ended = sampler(ops.reshape(noise, (-1, length, vocabulary)), given=given, known=known)

        def score(sequences):
            return ops.sigmoid(self.discriminate(sequences, training=False)[:, 0])

        of_parts = ops.mean(ops.reshape(score(ended), (count, length - 1, self.rollouts)), axis=-1)
        return ops.stop_gradient(ops.concatenate([of_parts, score(tokens)[:, None]], axis=1))

    def validate(self, batch):
        figures, real, fake = super().validate(batch)
        return {**figures, "nll": self._nll(real)}, real, fake

    # === Use ===

    def texts(self, n, seed=None):
        """Generate n sequences as texts."""
        return self.modality.texts(self.generate(n, seed))

    def log_likelihood(self, tokens, batch_size=256):
        """log p of sequences under the EMA generator, in nats: array of shape (n,).

        Args:
            tokens: ints of shape (n, length).
            batch_size: int, sequences at once.
        """
        sampler, vocabulary = self._sampler_of(self.ema_generator), self.modality.shape[1]
        parts = [tokens[i : i + batch_size] for i in range(0, len(tokens), batch_size)]
        found = [ops.sum(sampler.log_probabilities(ops.one_hot(x, vocabulary)), axis=1) for x in parts]
        return ops.convert_to_numpy(ops.concatenate(found))


def policy_loss(sampler, tokens, advantages):
    """-mean over the batch of sum over t of log p(y_t | y_<t) x advantage; its gradient is REINFORCE's."""
    return -ops.mean(ops.sum(sampler.log_probabilities(tokens) * advantages, axis=1))
