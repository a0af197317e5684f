"""The networks of CTGAN and TVAE."""

import keras
from keras import layers

from keras_gan.arguments import check_int
from keras_gan.layers import ActiveDropout, LeakyReLU, Packing, RowActivation


def ctgan(
    schema,
    latent_dim=128,
    *,
    widths=(256, 256),
    discriminator_widths=(256, 256),
    packing=10,
    dropout=0.5,
    temperature=0.2,
    decay=1e-6,
):
    """Generator and discriminator for rows of a table.

    The generator's layers are residual: each concatenates its output with its input. The discriminator sees
    `packing` rows at once.

    Args:
        schema: `keras_gan.data.Schema`, such as `dataset.schema`.
        latent_dim: int. Default 128.
        widths: of the generator's layers; discriminator_widths: of the discriminator's.
        packing: int, rows that the discriminator sees at once. Default 10.
        dropout: float, rate in the discriminator. Default 0.5.
        temperature: float, of the Gumbel-softmax. Default 0.2.
        decay: float; half of it times the squared kernels is added to the generator's loss. Default 1e-6.

    Returns:
        generator, from latents followed by Gumbel noise (`noise.NormalAndGumbel`), and the condition if the
        table has categories, to a row's vector followed by the condition; discriminator, from these to
        logits, one for each pack.

    Example:
    >>> import pandas
    >>> frame = pandas.DataFrame({"age": np.linspace(20, 60, 100), "smokes": [True, False] * 50})
    >>> schema = keras_gan.data.Schema.of(frame)
    >>> generator, discriminator = keras_gan.networks.ctgan(schema, widths=(16, 16))
    >>> generator.output_shape[-1] == schema.size + schema.condition_size
    True

    Reference: Xu et al., "Modeling Tabular Data using Conditional GAN", 2019, https://arxiv.org/abs/1907.00503
    """
    check_int(latent_dim, "latent_dim")
    choices = sum(schema.blocks)
    latents = keras.Input((latent_dim + choices,), name="latents")
    x, given = latents[:, :latent_dim], [latents]
    if schema.condition_size:
        given.append(keras.Input((schema.condition_size,), name="condition"))
        x = layers.Concatenate()([x, given[1]])
    l2 = keras.regularizers.L2(decay / 2.0) if decay else None
    for width in widths:
        made = layers.Dense(width, kernel_regularizer=l2)(x)
        made = layers.ReLU()(layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(made))
        x = layers.Concatenate()([made, x])
    logits = layers.Dense(schema.size, dtype="float32", name="logits")(x)
    activation = RowActivation(len(schema.numbers), schema.blocks, temperature, dtype="float32", name="rows")
    rows = activation([logits, latents[:, latent_dim:]])
    if schema.condition_size:
        rows = layers.Concatenate(dtype="float32")([rows, given[1]])
    generator = keras.Model(given if len(given) > 1 else latents, rows, name="generator")

    x = rows = keras.Input((schema.size + schema.condition_size,), name="rows")
    if packing > 1:
        x = Packing(packing)(x)
    for i, width in enumerate(discriminator_widths):
        x = LeakyReLU(0.2)(layers.Dense(width)(x))
        # The dropout masks depend on the layer's name.
        x = ActiveDropout(dropout, in_inference=False, name=f"dropout_{i}")(x)
    logits = layers.Dense(1, dtype="float32")(x)
    return generator, keras.Model(rows, logits, name="discriminator")


def tvae(schema, latent_dim=128, *, widths=(128, 128)):
    """Encoder and decoder for rows of a table, for `TVAE`.

    Args:
        schema: `keras_gan.data.Schema`, such as `dataset.schema`.
        latent_dim: int. Default 128.
        widths: of the encoder's layers; the decoder has them in reverse order.

    Returns:
        encoder, from a row's vector to means and log variances side by side; decoder, from latents to the
        input of `layers.RowLikelihood`.

    Example:
    >>> import pandas
    >>> schema = keras_gan.data.Schema.of(pandas.DataFrame({"age": np.linspace(20, 60, 100)}))
    >>> encoder, decoder = keras_gan.networks.tvae(schema, latent_dim=4)
    >>> encoder.output_shape, decoder.output_shape == (None, schema.size)
    ((None, 8), True)

    Reference: as `ctgan`
    """

    def through(inputs, widths, outputs, name):
        x = inputs
        for width in widths:
            x = layers.Dense(width, "relu")(x)
        return keras.Model(inputs, layers.Dense(outputs, dtype="float32")(x), name=name)

    check_int(latent_dim, "latent_dim")
    rows, latents = keras.Input((schema.size,), name="rows"), keras.Input((latent_dim,), name="latents")
    encoder = through(rows, widths, 2 * latent_dim, "encoder")
    return encoder, through(latents, widths[::-1], schema.size, "decoder")
