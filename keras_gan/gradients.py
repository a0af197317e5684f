"""Gradients with respect to images, for penalties."""

import keras
import tensorflow as tf


def of_sum(function, inputs):
    """Gradient of the sum of all outputs of `function` with respect to `inputs`.

    It can be differentiated again. Computed in float32 at least, whatever the dtype policy.

    Args:
        function: From a tensor of images to logits of any shape, or a list of them.
        inputs: Tensor of shape (batch, ...).

    Returns:
        Tensor of the shape of `inputs`.

    Example:
    >>> keras_gan.gradients.of_sum(lambda x: 3.0 * x, tf.ones((1, 2))).numpy()
    array([[3., 3.]], dtype=float32)
    """
    inputs = tf.convert_to_tensor(inputs)
    inputs = tf.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        outputs = sum(tf.reduce_sum(tf.cast(x, inputs.dtype)) for x in tf.nest.flatten(function(inputs)))
    # A tensor also where the function gathers rows.
    return tf.convert_to_tensor(tape.gradient(outputs, inputs))


def minimizer(loss, variables, optimizer):
    """A compiled function that makes a step of an optimiser and returns what the loss gives beside its value.

    Args:
        loss: function without arguments, to (scalar, figure).
        variables: list of keras.Variable that move.
        optimizer: keras optimiser.
    """
    optimizer.build(variables)

    @tf.function(reduce_retracing=True)
    def step():
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([v.value for v in variables])
            value, figure = loss()
        optimizer.apply(tape.gradient(value, [v.value for v in variables]), variables)
        return figure

    return step
