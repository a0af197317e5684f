"""Time series."""

import keras
import numpy as np
import tensorflow as tf

from keras_gan.data.series import write_series
from keras_gan.modalities.modality import Modality

COLOURS = ((31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (148, 103, 189), (140, 86, 75))


@keras.saving.register_keras_serializable("keras_gan")
class Series(Modality):
    """Windows of time series in [0, 1], returned as float32 in their own units; shown as lines, saved as CSV.

    Args:
        columns: list of str.
        scale: (lows, highs), the values of 0 and 1 in the series' own units, one number a column.
        shape: (times, columns).

    Example:
    >>> keras_gan.modalities.Series(["level"], ([0.0], [10.0]), (24, 1)).name
    'series'
    """

    name = "series"
    drawable = True
    suffix, suffixes = ".csv", (".csv",)

    def __init__(self, columns, scale, shape):
        if len(shape) != 2 or len(columns) != shape[1]:
            raise ValueError(
                f"`shape` must be (times, columns), of {len(columns)} columns. Received: {tuple(shape)}"
            )
        super().__init__(shape)
        self.columns, self.scale = list(columns), [list(map(float, side)) for side in scale]

    def hint_of_shape(self, shape):
        return "Load them so: `keras_gan.data.series(..., window=)`, or build the networks for theirs."

    def check_source(self, source, where):
        scale = getattr(source, "scale", None)
        if scale is not None and not np.allclose(scale, self.scale):
            raise ValueError(
                f"The series of {where} are scaled by {tuple(scale)}, and the model's by {tuple(self.scale)}: load them with `scale=` of the "
                "training's."
            )

    def check_array(self, values, name):
        if not np.issubdtype(values.dtype, np.floating):
            raise ValueError(f"{name} must be float32 in [0, 1]. Received: dtype={values.dtype}")
        if values.size and not (values.min() >= -1e-3 and values.max() <= 1.001):
            raise ValueError(
                f"{name} must be in [0, 1], without NaN. Received values from {values.min():.6g} to {values.max():.6g}. `keras_gan.data.series` "
                "scales them."
            )

    def requirements(self, values, where, anew=False, fewest=1):
        low, high = tf.reduce_min(values), tf.reduce_max(values)
        found = [f"Series must be in [0, 1]. {where}: Received values from ", tf.as_string(low), " to "]
        found += [tf.as_string(high), ". `keras_gan.data.series` scales them."]
        within = tf.logical_and(low >= -1e-3, high <= 1.001)
        return [*super().requirements(values, where), (within, tf.strings.join(found))]

    def to_storage(self, values):
        lows, highs = (tf.constant(side, tf.float32) for side in self.scale)
        return tf.cast(values, tf.float32) * (highs - lows) + lows

    # === Shown and written ===

    def to_pictures(self, values, size=(64, 96)):
        """Draw lines over time, a colour a column, in the training's range: uint8 of shape (n, *size, 3)."""
        from PIL import Image, ImageDraw

        lows, highs = (np.array(side) for side in self.scale)
        values = (np.asarray(values, "float64") - lows) / (highs - lows)
        height, width = size
        x = 2 + np.arange(values.shape[1]) / max(1, values.shape[1] - 1) * (width - 5)
        made = []
        for sample in values:
            picture = Image.new("RGB", (width, height), (255, 255, 255))
            draw = ImageDraw.Draw(picture)
            for i, column in enumerate(sample.T):
                y = 2 + (1.0 - np.clip(column, -0.02, 1.02)) * (height - 5)
                draw.line([*zip(x, y, strict=True)], fill=COLOURS[i % len(COLOURS)])
            made.append(np.asarray(picture))
        return np.stack(made)

    def write(self, path, value):
        """Write one series of shape (times, columns) as a CSV file."""
        write_series(path, np.asarray(value)[None], self.columns)

    def write_all(self, path, values):
        """Write the series as one CSV file beside an image."""
        self.write_many(path.with_suffix(self.suffix), values)

    def write_many(self, path, values):
        """Write series as one CSV file with the columns `sample` and `time`."""
        write_series(path, values, self.columns)
        return [path]
