"""The auxiliary classifier GAN."""

import keras
from keras import ops

from keras_gan.arguments import check_weight
from keras_gan.conditions import Labels
from keras_gan.models.conditional_gan import ConditionalGAN


@keras.saving.register_keras_serializable("keras_gan")
class ACGAN(ConditionalGAN):
    """The discriminator does not take the class but predicts it; both players minimise the error of that prediction.

        discriminator adds  weight * (CE(label, C(x)) + CE(label, C(G(z, label))))
        generator adds      weight * CE(label, C(G(z, label)))

    Logged as `d_classification` and `g_classification`.

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
            raise ValueError(f"ACGAN names classes: give `num_classes`. Received: condition={self.condition}")
        shapes = discriminator.output_shape
        if not (isinstance(shapes, list) and len(shapes) == 2 and shapes[1][-1] == num_classes):
            raise ValueError(
                f"The discriminator of an ACGAN gives [logits, {num_classes} class logits]. Received: "
                f'discriminator.output_shape={shapes}. Build it with `conditioning="auxiliary"`.'
            )
        self.classification_weight = check_weight(classification_weight, "classification_weight")

    def get_config(self):
        return {**super().get_config(), "classification_weight": self.classification_weight}

    def _cross_entropy(self, turn, heads):
        logits = ops.cast(heads["classes"], "float32")
        return self.classification_weight * ops.mean(
            ops.sparse_categorical_crossentropy(turn.condition, logits, from_logits=True)
        )

    def discriminator_terms(self, turn):
        real, fake = (self._cross_entropy(turn, heads) for heads in (turn.real_heads, turn.fake_heads))
        return {"d_classification": real + fake}

    def generator_terms(self, turn):
        return {"g_classification": self._cross_entropy(turn, turn.fake_heads)}

    def classify(self, images):
        """Class probabilities of images in [-1, 1], shape (n, num_classes), by the discriminator."""
        outputs = self.discriminator.predict(images, verbose=0)
        return ops.convert_to_numpy(ops.softmax(outputs[1]))
