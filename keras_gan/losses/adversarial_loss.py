"""Base class of all adversarial losses."""

from keras import ops

from keras_gan.parts import Part


class AdversarialLoss(Part):
    """The losses of discriminator and generator as functions of logits.

    A subclass defines two elementwise formulas:

    - `discriminator_terms(real_logits, fake_logits)` -> (term of the real, term of the fake)
    - `generator_term(fake_logits, real_logits)` -> term

    Logits have the shape (batch, ...): one per image, or one per patch. The reduction is the mean
    over all of them; a sample weight multiplies the terms of its real image (Keras'
    "sum_over_batch_size": the weights are not divided out).

    Example:
    >>> class Hinge(keras_gan.losses.AdversarialLoss):
    ...     def discriminator_terms(self, real_logits, fake_logits):
    ...         return keras.ops.relu(1 - real_logits), keras.ops.relu(1 + fake_logits)
    ...
    ...     def generator_term(self, fake_logits, real_logits):
    ...         return -fake_logits
    >>> float(Hinge().discriminator_loss([-5, 1.4, 12.5, 2.7], [10, 4.4, -5.5, 3.6]))
    6.75
    """

    # Whether the generator's term uses the logits of real images too.
    relativistic = False

    def discriminator_terms(self, real_logits, fake_logits):
        raise NotImplementedError(f"{type(self).__name__} must define `discriminator_terms`.")

    def generator_term(self, fake_logits, real_logits):
        raise NotImplementedError(f"{type(self).__name__} must define `generator_term`.")

    def discriminator_loss(self, real_logits, fake_logits, sample_weight=None):
        """Scalar that the discriminator minimises.

        Args:
            real_logits, fake_logits: float tensors of shape (batch, ...), or lists of such maps, whose losses
                are added up.
            sample_weight: optional tensor of shape (batch,), a weight for each real image.
        """
        if isinstance(real_logits, list) and hasattr(real_logits[0], "shape"):
            pairs = zip(real_logits, fake_logits, strict=True)
            return sum(self.discriminator_loss(*pair, sample_weight) for pair in pairs)
        real, fake = self.sides(real_logits, fake_logits, sample_weight)
        return real + fake

    def sides(self, real_logits, fake_logits, sample_weight=None):
        """The two scalars that `discriminator_loss` adds up for one map of logits: for real and for fakes."""
        terms = self.discriminator_terms(_logits(real_logits), _logits(fake_logits))
        if not isinstance(terms, (tuple, list)) or len(terms) != 2:
            raise ValueError(
                f"`discriminator_terms` of {type(self).__name__} must return two tensors, (term of the real logits, term of the fake "
                f"ones). Received: {terms!r}"
            )
        real, fake = terms
        return weighted_mean(real, sample_weight), ops.mean(fake)

    def generator_loss(self, fake_logits, real_logits=None, sample_weight=None):
        """Scalar that the generator minimises.

        Args:
            fake_logits: float tensor of shape (batch, ...).
            real_logits: the same for real images; only relativistic losses need it.
            sample_weight: optional tensor of shape (batch,), a weight for each fake image.
        """
        if isinstance(fake_logits, list) and hasattr(fake_logits[0], "shape"):
            pairs = zip(fake_logits, real_logits or [None] * len(fake_logits), strict=True)
            return sum(self.generator_loss(*pair, sample_weight) for pair in pairs)
        real_logits = None if real_logits is None else _logits(real_logits)
        return weighted_mean(self.generator_term(_logits(fake_logits), real_logits), sample_weight)


def _logits(values):
    """Losses are computed in float32 at least, whatever the networks' precision."""
    values = ops.convert_to_tensor(values)
    return values if values.dtype == "float64" else ops.cast(values, "float32")


def weighted_mean(terms, sample_weight):
    """Mean of terms whose first axis is the batch, each times its weight of shape (batch,), or None."""
    if sample_weight is None:
        return ops.mean(terms)
    weight = ops.cast(ops.convert_to_tensor(sample_weight), terms.dtype)
    if len(weight.shape) != 1:
        raise ValueError(f"`sample_weight` must have shape (batch,). Received: {weight.shape}")
    return ops.mean(terms * ops.reshape(weight, (-1,) + (1,) * (len(terms.shape) - 1)))


def check_smoothing(label_smoothing, highest):
    """Return `label_smoothing` as a float in [0, highest), or raise a ValueError."""
    if not 0.0 <= label_smoothing < highest:
        raise ValueError(
            f"`label_smoothing` must be in [0, {highest}): it is how far the target of real images "
            f"is moved from 1 towards 0. Received: label_smoothing={label_smoothing}"
        )
    return float(label_smoothing)
