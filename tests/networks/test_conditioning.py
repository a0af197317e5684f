import numpy as np
import pytest
import tensorflow as tf
from keras import Model

from keras_gan.networks.conditioning import as_vector, check_conditioning, condition_input, project


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, None, "concat"), "num_classes"),
        ((None, 2.5, "concat"), "condition_dim"),
        ((3, 2, "concat"), "not both"),
        ((3, None, "film"), "conditioning"),
        ((None, 2, "projection"), "concatenated"),
        ((3, None, "projection", 4), "embedding_dim"),
        ((None, None, "concat", 4), "embedding_dim"),
    ],
)
def test_arguments_that_contradict_each_other(arguments, message):
    with pytest.raises(ValueError, match=message):
        check_conditioning(*arguments)


def test_labels_become_vectors():
    label = condition_input(3)
    one_hot = Model(label, as_vector(label, 3))
    np.testing.assert_array_equal(one_hot(tf.constant([2, 0])), [[0, 0, 1], [1, 0, 0]])
    assert as_vector(label, 3, embedding_dim=5).shape == (None, 5)
    vector = condition_input(None, 2)
    assert as_vector(vector, None) is vector
    assert condition_input(None) is None


def test_projection_is_the_inner_product_with_the_classs_vector():
    label, features = condition_input(3), condition_input(None, 2)
    model = Model([features, label], project(features, label, 3))
    table = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    model.get_layer("label_projection").set_weights([table])
    outputs = model([tf.constant([[1.0, 1.0], [1.0, -1.0]]), tf.constant([0, 2])])
    np.testing.assert_allclose(outputs, [[3.0], [-1.0]])
