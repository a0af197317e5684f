"""The networks of WaveGAN."""

from keras import Model, layers

from keras_gan.arguments import check_int
from keras_gan.layers import BatchNormalization, ConditionalBatchNormalization, LeakyReLU, PhaseShuffle
from keras_gan.networks.conditioning import as_vector, condition_input, project

# Number of samples at which the generator starts and the discriminator ends.
START = 16


def wavegan(
    length=16_384,
    latent_dim=100,
    *,
    channels=1,
    filters=64,
    kernel_size=25,
    shift=2,
    num_classes=None,
    normalization="none",
):
    """Generator and discriminator for sound of fixed length.

    Transposed convolutions of stride 4 enlarge 16 samples to `length`; the discriminator is the reverse, with
    phase shuffle after all convolutions but the last.

    Args:
        length: int, 16 times a power of 4 (1,024, 4,096, 16,384, 65,536), or twice that. Default 16,384.
        latent_dim: int. Default 100.
        channels: int, 1, or 2 for stereo.
        filters: int, the discriminator's first width; it doubles at each layer. Default 64.
        kernel_size: int. Default 25.
        shift: int, of phase shuffle, 0 for none. Default 2.
        num_classes: int, for networks that take labels: concatenated to the latents, and by projection in the
            discriminator.
        normalization: of the generator, "none" (default) or "batch"; with classes each class has its own
            scale and offset.

    Returns:
        generator from (batch, latent_dim) to (batch, length, channels) in [-1, 1], and discriminator from
        these to logits (batch, 1). With classes they take [latents, label] and [sound, label].

    Raises:
        ValueError: for another length.

    Example:
    >>> generator, discriminator = keras_gan.networks.wavegan(4096, filters=8)
    >>> generator.output_shape
    (None, 4096, 1)

    Reference: Donahue et al., "Adversarial Audio Synthesis", 2019, https://arxiv.org/abs/1802.04208
    """
    for name, value in (("latent_dim", latent_dim), ("channels", channels), ("filters", filters)):
        check_int(value, name)
    check_int(shift, "shift", least=0)
    check_int(num_classes, "num_classes", optional=True)
    if normalization not in ("none", "batch"):
        raise ValueError(f'`normalization` must be "none" or "batch". Received: {normalization!r}')
    strides = _strides(check_int(length, "length"))
    count = len(strides)

    x = inputs = layers.Input((latent_dim,), name="latents")
    label = condition_input(num_classes)
    if label is not None:
        inputs = [inputs, label]
        x = layers.Concatenate()([x, as_vector(label, num_classes)])

    def activated(x):
        if normalization == "batch" and label is not None:
            x = ConditionalBatchNormalization(num_classes)([x, label])
        elif normalization == "batch":
            x = BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
        return layers.ReLU()(x)

    width = filters * 2 ** (count - 1)
    x = activated(layers.Reshape((START, width))(layers.Dense(START * width, name="project")(x)))
    for i, stride in enumerate(strides):
        last = i == count - 1
        out = channels if last else width >> (i + 1)
        x = layers.Conv1DTranspose(out, kernel_size, stride, padding="same", name=f"up_{i}")(x)
        x = x if last else activated(x)
    generator = Model(inputs, layers.Activation("tanh", dtype="float32", name="sound")(x), name="generator")

    x = inputs = layers.Input((length, channels), name="sound")
    label = condition_input(num_classes)
    for i, stride in enumerate(strides):
        x = layers.Conv1D(filters << i, kernel_size, stride, padding="same", name=f"down_{i}")(x)
        x = LeakyReLU(0.2)(x)
        if shift and i < count - 1:
            x = PhaseShuffle(shift, name=f"phase_shuffle_{i}")(x)
    features = layers.Flatten()(x)
    x = layers.Dense(1, name="logit")(features)
    if label is not None:
        inputs = [inputs, label]
        x = layers.Add()([x, project(features, label, num_classes)])
    logits = layers.Activation("linear", dtype="float32", name="logits")(x)
    return generator, Model(inputs, logits, name="discriminator")


def _strides(length):
    strides, size = [], START
    while size * 4 <= length:
        strides.append(4)
        size *= 4
    if size * 2 == length:
        strides.append(2)
        size *= 2
    if size != length or not strides:
        raise ValueError(
            f"`length` must be 16 times a power of 4, or twice that: 1024, 2048, 4096, 8192, 16384 ... Received: {length}"
        )
    return strides
