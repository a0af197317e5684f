"""A recipe -> a compiled model."""

import keras_gan
from keras_gan.recipes.recipe import Plan, get

# Types of data whose sets have what the networks need, such as a rate, by the function that loads them.
OF_SOURCE = {
    "parts_of_sounds": "sounds",
    "sequences": "sequences",
    "series": "series",
    "sounds": "sounds",
    "spectra": "sounds",
    "videos": "videos",
}


def build(
    name,
    image_shape,
    scale="small",
    *,
    seed=0,
    num_classes=None,
    attributes=None,
    steps=None,
    loss=None,
    augmentation=None,
    jit_compile="auto",
    init_from=None,
    frozen_blocks=0,
    metrics=(),
    source_shape=None,
    network=None,
    batch_size=None,
    text_encoder=None,
    captions=None,
    schema=None,
    source=None,
):
    """Build and compile the model of a recipe.

    Args:
        name, scale: as in `get`.
        image_shape: (height, width, channels) of the data; (size,) of vectors.
        seed: int; seeds the initial weights too.
        num_classes: int, for recipes that train on labels.
        attributes: int, how many attributes the data have, for recipes between domains; in place of `num_classes`.
        steps: int, generator steps for which schedules are made. Default: the recipe's.
        loss: alias or loss, to replace the recipe's own; None keeps it.
        augmentation: alias or augmentation, or a list, to replace the recipe's own; "none" for no
            augmentation (except StyleGAN3-R's blur).
        jit_compile: as in `GAN.compile`.
        init_from: path of a run folder or `.keras` file from which to take initial weights or, for f-anogan,
            the networks that it is built on.
        frozen_blocks: int, how many of the discriminator's first blocks to freeze (FreezeD).
        metrics: as in `GAN.compile`.
        source_shape: (height, width, channels) of the input images of an image-to-image model; (size,) of the
            vectors of images that "decoder" takes.
        network: "compact" for Real-ESRGAN's small generator in super-resolution recipes, or None for the
            recipe's own.
        batch_size: int, for averages, penalties and stages that count images. Default: the recipe's.
        text_encoder: for recipes that train on captions, as in `conditions.Texts`; for "clip" the one that it
            trains.
        captions: list of texts, as in `conditions.Texts`.
        schema: `keras_gan.data.Schema`, for recipes of tables.
        source: the data set, for recipes of sound, videos, series and texts; it has their `rate`, `fps`,
            `scale` or `words`.

    Returns:
        A compiled model.

    Raises:
        ValueError: for unknown names, for missing labels, and if the weights of `init_from` do not fit.

    Example:
    >>> gan = keras_gan.recipes.build("dcgan", (28, 28, 1))
    >>> gan.adversarial_loss
    NonSaturatingLoss(label_smoothing=0.0, two_sided=False)
    """
    # Imported here, so that recipes are listed and checked without TensorFlow.
    import keras

    from keras_gan.parts import as_list
    from keras_gan.runs.load import load_model

    recipe = get(name, scale)
    if attributes is not None and recipe.data != "domains":
        raise ValueError(f"The recipe {name!r} is not of attributes. Received: attributes={attributes}")
    if recipe.labels and num_classes is None and attributes is None:
        raise ValueError(
            f"The recipe {name!r} trains on classes, and the data has none. Use data with labels, such as "
            "mnist_5k or a folder with one sub-folder a class, or a recipe without: dcgan, r1."
        )
    if recipe.stages:
        raise ValueError(
            f"The recipe {name!r} is trained in stages, each a recipe of its own: {', '.join(recipe.stages.values())}."
        )
    check_adversarial(name, recipe, loss=loss, augmentation=augmentation, frozen_blocks=frozen_blocks)
    if network is not None and (recipe.data != "low_high" or network != "compact"):
        raise ValueError(
            f'`network` must be "compact", in recipes of super-resolution. Received: {network!r} in {name!r}'
        )
    classes = {"num_classes": num_classes} if recipe.labels and not attributes else {}
    keras.utils.set_random_seed(seed)
    trained = None
    if recipe.on_gan:
        trained = _gan_for(name, init_from, image_shape)
        chosen = recipe.networks(image_shape, trained)
    elif recipe.data in ("captions", "texts", "text_vectors") and text_encoder is None:
        raise ValueError(f"The recipe {name!r} trains on captions: give the `text_encoder`.")
    elif recipe.data in ("rows_by_category", "rows"):
        if schema is None:
            raise ValueError(
                f"The recipe {name!r} is of tables: give the `schema`, such as `dataset.schema`."
            )
        chosen = recipe.networks(schema)
    elif recipe.data in OF_SOURCE:
        if source is None:
            raise ValueError(
                f"The recipe {name!r} takes more of its data than their shape: give the `source`, such as "
                f"`data.{OF_SOURCE[recipe.data]}(...)`."
            )
        chosen = recipe.networks(image_shape, source, **classes)
    elif recipe.data == "texts":
        chosen = recipe.networks(image_shape, text_encoder)
    elif recipe.data == "captions":
        condition = keras_gan.conditions.Texts(text_encoder, captions)
        classes, chosen = {"condition": condition}, recipe.networks(image_shape, condition.size)
    elif recipe.data == "text_vectors":
        chosen = recipe.networks(image_shape, keras_gan.conditions.Texts(text_encoder).size)
    elif recipe.data == "image_vectors" and source_shape is not None:
        chosen = recipe.networks(image_shape, *source_shape)
    elif attributes:
        chosen = recipe.networks(image_shape, condition_dim=attributes)
        classes = {"condition": keras_gan.conditions.Attributes(attributes)}
    elif recipe.data in ("images", "domains", "some_labels", "shapes"):
        chosen = recipe.networks(image_shape, **classes)
    elif source_shape is None:
        of = "vector" if recipe.data == "image_vectors" else "image"
        raise ValueError(f"The recipe {name!r} is from {of} to image: give the `source_shape` too.")
    else:
        other = {} if network is None else {"network": network}
        chosen = recipe.networks(image_shape, source_shape, **other)
    plan = Plan(steps or recipe.steps, image_shape[0], batch_size or recipe.batch_size)
    ema_decay = recipe.ema_decay(plan) if callable(recipe.ema_decay) else recipe.ema_decay
    model = getattr(keras_gan, recipe.model)
    if model.classes_of_outputs:
        classes = {}
    # The networks, and by name the other arguments that come from the data.
    told = chosen[-1] if isinstance(chosen[-1], dict) else {}
    chosen = chosen[:-1] if told else chosen
    gan = model(*chosen, ema_decay=ema_decay, seed=seed, **classes, **told, **recipe.options(plan))
    if init_from is not None and not recipe.on_gan:
        trained = load_model(init_from)
        _copy_weights(trained, gan, init_from)
    if trained is not None:
        # `fit` warns where the data have another range.
        gan.value_range = trained.value_range
    if frozen_blocks:
        keras_gan.networks.freeze_blocks(gan.discriminator, frozen_blocks)
    parts = recipe.parts(plan)
    if loss is not None:
        parts["loss"] = loss
    if augmentation is not None:
        # StyleGAN3-R begins blurred, whatever the augmentation.
        Blur = keras_gan.augmentations.Blur
        blur = [part for part in as_list(parts.get("augmentation")) if isinstance(part, Blur)]
        parts["augmentation"] = [*([] if augmentation == "none" else as_list(augmentation)), *blur]
    gan.compile(**parts, metrics=list(metrics), jit_compile=jit_compile)
    return gan


