"""The semi-supervised GAN."""

import dataclasses

import keras
import tensorflow as tf
from keras import ops

from keras_gan.arguments import check_weight
from keras_gan.conditions import Labels
from keras_gan.models.acgan import cross_entropy
from keras_gan.models.encoding import InParts
from keras_gan.models.gan import GAN
from keras_gan.networks.outputs import inputs_of
from keras_gan.optimizers import Adam
from keras_gan.regularizers import FeatureMatchingPenalty


@keras.saving.register_keras_serializable("keras_gan")
class SomeLabels(Labels):
    """Labels of a data set in which most images may have none; the networks do not take them.

    In addition to `label`, batches may have `labelled_image` and `labelled_label`, as those of
    `data.semi_supervised`.
    """

    beside = ("labelled_image", "labelled_label")

    @property
    def keys(self):
        return (self.key, *self.beside)

    def check(self, specs, where):
        given = [name in specs for name in self.beside]
        if not any(given):
            return super().check(specs, where)
        if not all(given):
            raise ValueError(f"{where} has only one of {self.beside}: labelled images need both.")
        images, labels = (specs[name] for name in self.beside)
        if images.shape[1:] != specs["image"].shape[1:] or not images.dtype.is_floating:
            raise ValueError(
                f"`labelled_image` of {where} must have the shape and type of `image`, {specs['image']}. "
                f"Received: {images}"
            )
        super().check({self.key: labels}, where)

    def requirements(self, batch, where, anew=False):
        given = [{self.key: batch[key]} for key in (self.key, self.beside[1]) if key in batch]
        return [pair for each in given for pair in super(SomeLabels, self).requirements(each, where, anew)]


