"""What a model generates: how it is checked and stored."""

import keras

from keras_gan.modalities.audio import Audio
from keras_gan.modalities.images import Images
from keras_gan.modalities.modality import Modality
from keras_gan.modalities.rows import Rows
from keras_gan.modalities.sequences import Sequences
from keras_gan.modalities.series import Series
from keras_gan.modalities.spectra import Spectra
from keras_gan.modalities.vectors import Vectors
from keras_gan.modalities.video import Video
from keras_gan.modalities.voxels import Voxels


def get(identifier, shape):
    """Return a modality from an object or a config; None means images for rank 3, vectors for rank 1.

    Raises:
        ValueError: for data of another rank without a modality.

    Example:
    >>> keras_gan.modalities.get(None, (28, 28, 1))
    Images(shape=(28, 28, 1))
    """
    if isinstance(identifier, dict):
        identifier = keras.saving.deserialize_keras_object(identifier)
    if isinstance(identifier, Modality):
        return identifier
    if identifier is not None:
        raise ValueError(f"`modality` must be one of `keras_gan.modalities`. Received: {identifier!r}")
    kinds = {3: Images, 1: Vectors}
    if len(shape) not in kinds:
        raise ValueError(
            f"Data of shape {tuple(shape)} are neither images (height, width, channels) nor vectors: say what they are, "
            "`modality=`, one of `keras_gan.modalities`."
        )
    return kinds[len(shape)](shape)


__all__ = [
    "Audio",
    "Images",
    "Modality",
    "Rows",
    "Sequences",
    "Series",
    "Spectra",
    "Vectors",
    "Video",
    "Voxels",
    "get",
]
