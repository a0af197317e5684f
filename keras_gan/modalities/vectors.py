"""Vectors of numbers."""

import keras

from keras_gan.modalities.modality import Modality


# Conditions have classes of the same name.
@keras.saving.register_keras_serializable("keras_gan", "VectorsModality")
class Vectors(Modality):
    """Vectors of any range, stored as floats.

    Args:
        shape: (size,).

    Example:
    >>> keras_gan.modalities.Vectors((2,)).in_range
    False
    """

    name = "vectors"
