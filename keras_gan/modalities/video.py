"""Videos."""

import importlib.util

import keras
import numpy as np

from keras_gan.data.videos import check_fps, write_video
from keras_gan.grid import image_grid
from keras_gan.modalities.images import Images


@keras.saving.register_keras_serializable("keras_gan")
class Video(Images):
    """Frames in [-1, 1], stored as uint8; shown as filmstrips and GIFs, written as `.gif`, `.webp` or `.mp4`.

    Args:
        fps: frames a second.
        shape: (time, height, width, channels), channels 1 or 3.

    Example:
    >>> keras_gan.modalities.Video(10, (16, 32, 32, 3)).name
    'videos'
    """

    name = "videos"
    drawable = True
    suffix, suffixes = ".gif", (".gif", ".webp", ".mp4")

    def __init__(self, fps, shape):
        if len(shape) != 4 or shape[-1] not in (1, 3):
            raise ValueError(f"`shape` must be (time, height, width, 1 or 3). Received: {tuple(shape)}")
        super().__init__(shape)
        self.fps = check_fps(fps)

    def get_config(self):
        return {"fps": self.fps, "shape": self.shape}

    def hint_of_rank(self, shape):
        return " Add the channel: `videos[..., None]`." if shape.rank == 4 else ""

    def hint_of_shape(self, shape):
        return "Load them so: `keras_gan.data.videos(..., frames=, size=)`, or build the networks for theirs."

    def check_source(self, source, where):
        fps = getattr(source, "fps", None)
        if fps is not None and abs(fps - self.fps) > 1e-3:
            raise ValueError(
                f"The model makes videos of {self.fps:g} frames a second. Received in {where}: {fps:g}. Load them with `fps={self.fps:g}`."
            )

    def requirements(self, values, where, anew=False, fewest=1, name="Videos"):
        return super().requirements(values, where, anew, fewest, name)

    # === Shown and written ===

    def to_pictures(self, values, frames=4):
        """Return filmstrips: some frames of each video side by side, the first and the last among them.

        Args:
            values: uint8 array of shape (n, time, height, width, channels).
            frames: int.

        Returns:
            uint8 array of shape (n, height, frames x width, channels).
        """
        values = np.asarray(values)
        chosen = np.linspace(0, values.shape[1] - 1, min(frames, values.shape[1])).round().astype(int)
        return np.concatenate([values[:, i] for i in chosen], axis=2)

    def write(self, path, value):
        """Write one video of shape (time, height, width, channels), uint8, in the format of the path's ending."""
        write_video(path, np.asarray(value), self.fps)

    def write_all(self, path, values):
        """Write the videos in a grid as a GIF beside an image, and, with imageio-ffmpeg, as an MP4."""
        self.write_many(path.with_suffix(".gif"), values)
        if importlib.util.find_spec("imageio_ffmpeg"):
            self.write_many(path.with_suffix(".mp4"), values)

    def write_many(self, path, values):
        """Write one video, or several in a grid, as one file; a GIF has at most 50 frames a second."""
        values, fps = np.asarray(values), min(self.fps, 50) if path.suffix.lower() == ".gif" else self.fps
        if len(values) == 1:
            write_video(path, values[0], fps)
        else:
            write_video(
                path, [image_grid(values[:, i], min(8, len(values))) for i in range(values.shape[1])], fps
            )
        return [path]
