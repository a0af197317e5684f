"""The networks of 3D-GAN."""

from keras import Model, layers

from keras_gan.arguments import check_int
from keras_gan.layers import BatchNormalization, LeakyReLU
from keras_gan.networks.conditioning import as_vector, condition_input, project


def gan3d(size=64, latent_dim=200, *, filters=64, num_classes=None, discriminator_normalization="batch"):
    """Generator and discriminator for voxels.

    Transposed convolutions of kernel 4 and stride 2, with batch normalisation, enlarge one voxel to a cube of
    side `size`; the discriminator is the reverse.

    Args:
        size: int, voxels per side: 16, 32, 64 or 128. Default 64.
        latent_dim: int. Default 200.
        filters: int, the discriminator's first width; it doubles at each layer. Default 64.
        num_classes: int, for networks that take labels: concatenated to the latents, and by projection in the
            discriminator.
        discriminator_normalization: "batch" as in the paper, or "none", which gradient penalties need.

    Returns:
        generator from (batch, latent_dim) to occupancies (batch, size, size, size, 1) in [0, 1], and
        discriminator from these to logits (batch, 1). With classes they take [latents, label] and [voxels,
        label].

    Raises:
        ValueError: for another size.

    Example:
    >>> generator, discriminator = keras_gan.networks.gan3d(32, 16, filters=4)
    >>> generator.output_shape
    (None, 32, 32, 32, 1)

    Reference: Wu et al., "Learning a Probabilistic Latent Space of Object Shapes via 3D Generative-Adversarial Modeling", 2016,
    https://arxiv.org/abs/1610.07584
    """
    for name, value in (("latent_dim", latent_dim), ("filters", filters)):
        check_int(value, name)
    check_int(num_classes, "num_classes", optional=True)
    if size not in (16, 32, 64, 128):
        raise ValueError(f"`size` must be 16, 32, 64 or 128. Received: {size}")
    if discriminator_normalization not in ("batch", "none"):
        raise ValueError(
            f'`discriminator_normalization` must be "batch" or "none". Received: {discriminator_normalization!r}'
        )
    # At 64 voxels the innermost cube has a side of 4, at smaller sizes of 2, so that there are four
    # doublings.
    start = 4 if size >= 64 else 2
    doublings = (size // start).bit_length() - 1
    options = {"kernel_size": 4, "strides": 2, "use_bias": False}

    def normalized(x, activation):
        return activation(BatchNormalization(momentum=0.9, epsilon=1e-5)(x))

    x = inputs = layers.Input((latent_dim,), name="latents")
    label = condition_input(num_classes)
    if label is not None:
        inputs = [inputs, label]
        x = layers.Concatenate()([x, as_vector(label, num_classes)])
    width = filters * 2 ** (doublings - 1)
    x = layers.Reshape((1, 1, 1, x.shape[-1]))(x)
    x = layers.Conv3DTranspose(width, padding="valid", **options, name="project")(x)
    x = normalized(x if start == 4 else layers.Cropping3D(1)(x), layers.ReLU())
    for i in range(doublings):
        last = i == doublings - 1
        out = 1 if last else width >> (i + 1)
        x = layers.Conv3DTranspose(out, padding="same", **options, name="logits" if last else f"up_{i}")(x)
        x = x if last else normalized(x, layers.ReLU())
    voxels = layers.Activation("sigmoid", dtype="float32", name="voxels")(x)
    generator = Model(inputs, voxels, name="generator")

    x = inputs = layers.Input((size, size, size, 1), name="voxels")
    label = condition_input(num_classes)
    for i in range(doublings):
        x = layers.Conv3D(filters << i, padding="same", **options, name=f"down_{i}")(x)
        x = normalized(x, LeakyReLU(0.2)) if discriminator_normalization == "batch" else LeakyReLU(0.2)(x)
    features = layers.Flatten()(x)
    x = layers.Conv3D(1, padding="valid" if start == 4 else "same", **options, name="logit")(x)
    x = layers.Flatten()(x)
    if label is not None:
        inputs = [inputs, label]
        x = layers.Add()([x, project(features, label, num_classes)])
    logits = layers.Activation("linear", dtype="float32", name="logits")(x)
    return generator, Model(inputs, logits, name="discriminator")