@keras.saving.register_keras_serializable("keras_gan")
class SemiSupervisedGAN(InParts, GAN):
    """Learns to classify from few labelled and many unlabelled images.

    The discriminator classifies real images into K classes; generated images have no class. With class logits
    l and Z = log sum exp l, the probability that an image is real is exp(Z) / (exp(Z) + 1). Therefore

        discriminator:  classification_weight * CE(label, l) + softplus(Z(x)) - Z(x) + softplus(Z(G(z)))
        generator:      adversarial_weight * softplus(-Z(G(z))) + ||E f(x) - E f(G(z))||^2

    where CE is the mean over the labelled images. Labels are ints, -1 for none. It trains on
    `(images, labels)`, or on data sets of `data.semi_supervised`, which add a batch of labelled images to
    every batch; with few labels that learns faster. In addition to the metrics of `GAN` it logs
    `d_classification`, and `accuracy` on validation data.
    Defaults: `FeatureMatchingPenalty` with weight 1, no adversarial loss for the generator, Adam(3e-4, 0.5).

    Args:
        generator: keras.Model from latents to images in [-1, 1].
        discriminator: keras.Model from images to class logits (batch, num_classes), such as that of
            `networks.semi_supervised(...)`.
        classification_weight: float. Default 2, the official code's loss times 2.
        adversarial_weight: float. Default 0.
        ema_decay: as in `GAN`, for generator and classifier. noise, seed: as in `GAN`.

    Example:
    >>> networks = keras_gan.networks.semi_supervised((16, 16, 1), num_classes=3, latent_dim=8, filters=4)
    >>> gan = keras_gan.SemiSupervisedGAN(*networks)
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (32, 16, 16, 1)).astype("float32")
    >>> labels = np.where(np.arange(32) < 6, np.arange(32) % 3, -1)
    >>> history = gan.fit(keras_gan.data.semi_supervised(images, labels, batch_size=16), verbose=0)
    >>> gan.classify(images).shape
    (32, 3)

    Reference: Salimans et al., "Improved Techniques for Training GANs", 2016, section 5, https://arxiv.org/abs/1606.03498
    """

    heads = ("classes",)
    averaged = ("generator", "discriminator")
    term_names = {"discriminator": ("d_classification",), "generator": ()}
    validation_names = (*GAN.validation_names, "right", "labelled")
    classes_of_outputs = True

    def __init__(
        self, generator, discriminator, *, classification_weight=2.0, adversarial_weight=0.0, **kwargs
    ):
        if kwargs.pop("condition", None) is not None:
            raise ValueError(
                "A SemiSupervisedGAN learns classes, and its networks take none: leave out `condition`."
            )
        super().__init__(generator, with_logits(discriminator), **kwargs)
        self.classification_weight = check_weight(classification_weight, "classification_weight")
        self.adversarial_weight = check_weight(adversarial_weight, "adversarial_weight")

    def get_config(self):
        config = {name: value for name, value in super().get_config().items() if name != "condition"}
        return {
            **config,
            "classification_weight": self.classification_weight,
            "adversarial_weight": self.adversarial_weight,
        }

    @property
    def labels(self):
        """The classes, a `conditions.Labels`."""
        return SomeLabels(self.discriminator.output_shape[1][-1], unlabelled=True)

    @property
    def takes(self):
        return dataclasses.replace(super().takes, condition=self.labels)

    def defaults(self):
        return {
            **super().defaults(),
            "regularizers": [FeatureMatchingPenalty()],
            "generator_optimizer": Adam(3e-4, beta_1=0.5),
            "discriminator_optimizer": Adam(3e-4, beta_1=0.5),
        }

    # === Objective ===

    def _cross_entropy(self, turn):
        """Cross-entropy of the batch's labelled images."""
        if "labelled_label" not in turn.batch:
            return cross_entropy(self.labels.of(turn.batch), turn.real_heads["classes"], True)
        logits = self.discriminator_outputs(turn.batch["labelled_image"])[1]
        return cross_entropy(self.labels.of({"label": turn.batch["labelled_label"]}), logits, True)

    def discriminator_terms(self, turn):
        return {"d_classification": self.classification_weight * self._cross_entropy(turn)}

    def validate(self, batch):
        figures, real, fake = super().validate(batch)
        labels = self.labels.of(batch)
        right = ops.argmax(self.class_probabilities(batch["image"]), axis=1) == labels
        shares = {"right": right & (labels >= 0), "labelled": labels >= 0}
        return (
            {**figures, **{name: ops.mean(ops.cast(x, "float32")) for name, x in shares.items()}},
            real,
            fake,
        )

    def _named(self, names, values):
        """Add the validation accuracy, the share of labelled images of all batches so far that are right."""
        logs = super()._named(names, values)
        if "right" not in logs:
            return logs
        right, labelled = logs.pop("right"), logs.pop("labelled")
        return {**logs, "accuracy": tf.math.divide_no_nan(right, labelled)}

    # === Use ===

    @property
    def exported_variables(self):
        return [*super().exported_variables, *self.ema_discriminator.weights]

    def class_probabilities(self, images):
        """As `classify`, but takes and returns a tensor."""
        return ops.softmax(ops.cast(self.ema_discriminator(images, training=False)[1], "float32"))

    def classify(self, images, batch_size=256):
        """Class probabilities, from the classifier's moving average.

        Args:
            images: uint8, or floats in [-1, 1], of shape (n, height, width, channels).
            batch_size: int, images at once.

        Returns:
            Array of shape (n, num_classes).
        """
        return self.in_parts(lambda x: [self.class_probabilities(x)], images, batch_size)[0]


def with_logits(classifier):
    """Turn a network with class logits into a discriminator with [Z, class logits], Z = log sum exp."""
    outputs = getattr(classifier, "outputs", None)
    if not outputs:
        raise ValueError(
            "`discriminator` must be a functional model from images to class logits, such as `networks.semi_supervised` gives. "
            f"Received: {type(classifier).__name__}"
        )
    operation = getattr(outputs[0], "_keras_history", (None,))[0]
    if len(outputs) == 2 and type(operation).__name__ == "Logsumexp":
        return classifier
    if (
        len(outputs) != 1
        or len(outputs[0].shape) != 2
        or outputs[0].shape[1] is None
        or outputs[0].shape[1] < 2
    ):
        raise ValueError(
            "`discriminator` must return class logits of shape (batch, num_classes), for 2 classes or more, "
            "and nothing else. "
            f"Received: output_shape={classifier.output_shape}"
        )
    logits = ops.logsumexp(ops.cast(outputs[0], "float32"), axis=1, keepdims=True)
    return keras.Model(inputs_of(classifier), [logits, outputs[0]], name=classifier.name)
