"""StackGAN."""

import keras
from keras import ops

from keras_gan.arguments import check_weight
from keras_gan.layers import ConditioningAugmentation
from keras_gan.models import checks
from keras_gan.models.gan import GAN
from keras_gan.regularizers import MismatchedPairs
from keras_gan.regularizers.mismatched_pairs import check_loss


@keras.saving.register_keras_serializable("keras_gan")
class StackGAN(GAN):
    """One stage of StackGAN: images from a text's embedding; the generator samples its condition around it.

    The discriminator takes the mean of that distribution; no gradient passes through it to the generator. The
    discriminator also sees real images with another image's text. From its logits for images with their text
    (c), and for images alone (u) if it returns those, it minimises

        real_c + (fake_c + mismatched_c) / 2                                    in stage I
        (real_c + real_u) / 2 + (fake_c + mismatched_c + fake_u) / 3            in stage II

    where each term is a mean of softplus(-logit) or softplus(logit). The generator adds `kl_weight` times the
    divergence between its distribution and the standard normal one (the mean over units, logged as `g_kl`).
    Adam(2e-4, 0.5).

    It trains on dicts with `image` and `condition`, the embeddings: float vectors from any frozen encoder.
    Stage II is a second `StackGAN` with its own `fit`; its generator contains the frozen generator of stage
    I.

    Args:
        generator, discriminator: such as `networks.stackgan(...)`; the generator has one
            `layers.ConditioningAugmentation`, and the discriminator takes its means.
        kl_weight: float. Default 2.
        condition, noise, ema_decay, seed: as in `GAN`; the condition is read off the generator's second input.

    Example:
    >>> networks = keras_gan.networks
    >>> sizes = {"condition_dim": 4, "latent_dim": 3, "embedding_dim": 2, "filters": 8, "discriminator_filters": 2}
    >>> first = keras_gan.StackGAN(*networks.stackgan((8, 8, 3), **sizes))
    >>> first.compile()
    >>> images = np.random.uniform(-1, 1, (8, 32, 32, 3)).astype("float32")
    >>> embeddings = np.random.normal(size=(8, 4)).astype("float32")
    >>> history = first.fit({"image": images[:, ::4, ::4], "condition": embeddings}, batch_size=4, verbose=0)
    >>> second = keras_gan.StackGAN(*networks.stackgan((32, 32, 3), **sizes, stage_1=first.ema_generator))
    >>> second.compile()
    >>> history = second.fit({"image": images, "condition": embeddings}, batch_size=4, verbose=0)
    >>> second.generate(2, labels=embeddings[:2], seed=0).shape
    (2, 32, 32, 3)

    Reference: Zhang et al., "StackGAN: Text to Photo-realistic Image Synthesis with Stacked Generative Adversarial
    Networks", 2017, https://arxiv.org/abs/1612.03242; losses: the official PyTorch code
    """

    term_names = {"discriminator": (), "generator": ("g_kl",)}
    # Whether gradients pass from the discriminator through the mean to the generator; in version 2 they do.
    mean_is_trained = False

    def __init__(self, generator, discriminator, *, kl_weight=2.0, condition=None, **kwargs):
        condition = self.chosen_condition(condition, generator)
        super().__init__(generator, discriminator, condition=condition, **kwargs)
        self.kl_weight = check_weight(kl_weight, "kl_weight")

    def chosen_condition(self, condition, generator):
        """The condition given, or the one read off the generator's second input."""
        return checks.chosen_condition(condition, None, generator, type(self).__name__)

    def get_config(self):
        return {**super().get_config(), "kl_weight": self.kl_weight}

    # === Inputs of the networks ===

    def check_networks(self, generator, discriminator):
        super().check_networks(generator, discriminator)
        self.check_maps(discriminator)

    def check_maps(self, discriminator):
        """Raise a ValueError if the discriminator does not have the logits that this model's loss needs."""
        count = len(discriminator.output_shape) if isinstance(discriminator.output_shape, list) else 1
        if count > 2:
            raise ValueError(
                f"The discriminator of a {type(self).__name__} must return logits for images with their "
                f"condition and, in stage II, also for images alone. Received: {count} outputs"
            )

    def check_discriminator_condition(self, discriminator):
        augmentation, shapes = augmentation_of(self.generator), discriminator.input_shape
        if not isinstance(shapes, list) or len(shapes) != 2 or shapes[1] != (None, augmentation.units):
            raise ValueError(
                f"The discriminator must take [images, means of the generator's conditioning augmentation (batch, "
                f"{augmentation.units})]. Received: discriminator.input_shape={shapes}"
            )

    def _take_parts(self, **parts):
        super()._take_parts(**parts)
        check_loss(self.adversarial_loss, type(self).__name__)
        if any(isinstance(regularizer, MismatchedPairs) for regularizer in self.regularizers):
            raise ValueError(
                f"{type(self).__name__} counts mismatched pairs itself: leave out `mismatched_pairs`."
            )

    def discriminator_outputs(self, images, condition=None, training=True, network=None, other=None):
        if condition is not None:
            layer = augmentation_of(self.generator if training else self.ema_generator)
            means = [None if given is None else layer.distribution(given)[0] for given in (condition, other)]
            if not self.mean_is_trained:
                means = [None if mean is None else ops.stop_gradient(mean) for mean in means]
            condition, other = means
        return super().discriminator_outputs(images, condition, training, network, other)

    # === Objectives ===

    @property
    def counts_mismatched(self):
        return self.condition is not None

    def discriminator_loss(self, turn):
        loss = self.adversarial_loss
        mismatched = turn.mismatched_logits
        if not isinstance(mismatched, list):
            real, fake = loss.sides(turn.real_logits, turn.fake_logits, turn.batch.get("sample_weight"))
            return real + (fake + loss.sides(turn.real_logits, mismatched)[1]) / 2.0
        pairs = zip(turn.real_logits, turn.fake_logits, strict=True)
        sides = [loss.sides(*pair, turn.batch.get("sample_weight")) for pair in pairs]
        real, fake = (sum(side) for side in zip(*sides, strict=True))
        return real / 2.0 + (fake + loss.sides(turn.real_logits[0], mismatched[0])[1]) / 3.0

    def generator_terms(self, turn):
        mean, log_variance = augmentation_of(self.generator).distribution(turn.condition)
        divergence = ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance
        return {"g_kl": self.kl_weight * 0.5 * ops.mean(divergence)}


def augmentation_of(generator):
    """The layer of a generator that samples its condition, not that of a stage inside it.

    Raises:
        ValueError: if there is not exactly one.
    """
    found = [layer for layer in generator.layers if isinstance(layer, ConditioningAugmentation)]
    if len(found) != 1:
        raise ValueError(
            f"The generator must have one `keras_gan.layers.ConditioningAugmentation`, and has {len(found)}: build it with "
            "`networks.stackgan` or `networks.stackgan2`."
        )
    return found[0]
