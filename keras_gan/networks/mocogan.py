"""The networks of MoCoGAN, for videos."""

import keras
from keras import layers

from keras_gan.arguments import check_int
from keras_gan.layers import BatchNormalization, EachFrame, LeakyReLU, SampleFrames
from keras_gan.networks.conditioning import as_vector, condition_input


def mocogan(
    video_shape=(16, 64, 64, 3),
    content_dim=50,
    motion_dim=10,
    *,
    filters=64,
    num_classes=None,
    image_frames=1,
    image_patches=True,
    video_patches=False,
    discriminator_normalization="batch",
    decay=1e-5,
):
    """Generator and discriminator for videos.

    The generator makes each frame from [content, class, motion]. The content is the same for all frames; the
    motion is the state of a GRU that takes new noise at each frame. The discriminator consists of two
    networks: one for single frames, drawn at random, and one for whole videos, with convolutions over time
    and space.

    Args:
        video_shape: (time, size, size, channels), with a size of 16, 32, 64 or 128.
        content_dim, motion_dim: ints. Default 50 and 10.
        filters: int, the first width of both; it doubles with each layer. Default 64.
        num_classes: int; the generator then takes labels in addition to latents, and the discriminator of
            videos predicts the class (as in `ACGAN`).
        image_frames: int, frames of a video that the discriminator of images sees. Default 1.
        image_patches, video_patches: bools, whether a discriminator has a logit for each of 4 x 4 patches, or
            one. Defaults True and False.
        discriminator_normalization: "batch" as in the paper, or "none", which gradient penalties need.
        decay: float; half of it times the squared kernels is added to each loss. Default 1e-5.

    Returns:
        generator from latents (batch, content_dim + (time + 1) * motion_dim), which contain the GRU's first
        state, to videos in [-1, 1]; and discriminator from videos to [logits of videos, logits of frames].
        With classes the generator takes [latents, label], and the discriminator's last output is the class
        logits.

    Raises:
        ValueError: for other sizes, and too few frames.

    Example:
    >>> generator, discriminator = keras_gan.networks.mocogan((8, 16, 16, 1), 8, 4, filters=4)
    >>> generator.input_shape, generator.output_shape
    ((None, 44), (None, 8, 16, 16, 1))

    Reference: Tulyakov et al., "MoCoGAN: Decomposing Motion and Content for Video Generation", 2018, https://arxiv.org/abs/1707.04993
    """
    given = {
        "content_dim": content_dim,
        "motion_dim": motion_dim,
        "filters": filters,
        "image_frames": image_frames,
    }
    for name, value in given.items():
        check_int(value, name)
    check_int(num_classes, "num_classes", optional=True)
    if len(video_shape) != 4:
        raise ValueError(
            f"`video_shape` must be (time, size, size, channels). Received: {tuple(video_shape)}"
        )
    time, size, width, channels = video_shape
    if size != width or size not in (16, 32, 64, 128):
        raise ValueError(
            f"`video_shape` must be (time, size, size, channels) of a size of 16, 32, 64 or 128. Received: {tuple(video_shape)}"
        )
    stages = size.bit_length() - 3
    if time < 3 * stages + 1:
        raise ValueError(
            f"Videos of {size} pixels need {3 * stages + 1} frames at least: each of {stages} layers takes 3 away. Received: {time}. Give more "
            "`frames`, or a smaller size."
        )
    if discriminator_normalization not in ("batch", "none"):
        raise ValueError(
            f'`discriminator_normalization` must be "batch" or "none". Received: {discriminator_normalization!r}'
        )
    normalize = discriminator_normalization == "batch"
    generator = _generator(time, size, channels, content_dim, motion_dim, filters, num_classes, decay)
    of_videos = video_discriminator(video_shape, filters, num_classes, video_patches, normalize, decay)
    of_images = image_discriminator(video_shape[1:], filters, image_patches, normalize, decay)
    inputs = keras.Input(tuple(video_shape), name="videos")
    outputs = of_videos(inputs)
    outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    outputs.insert(
        1, EachFrame(of_images, name="of_frames")(SampleFrames(image_frames, name="frames")(inputs))
    )
    names = ("video_logits", "frame_logits", "class_logits")
    outputs = [
        layers.Identity(name=name, dtype="float32")(x) for name, x in zip(names, outputs, strict=False)
    ]
    return generator, keras.Model(inputs, outputs, name="discriminator")


