import keras
import numpy as np

import keras_gan
from keras_gan.networks.conditioning import of_class


def test_a_vector_for_each_class_and_zeros_for_none():
    layer = keras_gan.layers.LabelEmbedding(5, 3)
    known = keras.layers.Embedding(5, 3)
    labels = np.array([4, -1, 0])
    layer(labels), known(labels.clip(0))
    known.set_weights(layer.get_weights())
    found = layer(labels).numpy()
    np.testing.assert_array_equal(found[[0, 2]], known(labels.clip(0)).numpy()[[0, 2]])
    assert (found[1] == 0).all()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert type(again) is type(layer) and again.input_dim == 5


def test_the_logit_of_a_class_or_the_mean_of_all():
    logits = np.arange(8, dtype="float32").reshape(2, 4)
    np.testing.assert_allclose(of_class(logits, np.array([2, -1])), [[2.0], [5.5]])
