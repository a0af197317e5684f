"""Prediction of the next frame of a video."""

import keras
import numpy as np

from keras_gan.arguments import check_int, check_weight
from keras_gan.data.images import to_uint8
from keras_gan.data.videos import in_channels
from keras_gan.grid import interleave
from keras_gan.models.pix2pix import Pix2Pix
from keras_gan.regularizers import GradientDifferencePenalty


@keras.saving.register_keras_serializable("keras_gan")
class NextFrame(Pix2Pix):
    """Predicts the next frame of a video: `Pix2Pix` from frames, joined in the channels, to the next one.

    The generator minimises `adversarial_weight` x its adversarial loss, plus `l1_weight` x mean |image -
    G(frames)|, plus the gradient difference loss (`regularizers.GradientDifferencePenalty`). It trains on
    `keras_gan.data.next_frames`.

    Args:
        generator: keras.Model from (batch, height, width, history x channels) to (batch, height, width, channels), such as `networks.unet`.
        discriminator: keras.Model from [image, frames] to logits, such as `networks.patchgan(..., condition_channels=4)`.
        l1_weight: float. Default 1. adversarial_weight: float. Default 0.05. Both as in the paper.
        ema_decay, seed: as in `GAN`.

    Example:
    >>> generator = keras_gan.networks.unet((32, 32, 4), 1, filters=4)
    >>> discriminator = keras_gan.networks.patchgan((32, 32, 1), 4, receptive_field=16, filters=4)
    >>> model = keras_gan.NextFrame(generator, discriminator)
    >>> model.compile()
    >>> clips = np.random.randint(0, 256, (8, 10, 32, 32, 1), "uint8")
    >>> history = model.fit(keras_gan.data.next_frames(clips, history=4, batch_size=4), verbose=0)
    >>> model.continue_videos(clips, frames=3).shape
    (8, 3, 32, 32, 1)

    Reference: Mathieu et al., "Deep multi-scale video prediction beyond mean square error", 2016, https://arxiv.org/abs/1511.05440
    """

    def __init__(self, generator, discriminator, *, l1_weight=1.0, adversarial_weight=0.05, **kwargs):
        super().__init__(generator, discriminator, l1_weight=l1_weight, **kwargs)
        self.adversarial_weight = check_weight(adversarial_weight, "adversarial_weight")
        channels = self.image_shape[-1]
        if self.source_shape[-1] % channels:
            raise ValueError(
                f"The generator must take frames of {channels} channels side by side. Received: {self.source_shape[-1]} channels"
            )

    def get_config(self):
        return {**super().get_config(), "adversarial_weight": self.adversarial_weight}

    def defaults(self):
        return {**super().defaults(), "regularizers": [GradientDifferencePenalty()]}

    @property
    def history_length(self):
        """Number of frames that the generator takes."""
        return self.source_shape[-1] // self.image_shape[-1]

    # === Use ===

    def continue_videos(self, videos, frames=1, batch_size=16):
        """Predict the frames that follow videos, one after another, each from the frames before it.

        Args:
            videos: array of shape (n, time, height, width, channels), of at least `history_length` frames:
                uint8, or floats in [-1, 1].
            frames: int, number of frames to predict.
            batch_size: int, videos at once.

        Returns:
            uint8 array of shape (n, frames, height, width, channels).

        Raises:
            ValueError: for videos of another shape or range than the generator takes, or with too few frames.
        """
        check_int(frames, "frames")
        videos = np.asarray(videos)
        if (
            videos.ndim != 5
            or videos.shape[1] < self.history_length
            or videos.shape[-1] != self.image_shape[-1]
        ):
            raise ValueError(
                f"`videos` must have shape (n, time, height, width, {self.image_shape[-1]}), of {self.history_length} frames at least. "
                f"Received: shape={videos.shape}"
            )
        known = videos[:, -self.history_length :]
        if known.dtype != np.uint8:
            known = known.astype("float32")
        made = []
        for _ in range(frames):
            following = self.translate(np.asarray(in_channels(known)), batch_size)[:, None]
            made.append(following)
            if known.dtype != np.uint8:
                following = following.astype("float32") / 127.5 - 1.0
            known = np.concatenate([known[:, 1:], following], axis=1)
        return np.concatenate(made, axis=1)

    # === Sample grids ===

    grid_caption = "last frame | predicted | true"

    def grid_images(self, inputs, columns):
        """Last frame, predicted frame and true frame of each example side by side."""
        last = inputs["condition"][..., -self.image_shape[-1] :]
        cells = [
            to_uint8(last).numpy(),
            self.translate(inputs["condition"]),
            to_uint8(inputs["image"]).numpy(),
        ]
        return interleave(cells), 3 * max(1, columns // 3)