def _generator(time, size, channels, content_dim, motion_dim, filters, num_classes, decay=0.0):
    x = inputs = keras.Input((content_dim + (time + 1) * motion_dim,), name="latents")
    label = condition_input(num_classes)
    code = x[:, :content_dim]
    if label is not None:
        inputs = [inputs, label]
        code = layers.Concatenate()([code, as_vector(label, num_classes)])
    code = layers.RepeatVector(time)(code)
    state = x[:, content_dim : content_dim + motion_dim]
    noise = layers.Reshape((time, motion_dim))(x[:, content_dim + motion_dim :])
    # Unrolled: export formats do not support the loop.
    motion = layers.GRU(motion_dim, return_sequences=True, unroll=True, name="motion")(
        noise, initial_state=state
    )
    x = layers.Concatenate()([code, motion])
    videos = EachFrame(_frame_generator(size, channels, x.shape[-1], filters, decay), name="each_frame")(x)
    return keras.Model(
        inputs, layers.Activation("linear", dtype="float32", name="videos")(videos), name="generator"
    )


def _frame_generator(size, channels, code_dim, filters, decay):
    x = inputs = keras.Input((code_dim,), name="code")
    x = layers.Reshape((1, 1, code_dim))(x)
    doublings = size.bit_length() - 3
    for i in range(doublings + 1):
        last = i == doublings
        width = channels if last else filters << (doublings - 1 - i)
        # The first layer enlarges one pixel to four, each other one by two.
        how = {"strides": 2, "padding": "same"} if i else {"strides": 1, "padding": "valid"}
        x = layers.Conv2DTranspose(width, 4, **how, **_kernel(decay), name=f"up_{i}")(x)
        x = x if last else layers.ReLU()(BatchNormalization(momentum=0.9, epsilon=1e-5)(x))
    return keras.Model(inputs, layers.Activation("tanh")(x), name="frame_generator")


def image_discriminator(image_shape, filters=64, patches=True, normalize=True, decay=0.0):
    """MoCoGAN's discriminator of single frames, to logits (batch, 4, 4, 1) of patches or (batch, 1)."""
    x = inputs = keras.Input(tuple(image_shape), name="frames")
    stages = image_shape[0].bit_length() - 3
    for i in range(stages - patches):
        x = layers.Conv2D(filters << i, 4, 2, padding="same", **_kernel(decay), name=f"down_{i}")(x)
        x = LeakyReLU(0.2)(BatchNormalization(momentum=0.9, epsilon=1e-5)(x) if i and normalize else x)
    how = {"strides": 2, "padding": "same"} if patches else {"strides": 1, "padding": "valid"}
    x = layers.Conv2D(1, 4, **how, **_kernel(decay), name="logits")(x)
    return keras.Model(inputs, x if patches else layers.Flatten()(x), name="image_discriminator")


def video_discriminator(video_shape, filters=64, num_classes=None, patches=False, normalize=True, decay=0.0):
    """MoCoGAN's discriminator of videos, to logits of patches or (batch, 1), and, with classes, to class logits (batch, num_classes)."""
    x = inputs = keras.Input(tuple(video_shape), name="videos")
    stages = video_shape[1].bit_length() - 3
    if patches and num_classes:
        raise ValueError("Classes are of whole videos: `video_patches` must be False.")

    def convolution(x, width, name):
        # Nothing is added in time.
        x = layers.ZeroPadding3D((0, 1, 1))(x)
        return layers.Conv3D(width, 4, (1, 2, 2), **_kernel(decay), name=name)(x)

    for i in range(stages - patches):
        x = convolution(x, filters << i, f"down_{i}")
        x = LeakyReLU(0.2)(BatchNormalization(momentum=0.9, epsilon=1e-5)(x) if i and normalize else x)
    if patches:
        return keras.Model(inputs, convolution(x, 1, "logits"), name="video_discriminator")
    # The last layer sees the whole remaining map.
    x = layers.Conv3D(1 + (num_classes or 0), tuple(x.shape[1:4]), **_kernel(decay), name="logits")(x)
    x = layers.Flatten()(x)
    outputs = [x[:, :1], x[:, 1:]] if num_classes else x
    return keras.Model(inputs, outputs, name="video_discriminator")


def _kernel(decay):
    """Arguments of every convolution."""
    return {"use_bias": False, "kernel_regularizer": keras.regularizers.L2(decay / 2.0) if decay else None}
