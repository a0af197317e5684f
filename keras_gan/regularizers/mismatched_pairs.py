"""Real images with the wrong condition, which the discriminator counts as fakes."""

import keras
import tensorflow as tf
from keras import ops

from keras_gan import replicas
from keras_gan.regularizers.regularizer import Regularizer


@keras.saving.register_keras_serializable("keras_gan")
class MismatchedPairs(Regularizer):
    """Adds each real image with the condition of another one, as a fake for the discriminator.

    The loss of the fakes is the mean over the fakes and these pairs:

        real + (fake + mismatched) / 2

    The other image is the nearest one before it in the batch that has a different condition; the papers' code
    always uses the one directly before it. Layers of the discriminator before the condition enters run once for
    the real images; if it enters at the first layer, this takes one more pass.

    Example:
    >>> networks = keras_gan.networks.dfgan((16, 16, 3), condition_dim=4, filters=2)
    >>> gan = keras_gan.ConditionalGAN(*networks)
    >>> gan.compile(regularizers=[keras_gan.regularizers.MismatchedPairs()])

    Reference: Reed et al., "Generative Adversarial Text to Image Synthesis", 2016, https://arxiv.org/abs/1605.05396
    """

    name = "mismatched_pairs"
    counts_mismatched = True

    def __init__(self):
        super().__init__()

    def build(self, gan):
        if gan.condition is None or not isinstance(gan.discriminator.input_shape, list):
            raise ValueError(
                f"`{self.name}` needs a model with a condition whose discriminator takes it: [images, "
                f"condition]. Received: condition={gan.condition}, "
                f"discriminator.input_shape={gan.discriminator.input_shape}"
            )
        check_loss(gan.adversarial_loss, f"`{self.name}`")
        later = gan.regularizers[gan.regularizers.index(self) + 1 :]
        others = [r.name for r in later if type(r).relabel is not Regularizer.relabel]
        if others:
            raise ValueError(
                f"`{self.name}` doubles the number of fakes, which `{others[0]}` does not take: "
                f"give `{self.name}` after it."
            )

    def relabel(self, gan, turn):
        maps = turn.fake_logits, turn.mismatched_logits
        both = tf.nest.map_structure(lambda *maps: ops.concatenate(maps), *maps)
        return turn.real_logits, both


def check_loss(loss, name):
    """Raise a ValueError for a loss that cannot count mismatched pairs as fakes; `name` is for its text."""
    if loss.relativistic:
        raise ValueError(
            f"{name} adds to the fakes, and {type(loss).__name__} compares each fake with a real image. Use "
            'another loss, such as "hinge".'
        )


def mismatched_condition(turn, name):
    """For each image the condition of the nearest earlier image with a different condition.

    The batch is that of all replicas together, so that one process gives the same result as two. If all
    conditions of a batch are the same, so are the returned ones.

    Raises:
        ValueError: for a batch of one image; `name` is for the message.
    """
    rows, alone = tf.shape(turn.real)[0], replicas.count_and_index()[0] == 1
    if alone:
        message = f"{name} needs batches of 2 images or more. Received: a batch of 1"
        if turn.real.shape[0] == 1:
            raise ValueError(message)
        tf.debugging.assert_greater(rows, 1, message)
    whole = turn.condition if alone else tf.nest.map_structure(replicas.gather, turn.condition)
    marks = sum(_marks(values) for values in tf.nest.flatten(whole))
    count = tf.size(marks)
    before = (tf.range(count)[:, None] - tf.range(1, count)[None]) % count
    differ = tf.not_equal(tf.gather(marks, before), marks[:, None])
    other = tf.gather(before, tf.argmax(differ, axis=1), axis=1, batch_dims=1)
    if not alone:
        start = replicas.rows_before(rows)
        other = other[start : start + rows]
    return tf.nest.map_structure(lambda values: tf.gather(values, other), whole)


def _marks(values):
    """A number for each row, the same for equal rows: their sum with fixed weights."""
    values = tf.cast(tf.reshape(values, (tf.shape(values)[0], -1)), "float32")
    numbers = tf.range(tf.shape(values)[1], dtype="float32")
    return tf.reduce_sum(values * tf.sin(12.9898 * numbers + 1.0), axis=1)
