"""How the networks here take labels and vectors of attributes."""

from keras import layers, ops

from keras_gan.arguments import check_int
from keras_gan.layers import LabelEmbedding

CONDITIONINGS = ("concat", "projection", "auxiliary")


def check_conditioning(num_classes, condition_dim, conditioning, embedding_dim=None):
    """Raise a ValueError for arguments that contradict each other."""
    for name, value in (
        ("num_classes", num_classes),
        ("condition_dim", condition_dim),
        ("embedding_dim", embedding_dim),
    ):
        check_int(value, name, optional=True)
    if embedding_dim and (not num_classes or conditioning == "projection"):
        raise ValueError(
            "`embedding_dim` is for labels that are concatenated. "
            f"Received: num_classes={num_classes}, conditioning={conditioning!r}"
        )
    if num_classes and condition_dim:
        raise ValueError("Give `num_classes` (labels) or `condition_dim` (vectors), not both.")
    if conditioning not in CONDITIONINGS:
        raise ValueError(f"`conditioning` must be one of {CONDITIONINGS}. Received: {conditioning!r}")
    if condition_dim and conditioning != "concat":
        raise ValueError(
            f'Vectors of attributes are concatenated: conditioning="concat". Received: {conditioning!r}'
        )


def condition_input(num_classes, condition_dim=None):
    """An input for labels (batch,) or vectors (batch, condition_dim); None if the network takes neither."""
    if num_classes:
        return layers.Input((), dtype="int32", name="label")
    if condition_dim:
        return layers.Input((condition_dim,), name="condition")
    return None


def as_vector(condition, num_classes, embedding_dim=None):
    """A condition as a vector: one-hot, or an embedding of the label; vectors as they are."""
    if not num_classes:
        return condition
    if embedding_dim is None:
        return ops.one_hot(condition, num_classes)
    return LabelEmbedding(num_classes, embedding_dim, name="label_embedding")(condition)


def of_class(logits, label):
    """The logit (batch, 1) of the label's class, from (batch, num_classes); the mean for the label -1."""
    weights = ops.one_hot(label, logits.shape[-1], dtype=logits.dtype)
    weights = ops.where(label[:, None] >= 0, weights, ops.full_like(weights, 1.0 / logits.shape[-1]))
    return ops.sum(logits * weights, axis=1, keepdims=True)


def project(features, label, num_classes, wrap=lambda layer: layer, initializer="uniform"):
    """The projection discriminator's term: the inner product of features and the class's embedding."""
    table = LabelEmbedding(
        num_classes, features.shape[-1], embeddings_initializer=initializer, name="label_projection"
    )
    embedding = wrap(table)(label)
    return ops.sum(ops.multiply(features, embedding), axis=-1, keepdims=True)
