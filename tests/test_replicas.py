import numpy as np
import tensorflow as tf

from keras_gan import replicas


def test_one_device_is_one_replica():
    assert replicas.count_and_index() == (1, 0)
    np.testing.assert_array_equal(replicas.mean(tf.constant([1.0, 2.0])), [1.0, 2.0])
    gradients = [tf.constant(1.0), None]
    assert replicas.share_overflow(gradients) is gradients


def test_update_and_mean_on_two(mirrored):
    with mirrored.scope():
        variables = [tf.Variable(1.0), tf.Variable([2.0, 3.0])]
        others = [tf.Variable(2.0), tf.Variable([10.0, 10.0])]

    def step():
        index = tf.cast(replicas.count_and_index()[1], tf.float32)
        replicas.update(variables, lambda v, factor: v * factor, others)
        return replicas.mean(index)

    means = mirrored.experimental_local_results(mirrored.run(tf.function(step)))
    assert [float(m) for m in means] == [0.5, 0.5]
    np.testing.assert_allclose(variables[0], 2.0)
    np.testing.assert_allclose(variables[1], [20.0, 30.0])
