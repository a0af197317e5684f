"""Real images with the wrong condition, which the discriminator counts as fakes."""

import keras
import tensorflow as tf
from keras import ops

from keras_gan import replicas
from keras_gan.regularizers.regularizer import Regularizer


@keras.saving.register_keras_serializable("keras_gan")
class MismatchedPairs(Regularizer):
    """Shows the discriminator each real image with the condition of the one before it too, and counts that as fake.

    The loss of the fakes is the mean over the fakes and these pairs:

        real + (fake + mismatched) / 2

    It takes one more pass of the discriminator. A condition that occurs twice in a batch is counted as wrong for both images,
    as in the papers' code: it is for captions and embeddings, not for a few classes.

    Example:
    >>> networks = keras_gan.networks.dfgan((16, 16, 3), condition_dim=4, filters=2)
    >>> gan = keras_gan.ConditionalGAN(*networks)
    >>> gan.compile(regularizers=[keras_gan.regularizers.MismatchedPairs()])

    Reference: Reed et al., "Generative Adversarial Text to Image Synthesis", 2016, https://arxiv.org/abs/1605.05396
    """

    name = "mismatched_pairs"

    def __init__(self):
        super().__init__()

    def build(self, gan):
        if gan.condition is None or not isinstance(gan.discriminator.input_shape, list):
            raise ValueError(
                f"`{self.name}` needs a model with a condition whose discriminator takes it: [images, condition]. Received: "
                f"condition={gan.condition}, discriminator.input_shape={gan.discriminator.input_shape}"
            )
        check_loss(gan.adversarial_loss, f"`{self.name}`")
        later = gan.regularizers[gan.regularizers.index(self) + 1 :]
        others = [r.name for r in later if type(r).relabel is not Regularizer.relabel]
        if others:
            raise ValueError(
                f"`{self.name}` makes the fakes twice as many, which `{others[0]}` does not take: give `{self.name}` after it."
            )

    def relabel(self, gan, turn):
        mismatched = gan.discriminate(turn.real, mismatched_condition(turn, f"`{self.name}`"))
        both = tf.nest.map_structure(lambda *maps: ops.concatenate(maps), turn.fake_logits, mismatched)
        return turn.real_logits, both


def check_loss(loss, name):
    """Raise a ValueError for a loss that cannot count mismatched pairs among the fakes; `name` is who counts them."""
    if loss.relativistic:
        raise ValueError(
            f"{name} adds to the fakes, and {type(loss).__name__} compares each fake with a real image. Use another loss, such "
            'as "hinge".'
        )


def mismatched_condition(turn, name):
    """The condition of the image before, for each of the whole batch: of all replicas together, so that one process equals two.

    Raises:
        ValueError: for a batch of one image; `name` is who asks.
    """
    if replicas.count_and_index()[0] == 1:
        message = f"{name} needs batches of 2 images or more. Received: a batch of 1"
        if turn.real.shape[0] == 1:
            raise ValueError(message)
        tf.debugging.assert_greater(tf.shape(turn.real)[0], 1, message)
        return tf.nest.map_structure(lambda values: ops.roll(values, 1, axis=0), turn.condition)

    def rolled(values):
        rows = tf.shape(values)[0]
        start = replicas.rows_before(rows)
        return ops.roll(replicas.gather(values), 1, axis=0)[start : start + rows]

    return tf.nest.map_structure(rolled, turn.condition)
