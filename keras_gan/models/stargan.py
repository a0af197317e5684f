"""StarGAN."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan import random, replicas
from keras_gan.arguments import check_int, check_weight
from keras_gan.conditions import Attributes, Labels, Vectors
from keras_gan.data.images import to_uint8
from keras_gan.grid import interleave
from keras_gan.losses.adversarial_loss import weighted_mean
from keras_gan.models import checks
from keras_gan.models.cyclegan import distance
from keras_gan.models.translation import Translation
from keras_gan.networks.outputs import first
from keras_gan.optimizers import Adam
from keras_gan.regularizers import GradientPenalty
from keras_gan.tiles import as_graph, filled_up


@keras.saving.register_keras_serializable("keras_gan")
class StarGAN(Translation):
    """Translates images between several domains with one generator, which takes the target domain.

    The discriminator also classifies images by domain. With y the domain of an image x, and y' that of
    another image of the batch:

        discriminator adds  classification_weight * CE(y, C(x))
        generator adds      classification_weight * CE(y', C(G(x, y'))) + cycle_weight * mean |x - G(G(x, y'), y)|
                            + identity_weight * mean |x - G(x, y)|

    The terms are logged as `d_classification`, `g_classification`, `g_cycle` and `g_identity`. The last one
    is not in the paper. With the cycle term alone, shapes may change with the domain in a way that can be
    undone, especially in short trainings. For attributes, of which an image may have several, CE is the sum
    of their binary cross-entropies.
    Defaults: the Wasserstein loss with gradient penalty 10, five discriminator steps, Adam(1e-4, 0.5).

    It trains on dicts with `image` and `label` (domains), or `condition` (attributes, each 0 or 1), as
    `data.load(..., labels=True)` yields them, with a folder for each domain.

    Args:
        generator: keras.Model from [images, domains] to images in [-1, 1].
        discriminator: keras.Model from images to [logits, domain logits]; both such as
            `networks.stargan(...)`.
        num_classes: int, number of domains; each image belongs to one.
        condition: `conditions.Attributes(n)`. Default, without `num_classes`: read off the generator's second
            input.
        classification_weight: float. Default 1.
        cycle_weight: float. Default 10.
        identity_weight: float. Default 0, which saves the time to compute it.
        ema_decay: float or None (default, as in the paper). seed: as in `GAN`.

    Example:
    >>> networks = keras_gan.networks.stargan((16, 16, 3), num_classes=3, filters=4, residual_blocks=1)
    >>> gan = keras_gan.StarGAN(*networks, num_classes=3)
    >>> gan.compile(discriminator_steps=1)
    >>> images = np.random.uniform(-1, 1, (8, 16, 16, 3)).astype("float32")
    >>> history = gan.fit(images, np.arange(8) % 3, batch_size=4, verbose=0)
    >>> gan.translate(images[:2], labels=[2, 0]).shape
    (2, 16, 16, 3)

    Reference: Choi et al., "StarGAN: Unified Generative Adversarial Networks for Multi-Domain Image-to-Image Translation",
    2018, https://arxiv.org/abs/1711.09020; settings: the official code
    """

    paired = keeps_labels = False
    heads = ("domains",)

    def __init__(
        self,
        generator,
        discriminator,
        *,
        num_classes=None,
        condition=None,
        classification_weight=1.0,
        cycle_weight=10.0,
        identity_weight=0.0,
        **kwargs,
    ):
        if not isinstance(getattr(generator, "input_shape", None), list):
            raise ValueError(
                "The generator of a StarGAN takes [images, domains]. Received: generator.input_shape="
                f"{getattr(generator, 'input_shape', None)}. Build it with `networks.stargan`."
            )
        condition = checks.chosen_condition(condition, num_classes, generator, type(self).__name__)
        if type(condition) is Vectors:
            condition = Attributes(condition.size, condition.key)
        if not isinstance(condition, (Labels, Attributes)):
            raise ValueError(
                "The domains of a StarGAN must be `num_classes` labels, or `conditions.Attributes`. "
                f"Received: {condition}"
            )
        super().__init__(generator, discriminator, condition=condition, **kwargs)
        self.classification_weight = check_weight(classification_weight, "classification_weight")
        self.cycle_weight = check_weight(cycle_weight, "cycle_weight")
        self.identity_weight = check_weight(identity_weight, "identity_weight")
        shapes = discriminator.output_shape
        if not (isinstance(shapes, list) and len(shapes) == 2 and shapes[1] == (None, self.domains)):
            raise ValueError(
                f"The discriminator of this StarGAN must return [logits, {self.domains} domain logits]. "
                "Received: "
                f"discriminator.output_shape={shapes}. Build it with `networks.stargan`."
            )

    def get_config(self):
        config = {
            **super().get_config(),
            "classification_weight": self.classification_weight,
            "cycle_weight": self.cycle_weight,
            "identity_weight": self.identity_weight,
        }
        return checks.with_num_classes(config, self.condition)

    # === Inputs of the networks ===

    def check_networks(self, generator, discriminator):
        checks.check_translation(generator, discriminator, conditional=True)
        if first(generator.input_shape)[-1] != generator.output_shape[-1]:
            raise ValueError(
                "The generator also translates its own images back: they must have as many channels as it "
                "takes. Received: "
                f"generator.input_shape={generator.input_shape}, output_shape={generator.output_shape}"
            )

    condition = property(lambda self: self._condition, doc="The domains, `Labels` or `Attributes`.")

    @property
    def domains(self):
        """Number of classes or attributes."""
        return self.num_classes or self.condition.size

    @property
    def source_shape(self):
        return tuple(first(self.generator.input_shape)[1:])

    def condition_of(self, batch):
        """The domains of the real images."""
        return self.condition.of(batch)

    def draw(self, count, seed):
        return {"target_order": random.uniform((count,), seed)}

    def targets(self, batch):
        """The target domains: those of the global batch over all replicas, in the random order of `draw`."""
        own, order = self.condition_of(batch), batch["target_order"]
        if replicas.count_and_index()[0] == 1:
            if own.shape[0] == 1:
                raise ValueError(
                    "StarGAN translates each image into the domain of another image of its batch, which must "
                    "have 2 images or more. Received: a batch of 1"
                )
            return tf.gather(own, tf.argsort(order, stable=True))
        rows = tf.shape(own)[0]
        start = replicas.rows_before(rows)
        chosen = tf.argsort(replicas.gather(order), stable=True)[start : start + rows]
        return tf.gather(replicas.gather(own), chosen)

    def forward(self, batch, training=True):
        return self.synthesize(batch["image"], self.targets(batch), training=training)

    def synthesize(self, images, condition=None, training=False):
        """Translate images in [-1, 1] into domains; uses `ema_generator`, or in training `generator`."""
        return (self.generator if training else self.ema_generator)([images, condition], training=training)

    # === Objectives ===

    def defaults(self):
        return {
            **super().defaults(),
            "loss": "wasserstein",
            "regularizers": [GradientPenalty(10.0)],
            "discriminator_steps": 5,
            "generator_optimizer": Adam(1e-4, beta_1=0.5),
            "discriminator_optimizer": Adam(1e-4, beta_1=0.5),
        }

    @property
    def term_names(self):
        names = ("g_classification", "g_cycle", *(("g_identity",) if self.identity_weight else ()))
        return {"discriminator": ("d_classification",), "generator": names}

    def _cross_entropy(self, domains, heads, sample_weight=None):
        logits = ops.cast(heads["domains"], "float32")
        if self.num_classes:
            found = ops.sparse_categorical_crossentropy(domains, logits, from_logits=True)
        else:
            found = ops.sum(ops.binary_crossentropy(domains, logits, from_logits=True), axis=-1)
        return self.classification_weight * weighted_mean(found, sample_weight)

    def discriminator_terms(self, turn):
        return {
            "d_classification": self._cross_entropy(
                turn.condition, turn.real_heads, turn.batch.get("sample_weight")
            )
        }

    def generator_terms(self, turn):
        back = self.synthesize(turn.fake, turn.condition, training=True)
        terms = {
            "g_classification": self._cross_entropy(self.targets(turn.batch), turn.fake_heads),
            "g_cycle": self.cycle_weight * distance(turn.real, back),
        }
        if self.identity_weight:
            same = self.synthesize(turn.real, turn.condition, training=True)
            terms["g_identity"] = self.identity_weight * distance(turn.real, same)
        return terms

    # === Use ===

    def translate(self, images, labels, batch_size=16):
        """Translate images into domains.

        Args:
            images: array of shape (n, height, width, channels): uint8, or floats in [-1, 1].
            labels: a class (an int, or a name of `class_names`), or one for each image; for attributes a
                vector, or n of them.
            batch_size: int, images at once.

        Returns:
            uint8 array of shape (n, height, width, channels).

        Raises:
            ValueError: for images of another shape or range than the generator takes, and for unknown labels.
        """
        check_int(batch_size, "batch_size")
        network = self.ema_generator
        images = checks.check_source(images, self.source_shape)
        labels = self.condition.as_array(labels, len(images), self.class_names)
        outputs, graph = [], as_graph(network)
        for start in range(0, len(images), batch_size):
            part = slice(start, start + batch_size)
            wanted = tf.constant(labels[part])
            outputs.append(
                filled_up(
                    # `filled_up` may pass a single image to find out which sizes the network takes.
                    lambda x, training, wanted=wanted: graph([x, wanted[: len(x)]], training=training),
                    images[part],
                    self.source_shape[:2],
                )
            )
        return np.concatenate(outputs)

    def call(self, inputs, training=False):
        """Translate [images, domains] with `ema_generator`."""
        return self.ema_generator(inputs, training=training)

    def exported_condition(self):
        return self.condition

    # === Sample grids ===

    @property
    def grid_caption(self):
        names = self.class_names or [str(i) for i in range(self.domains)]
        kind = "" if self.num_classes else "changed: "
        return f"input | {kind}" + " | ".join(names[: self._shown_domains])

    # With more domains the rows of a sample grid would be too long to read.
    _most_shown = 8

    @property
    def _shown_domains(self):
        return min(self.domains, self._most_shown)

    def row_names(self, rows):
        """None: the rows of a sample grid are images of any class."""

    def examples(self, count):
        """A dict of `count` images of the data that `fit` holds out (or else trains on), with their domains."""
        found = super(Translation, self).examples(count)
        return {name: found[name] for name in ("image", *self.condition.keys)}

    def grid_inputs(self, rows, columns, seed, truncation=1.0):
        return self.examples(rows * max(1, columns // (1 + self._shown_domains)))

    def grid_images(self, inputs, columns):
        """Each example beside its translations: into each class, or with each attribute changed."""
        images, own = to_uint8(inputs["image"]).numpy(), np.asarray(inputs[self.condition.key])
        cells = [images]
        for domain in range(self._shown_domains):
            if self.num_classes:
                wanted = np.full(len(images), domain)
            else:
                wanted = own.copy()
                wanted[:, domain] = 1.0 - wanted[:, domain]
            cells.append(self.translate(images, wanted))
        return interleave(cells), (1 + self._shown_domains) * max(1, columns // (1 + self._shown_domains))
