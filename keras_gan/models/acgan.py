"""The auxiliary classifier GAN."""

import keras
from keras import ops

from keras_gan import replicas
from keras_gan.arguments import check_weight
from keras_gan.conditions import Labels
from keras_gan.models.conditional_gan import ConditionalGAN


def cross_entropy(labels, logits, unlabelled=False):
    """Mean cross-entropy of class logits, a scalar.

    With `unlabelled`, images with the label -1 are left out; the result is 0 when no image has a label.
    """
    logits = ops.cast(logits, "float32")
    if not unlabelled:
        return ops.mean(ops.sparse_categorical_crossentropy(labels, logits, from_logits=True))
    labelled = ops.cast(labels >= 0, "float32")
    found = ops.sparse_categorical_crossentropy(ops.maximum(labels, 0), logits, from_logits=True)
    # The mean is over the labels of all replicas, which may hold different numbers of them.
    return ops.sum(found * labelled) / ops.maximum(replicas.mean(ops.sum(labelled)), 1e-12)


@keras.saving.register_keras_serializable("keras_gan")
class ACGAN(ConditionalGAN):
    """The discriminator predicts the class instead of taking it; both players minimise the error.

        discriminator adds  weight * (CE(label, C(x)) + CE(label, C(G(z, label))))
        generator adds      weight * CE(label, C(G(z, label)))

    The terms are logged as `d_classification` and `g_classification`. With
    `condition=conditions.Labels(10, unlabelled=True)` images may have the label -1: CE(label, C(x)) is then
    the mean over the labelled images of the batch.

    Args:
        generator: keras.Model from [latents, labels] to images.
        discriminator: keras.Model from images to [logits, class logits of shape (batch, num_classes)].
        num_classes: int.
        classification_weight: float. Default 1.
        ema_decay, seed: as in `GAN`.

    Example:
    >>> networks = keras_gan.networks.dcgan(
    ...     (28, 28, 1), latent_dim=64, filters=8, num_classes=10, conditioning="auxiliary"
    ... )
    >>> gan = keras_gan.ACGAN(*networks, num_classes=10)
    >>> gan.compile()

    Reference: Odena et al., "Conditional Image Synthesis with Auxiliary Classifier GANs", 2017,
    https://arxiv.org/abs/1610.09585
    """

    heads = ("classes",)
    term_names = {"discriminator": ("d_classification",), "generator": ("g_classification",)}

    def __init__(self, generator, discriminator, *, classification_weight=1.0, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        num_classes = self.num_classes
        if not isinstance(self.condition, Labels):
            raise ValueError(f"ACGAN needs classes: give `num_classes`. Received: condition={self.condition}")
        shapes = discriminator.output_shape
        if not (isinstance(shapes, list) and len(shapes) == 2 and shapes[1][-1] == num_classes):
            raise ValueError(
                f"The discriminator of an ACGAN must return [logits, {num_classes} class logits]. Received: "
                f'discriminator.output_shape={shapes}. Build it with `conditioning="auxiliary"`.'
            )
        self.classification_weight = check_weight(classification_weight, "classification_weight")

    def get_config(self):
        return {**super().get_config(), "classification_weight": self.classification_weight}

    def _of_fakes(self, turn):
        return cross_entropy(self.condition_to_make(turn.batch), turn.fake_heads["classes"])

    def discriminator_terms(self, turn):
        real = cross_entropy(turn.condition, turn.real_heads["classes"], self.condition.unlabelled)
        return {"d_classification": self.classification_weight * (real + self._of_fakes(turn))}

    def generator_terms(self, turn):
        return {"g_classification": self.classification_weight * self._of_fakes(turn)}

    def classify(self, images):
        """The discriminator's class probabilities for images in [-1, 1], of shape (n, num_classes)."""
        outputs = self.discriminator.predict(images, verbose=0)
        return ops.convert_to_numpy(ops.softmax(outputs[1]))
