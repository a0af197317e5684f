"""InfoGAN."""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan.arguments import check_int
from keras_gan.models import checks
from keras_gan.models.gan import GAN
from keras_gan.networks.outputs import first, logits_only
from keras_gan.noise import Codes


@keras.saving.register_keras_serializable("keras_gan")
class InfoGAN(GAN):
    """Learns factors of the data without labels: a part of the latents can be predicted from the images.

    The latents are [noise ~ N(0, I), one-hot category, codes ~ U(-1, 1)]. A recognition head Q on
    the discriminator's features predicts category and codes from an image. The generator and Q
    maximise a lower bound of the mutual information between category, codes and image:

        generator adds  information_weight * (-log Q(category | x)) + code_weight * (-log Q(codes | x))

    where Q(codes | x) is a Gaussian of variance 1 around its mean. The bound for the category, in nats, is
    logged as `mutual_information`; its maximum is log(categories).

    Args:
        generator: keras.Model from latents of shape (batch, noise + categories + codes) to images.
        discriminator: keras.Model from images to [logits, Q's outputs of shape
            (batch, categories + codes)].
        categories: int, number of categories. Default 10.
        codes: int, number of continuous codes. Default 2.
        information_weight: float. Default 1.
        code_weight: float. Default 0.1.
        condition, ema_decay, seed: as in `GAN`; with a condition it learns factors in addition to the
            classes.

    Example:
    >>> networks = keras_gan.networks.dcgan((28, 28, 1), latent_dim=62 + 10 + 2, filters=8, recognition=12)
    >>> gan = keras_gan.InfoGAN(*networks, categories=10, codes=2)
    >>> gan.compile()
    >>> gan.generate(4, category=3, codes=[-1.0, 0.5]).shape
    (4, 28, 28, 1)

    Reference: Chen et al., "InfoGAN", 2016, https://arxiv.org/abs/1606.03657
    """

    heads = ("recognition",)
    term_names = {"discriminator": (), "generator": ("g_information",)}
    logged_names = {"discriminator": (), "generator": ("mutual_information",)}

    def __init__(
        self,
        generator,
        discriminator,
        *,
        categories=10,
        codes=2,
        information_weight=1.0,
        code_weight=0.1,
        **kwargs,
    ):
        checks.check_networks(generator, discriminator, conditional=True)
        if kwargs.pop("noise", None) is not None:
            raise ValueError(
                "InfoGAN draws its own latents, noise beside category and codes: leave out `noise`."
            )
        check_int(categories, "categories")
        check_int(codes, "codes", least=0)
        shapes, size = discriminator.output_shape, categories + codes
        if not (isinstance(shapes, list) and len(shapes) == 2 and shapes[1][-1] == size):
            raise ValueError(
                f"The discriminator of an InfoGAN must return [logits, {size} outputs for categories and "
                "codes]. "
                f"Received: discriminator.output_shape={shapes}. Build it with `recognition={size}`."
            )
        latent_dim = first(generator.input_shape)[-1]
        if latent_dim <= size:
            raise ValueError(
                f"The generator's latents must be longer than the {size} of categories and codes. "
                f"Received: generator.input_shape={generator.input_shape}"
            )
        kwargs["noise"] = Codes(latent_dim, categories, codes)
        super().__init__(generator, discriminator, **kwargs)
        self.categories, self.codes = categories, codes
        self.information_weight, self.code_weight = float(information_weight), float(code_weight)
        # Q, all variables of the discriminator that its logits do not need, is trained with the generator.
        self._judging = {id(variable) for variable in logits_only(discriminator, self.heads).variables}

    def get_config(self):
        names = ("categories", "codes", "information_weight", "code_weight")
        config = {**super().get_config(), **{name: getattr(self, name) for name in names}}
        return {name: value for name, value in config.items() if name != "noise"}

    @property
    def noise_dim(self):
        return self.noise.noise_dim

    def variables_of(self, player):
        mine = player == "discriminator"
        part = [v for v in self.discriminator.trainable_variables if (id(v) in self._judging) == mine]
        return part if mine else self.generator.trainable_variables + part

    # === Objective ===

    def _recognized(self, turn):
        """Q's outputs for the fakes, the latent codes of the fakes, and the category's cross-entropy."""
        q = ops.cast(turn.fake_heads["recognition"], "float32")
        code = ops.cast(turn.latents[:, self.noise.noise_dim :], "float32")
        categories = (x[:, : self.categories] for x in (code, q))
        return q, code, ops.mean(ops.categorical_crossentropy(*categories, from_logits=True))

    def generator_terms(self, turn):
        q, code, category = self._recognized(turn)
        loss = self.information_weight * category
        if self.codes:
            distance = ops.square(code[:, self.categories :] - q[:, self.categories :])
            constant = 0.5 * self.codes * math.log(2.0 * math.pi)
            loss = loss + self.code_weight * (0.5 * ops.mean(ops.sum(distance, axis=1)) + constant)
        return {"g_information": loss}

    def figures(self, turn):
        if turn.player == "discriminator":
            return {}
        return {"mutual_information": math.log(self.categories) - self._recognized(turn)[2]}

    # === Use ===

    def generate(
        self, n, seed=None, batch_size=64, truncation=1.0, category=None, codes=None, labels=None, units=False
    ):
        """Generate images, optionally of a given category and with given codes.

        Args:
            n, seed, batch_size, truncation, labels, units: as in `GAN.generate`.
            category: int in 0 .. categories - 1, or n of them; `None` for random ones.
            codes: `codes` floats in [-1, 1] (larger values were not trained), or n rows of
                them; `None` for random ones.

        Returns:
            uint8 array of shape (n, height, width, channels).
        """
        seed = self.checked_seed(n, seed, truncation)
        latents = self.sample_latents(n, seed, truncation)
        noise, chosen, free = np.split(
            latents, [self.noise.noise_dim, self.noise.noise_dim + self.categories], axis=1
        )
        chosen = chosen.argmax(1)
        if category is not None:
            chosen = np.asarray(category)
            inside = chosen.dtype.kind in "iu" and chosen.shape in ((), (n,))
            if not inside or chosen.min() < 0 or chosen.max() >= self.categories:
                raise ValueError(
                    f"`category` must be an int in 0 .. {self.categories - 1}, or {n} of them. "
                    f"Received: {category!r}"
                )
        if codes is not None:
            free = np.asarray(codes, "float32")
            if free.shape not in ((self.codes,), (n, self.codes)):
                raise ValueError(
                    f"`codes` must be {self.codes} floats, or {n} rows of them. Received: shape={free.shape}"
                )
        chosen, free = np.broadcast_to(chosen, (n,)), np.broadcast_to(free, (n, self.codes))
        latents = self.noise.join(noise, chosen, free).numpy()
        return self.images_of(latents, self.labels_of(labels, n, seed), batch_size, units)

    def recognize(self, images):
        """Predict categories and codes of images in [-1, 1] with Q.

        Returns:
            Probabilities of the categories (n, categories), and means of the codes (n, codes).
        """
        q = self.discriminator.predict(images, verbose=0)[1]
        return ops.convert_to_numpy(ops.softmax(q[:, : self.categories])), q[:, self.categories :]

    def row_names(self, rows):
        """None: the rows are categories, which have no names."""

    @property
    def grid_rows(self):
        """Number of rows of a sample grid: one for each of the first 32 categories."""
        return min(self.categories, 32)

    def grid_inputs(self, rows, columns, seed, truncation=1.0):
        """Latents that differ between rows only in their category."""
        latents = np.tile(self.sample_latents(columns, seed, truncation), (rows, 1))
        noise, _, codes = np.split(
            latents, [self.noise.noise_dim, self.noise.noise_dim + self.categories], axis=1
        )
        category = (np.arange(rows) % self.categories).repeat(columns)
        # With classes, each column has one class, so that rows still differ only in their category.
        beside = None
        if self.condition is not None:
            drawn = self.condition.grid(columns, seed, self.examples)
            beside = tf.nest.map_structure(lambda x: np.tile(x, (rows,) + (1,) * (x.ndim - 1)), drawn)
        return self.noise.join(noise, category, codes).numpy(), beside
