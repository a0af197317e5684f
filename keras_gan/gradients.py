"""Gradients with respect to images, for penalties."""

import keras
import tensorflow as tf


def of_sum(function, inputs):
    """Gradient of the sum of all outputs of `function` with respect to `inputs`.

    It can be differentiated again. Computed in float32 at least, whatever the dtype policy.

    Args:
        function: From a tensor of images to logits of any shape, or a list of them.
        inputs: Tensor of shape (batch, ...), or a tuple of tensors, which `function` then takes as its
            arguments.

    Returns:
        Tensor of the shape of `inputs`, or a tuple of them.

    Example:
    >>> keras_gan.gradients.of_sum(lambda x: 3.0 * x, tf.ones((1, 2))).numpy()
    array([[3., 3.]], dtype=float32)
    """
    several = isinstance(inputs, tuple)
    inputs = [tf.convert_to_tensor(x) for x in (inputs if several else (inputs,))]
    inputs = [tf.cast(x, keras.backend.result_type(x.dtype, "float32")) for x in inputs]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        outputs = sum(tf.reduce_sum(tf.cast(x, inputs[0].dtype)) for x in tf.nest.flatten(function(*inputs)))
    # A dense tensor, even if the function gathers rows.
    found = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(outputs, inputs)]
    return tuple(found) if several else found[0]


def where_due(due, function, otherwise, sources, constants, scale):
    """`tf.cond` that computes the derivative inside the branch, which makes tracing and every step cheaper.

    The derivative of `tf.cond` itself carries all intermediate tensors out of the branch.

    Args:
        due: scalar bool tensor.
        function: takes no arguments and returns a list of scalars, of which the first is differentiated.
        otherwise: function of the same form, called when `due` is False.
        sources: tensors and `tf.Variable`s from outside with respect to which the first scalar is
            differentiated.
        constants: other tensors from outside that `function` may use.
        scale: function that multiplies a loss by the optimiser's loss scale; the scaled loss is
            differentiated.

    Returns:
        The list of scalars.

    Raises:
        ValueError: if `function` uses any other tensor from outside, whose derivative would be lost.
    """
    if tf.executing_eagerly():
        return tf.cond(due, function, otherwise)
    known = {id(x) for x in tf.nest.flatten([sources, constants])}
    reached = []

    def differentiated():
        values = function()
        for tensor in tf.compat.v1.get_default_graph().external_captures:
            if tf.is_symbolic_tensor(tensor) and tensor.dtype.is_floating and id(tensor) not in known:
                raise ValueError(
                    "A function that is not computed at every step can only be differentiated with respect "
                    f"to its argument (a penalty's `turn`), and it uses another tensor: {tensor.name!r}."
                )
        # One source may be computed from another; the outer tape differentiates what lies between them.
        tensors = [x for x in sources if not isinstance(x, tf.Variable)]
        found = tf.gradients(scale(values[0]), sources, stop_gradients=tensors)
        reached.extend(i for i, gradient in enumerate(found) if gradient is not None)
        return values, [tf.convert_to_tensor(found[i]) for i in reached]

    def undue():
        return otherwise(), [tf.zeros_like(sources[i]) for i in reached]

    values, found = tf.cond(due, differentiated, undue)

    @tf.custom_gradient
    def value(*_):
        def derivative(upstream):
            share = upstream / scale(tf.ones_like(upstream))
            return [tf.cast(share, gradient.dtype) * gradient for gradient in found]

        return tf.stop_gradient(values[0]), derivative

    return [value(*(sources[i] for i in reached)), *values[1:]]


def minimizer(loss, variables, optimizer):
    """Return a compiled function that makes one optimiser step and returns the second output of the loss.

    Args:
        loss: function without arguments that returns (scalar, another value).
        variables: list of keras.Variable to optimise.
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
