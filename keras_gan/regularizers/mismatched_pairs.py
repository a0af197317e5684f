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
        if gan.adversarial_loss.relativistic:
            raise ValueError(
                f"`{self.name}` adds to the fakes, and {type(gan.adversarial_loss).__name__} compares each fake with a real "
                'image. Use another loss, such as "hinge".'
            )

        later = gan.regularizers[gan.regularizers.index(self) + 1 :]
        others = [r.name for r in later if type(r).relabel is not Regularizer.relabel]
        if others:
            raise ValueError(
                f"`{self.name}` makes the fakes twice as many, which `{others[0]}` does not take: give `{self.name}` after it."
            )

    def relabel(self, gan, turn):
        if replicas.count_and_index()[0] == 1:
            message = f"`{self.name}` needs batches of 2 images or more. Received: a batch of 1"
            if turn.real.shape[0] == 1:
                raise ValueError(message)
            tf.debugging.assert_greater(tf.shape(turn.real)[0], 1, message)
        wrong = tf.nest.map_structure(_of_the_row_before, turn.condition)
        mismatched = gan.discriminate(turn.real, wrong)
        both = tf.nest.map_structure(lambda *maps: ops.concatenate(maps), turn.fake_logits, mismatched)
        return turn.real_logits, both


def _of_the_row_before(values):
    """The rows of the whole batch, moved by one: of all replicas together, so that one process equals two replicas."""
    if replicas.count_and_index()[0] == 1:
        return ops.roll(values, 1, axis=0)
    rows = tf.shape(values)[0]
    start = replicas.rows_before(rows)
    return ops.roll(replicas.gather(values), 1, axis=0)[start : start + rows]
