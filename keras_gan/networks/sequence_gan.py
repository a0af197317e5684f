"""The networks of SequenceGAN: an LSTM that draws tokens, and convolutions over them."""

import keras
from keras import layers

from keras_gan.arguments import check_int
from keras_gan.layers import ActiveDropout, TokenSampler


def sequence_gan(
    length,
    vocabulary,
    *,
    embedding=32,
    units=32,
    temperature=0.5,
    filters=32,
    widths=(1, 2, 3, 4, 5),
    dropout=0.25,
):
    """Generator and discriminator for sequences of tokens.

    Args:
        length: int, tokens of a sequence.
        vocabulary: int, how many tokens there are.
        embedding, units: ints, sizes of a token's vector and of the generator's LSTM. Default 32.
        temperature: float, of the straight-through estimator's gradient. Default 0.5.
        filters: int, of each of the discriminator's convolutions. Default 32.
        widths: tuple of ints, how many tokens each of these convolutions sees.
        dropout: float, of the discriminator's last layer. Default 0.25.

    Returns:
        generator, from Gumbel noise (batch, length, vocabulary) to one-hot tokens of that shape, whose layer "sampler" is a
        `layers.TokenSampler`; discriminator, from those to logits (batch, 1).

    Raises:
        ValueError: for widths above the length.

    Example:
    >>> generator, discriminator = keras_gan.networks.sequence_gan(6, 10, units=4, embedding=4, filters=4)
    >>> generator.output_shape, discriminator.output_shape
    ((None, 6, 10), (None, 1))

    Reference: Yu et al., "SeqGAN: Sequence Generative Adversarial Nets with Policy Gradient", 2017, https://arxiv.org/abs/1609.05473
    """
    for name, value in (("length", length), ("vocabulary", vocabulary), ("filters", filters)):
        check_int(value, name)
    if not widths or max(widths) > length:
        raise ValueError(f"`widths` must be at most the length, {length}. Received: {widths}")
    noise = keras.Input((length, vocabulary), name="gumbel")
    sampler = TokenSampler(vocabulary, embedding, units, temperature, name="sampler")
    generator = keras.Model(noise, sampler(noise), name="generator")

    tokens = keras.Input((length, vocabulary), name="tokens")
    x = layers.Dense(embedding, use_bias=False, name="embedding")(tokens)
    maps = [layers.Conv1D(filters, width, activation="relu", name=f"width_{width}")(x) for width in widths]
    x = layers.Concatenate()([layers.GlobalMaxPooling1D()(each) for each in maps])
    # A highway layer, as in the paper.
    gate = layers.Dense(
        x.shape[-1], "sigmoid", bias_initializer=keras.initializers.Constant(-2.0), name="gate"
    )(x)
    made = layers.Dense(x.shape[-1], "relu", name="highway")(x)
    x = layers.Add()([layers.Multiply()([gate, made]), layers.Multiply()([1.0 - gate, x])])
    x = ActiveDropout(dropout, in_inference=False, name="dropout")(x) if dropout else x
    logits = layers.Dense(1, dtype="float32", name="logits")(x)
    return generator, keras.Model(tokens, logits, name="discriminator")
