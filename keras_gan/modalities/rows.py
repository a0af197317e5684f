"""Rows of tables."""

import keras

from keras_gan.data.table import Schema
from keras_gan.modalities.vectors import Vectors


@keras.saving.register_keras_serializable("keras_gan")
class Rows(Vectors):
    """Rows of a table as vectors.

    Args:
        schema: `keras_gan.data.Schema`.
        conditioned: bool, whether a row's condition follows it.
    """

    name = "rows"

    def __init__(self, schema, conditioned=True):
        self.schema = Schema.from_config(schema) if isinstance(schema, dict) else schema
        self.conditioned = conditioned
        super().__init__((self.schema.size + conditioned * self.schema.condition_size,))

    def hint_of_shape(self, shape):
        return "The table has other columns than the model's: give `keras_gan.data.table` the same `schema`."

    def get_config(self):
        return {"schema": self.schema.get_config(), "conditioned": self.conditioned}
