"""Data sets of real and generated images, with classes of equal size."""

import numpy as np

from keras_gan.arguments import check_int
from keras_gan.data.arrays import arrays_of, from_arrays


def augment(dataset, gan, *, per_class=None, mix=1.0, truncation=1.0, batch_size=64, seed=0, flip=False):
    """Fill up small classes with generated images: a balanced data set to train a classifier on.

    Measure on real images whether it helps: oversampling with shifts is a strong baseline.

    Args:
        dataset: data set of `keras_gan.data` that yields (images, labels), or a pair of arrays.
        gan: model of classes, such as `ConditionalGAN` or `BAGAN`, with `generate(n, seed, labels=)`.
        per_class: int, images of each class; larger classes are reduced to a random part of this size.
            Default: the size of the largest class.
        mix: float in [0, 1], the largest share of a class's images that are generated. Real images are
            repeated for what is still missing. Default 1: no image is repeated.
        truncation: as in `GAN.generate`.
        batch_size, seed, flip: as in `keras_gan.data.from_arrays`; the seed also applies to the generated
            images.

    Returns:
        `tf.data.Dataset` of (images, labels), from which training resumes exactly. Its attribute `generated`
        has a boolean for each image, in the order of `stream.whole()`.

    Raises:
        ValueError: for data without labels, images of another size than the model's, more classes than the
            model has, and a class without a real image where `mix` needs one.

    Example:
    >>> networks = keras_gan.networks.dcgan((8, 8, 1), latent_dim=4, filters=4, num_classes=2)
    >>> gan = keras_gan.ConditionalGAN(*networks, num_classes=2)
    >>> images, labels = np.zeros((30, 8, 8, 1), "uint8"), np.repeat([0, 1], [20, 10])
    >>> data = keras_gan.data.augment((images, labels), gan, batch_size=10)
    >>> len(data), int(data.generated.sum())
    (4, 10)

    Reference: Mariani et al., "BAGAN: Data Augmentation with Balancing GAN", 2018, https://arxiv.org/abs/1803.09655
    """
    num_classes = getattr(gan, "num_classes", None)
    if num_classes is None or not hasattr(gan, "generate"):
        raise ValueError(
            f"`gan` must generate images of a class, such as ConditionalGAN or BAGAN. Received: {type(gan).__name__}"
            + ("" if num_classes is None else ", which makes no images")
        )
    images, labels, about = arrays_of(dataset)
    check_classes(gan.class_names, about["class_names"], "the data set")
    if images.shape[1:] != gan.modality.shape:
        raise ValueError(
            f"The data are of shape {images.shape[1:]}, and {type(gan).__name__} makes images of {gan.modality.shape}."
        )

    def generate(n, label, seed):
        return gan.generate(n, seed=seed, labels=label, truncation=truncation)

    images, labels, generated = filled_up(
        images, labels, generate, num_classes, per_class=per_class, mix=mix, seed=seed, names=gan.class_names
    )
    augmented = from_arrays(
        images, labels, batch_size=batch_size, seed=seed, flip=flip, name=f"{about['name']}, augmented"
    )
    augmented.generated = generated
    augmented.class_names = augmented.stream.class_names = about["class_names"] or gan.class_names
    augmented.stream.value_range = about["value_range"]
    return augmented


def check_classes(trained, found, where):
    """Raise a ValueError if the classes of a model and of data, lists of str or None, are not the same."""
    if trained is not None and found is not None and list(trained) != list(found):
        raise ValueError(
            f"The classes of {where} are {list(found)}, and the model was trained on {list(trained)}: the same label would be another "
            "class."
        )


def filled_up(images, labels, generate, num_classes, *, per_class, mix, seed, names=None):
    """Return classes of equal size from real and generated images; arguments as in `augment`.

    Args:
        images, labels: arrays; images with the label -1 have no class and are left out.
        generate: function from a count, a label and a seed to that many images.
        names: list of str by label, for errors.

    Returns:
        images, labels, and booleans that mark the generated images; sorted by class, real images first.
    """
    check_int(seed, "seed", least=0)
    per_class = check_int(per_class, "per_class", optional=True)
    if not 0.0 <= mix <= 1.0:
        raise ValueError(f"`mix` must be in [0, 1]. Received: {mix!r}")
    if labels.max() >= num_classes:
        raise ValueError(
            f"The data have the label {labels.max()}, and the model {num_classes} classes, 0 to {num_classes - 1}."
        )
    counts = np.bincount(labels[labels >= 0], minlength=num_classes)
    size, random, plan = per_class or int(counts.max()), np.random.default_rng(seed), []
    for label, count in enumerate(counts):
        missing = max(0, size - int(count))
        made = min(missing, int(mix * size + 1e-9))
        if not count and made < missing:
            name = names[label] if names else label
            raise ValueError(
                f"The class {name!r} has no real image, and `mix={mix}` lets {made} of {size} be generated: use mix=1."
            )
        plan.append((label, missing, made))
    found = []
    for label, missing, made in plan:
        own = random.permutation(np.flatnonzero(labels == label))[:size]
        again = random.choice(own, missing - made) if missing > made else own[:0]
        found.append((images[own], label, False))
        found.append((images[again], label, False))
        if made:
            # Each class has its own seed, so that classes do not share their latents.
            found.append((np.asarray(generate(made, label, seed + label)).astype(images.dtype), label, True))
    return (
        np.concatenate([part for part, _, _ in found]),
        np.concatenate([np.full(len(part), label, "int32") for part, label, _ in found]),
        np.concatenate([np.full(len(part), made) for part, _, made in found]),
    )