def check_adversarial(name, recipe, **options):
    """Raise a ValueError for options of loss and discriminator if the model has no adversarial loss."""
    given = [option for option, value in options.items() if value]
    if given and not recipe.adversarial:
        raise ValueError(f"The recipe {name!r} has no adversarial loss: leave out {', '.join(given)}.")


def _gan_for(name, path, image_shape):
    """Return the trained GAN that a recipe is built on, after checking it."""
    from keras_gan.runs.load import load_model

    if path is None:
        raise ValueError(
            f"The recipe {name!r} is built on a trained GAN: train one, `keras-gan train wgan-gp --out runs/gan`, and give it, "
            "`--init-from runs/gan`."
        )
    source = load_model(path)
    if not hasattr(source, "discriminator") or source.condition is not None or source.from_images:
        raise ValueError(
            f"The recipe {name!r} is built on a GAN without classes. {path} is a {type(source).__name__}."
        )
    if source.image_shape != tuple(image_shape):
        raise ValueError(
            f"The GAN of {path} makes images of {source.image_shape}, and the data are of {tuple(image_shape)}."
        )
    return source


def _copy_weights(source, target, path):
    """Copy the weights of all networks; if the classes differ, all except those of the classes alone."""
    from keras_gan.data.texts import words_of

    classes = [getattr(gan, "num_classes", None) for gan in (source, target)]
    # Also what a player trains beside its networks, such as a likelihood's variance.
    moved = [name for names in target.players.values() for name in names]
    names = dict.fromkeys([*target.networks, *moved, *(f"ema_{name}" for name in target.averaged)])
    if isinstance(source, keras_gan.GAN) != isinstance(target, keras_gan.GAN) or not all(
        hasattr(source, name) for name in names
    ):
        raise ValueError(
            f"{path} is a {type(source).__name__}, whose networks are others than those of {type(target).__name__}."
        )
    words = [words_of(getattr(model, "text_encoder", None)) for model in (source, target)]
    if words[0] != words[1] and hasattr(target, "tokens"):
        raise ValueError(
            f"The vocabulary of {path} is another one than that of these captions: {len(words[0] or ())} words, and "
            f"{len(words[1] or ())}. Train a text encoder of these captions anew."
        )
    for name in names:
        theirs, mine = getattr(source, name).weights, getattr(target, name).weights
        other = [i for i, (a, b) in enumerate(zip(theirs, mine)) if a.shape != b.shape]
        of_classes = None not in classes and classes[0] != classes[1] and len(theirs) == len(mine)
        if len(theirs) != len(mine) or (other and not of_classes):
            raise ValueError(_misfit(name, path, source, target, classes))
        if other and not all(_of_classes(theirs[i].shape, mine[i].shape, *classes) for i in other):
            raise ValueError(_misfit(name, path, source, target, classes))
        for i, (a, b) in enumerate(zip(theirs, mine, strict=True)):
            if i not in other:
                b.assign(a.numpy())
        if other and name == "generator":
            print(
                f"{path} has {classes[0]} classes, these data {classes[1]}: all weights are taken but those of the classes "
                "alone, which begin anew."
            )


def _of_classes(theirs, mine, of_theirs, of_mine):
    """Whether two shapes differ on one axis only, by the difference in the number of classes."""
    differ = [(a, b) for a, b in zip(theirs, mine) if a != b]
    return (
        len(theirs) == len(mine) and len(differ) == 1 and differ[0][0] - differ[0][1] == of_theirs - of_mine
    )


def _misfit(name, path, source, target, classes):
    ours, theirs = (f"{len(getattr(gan, name).weights)} weights" for gan in (target, source))
    # Some models have no generator: then the shape of the images that they encode.
    shapes = [
        tuple(gan.generator.output_shape[1:]) if hasattr(gan, "generator") else gan.image_shape
        for gan in (source, target)
    ]
    why = f"it makes images of {shapes[0]}, this one of {shapes[1]}." if shapes[0] != shapes[1] else ""
    if None in classes and classes[0] != classes[1]:
        why += f" It has {classes[0] or 'no'} classes, this one {classes[1] or 'none'}."
    return (
        f"The {name} of {path} does not fit ({theirs} there, {ours} here): {why or 'its layers have other sizes.'} Use a "
        "recipe with the same networks, at the same --scale, --image-size and --channels."
    )
