"""Checks of networks, data and parts before anything is computed; the errors explain the fix."""

import warnings

import keras
import numpy as np

from keras_gan import conditions
from keras_gan.augmentations import AdaptiveAugmentation
from keras_gan.data.arrays import check_floats
from keras_gan.layers import SANDense
from keras_gan.losses import RelativisticLoss, SANLoss
from keras_gan.networks.outputs import first, logits_only, maps_of
from keras_gan.noise import Noise
from keras_gan.regularizers import GradientNormPenalty, Penalty
from keras_gan.training.checks import layers_of

# === Networks ===


def check_networks(generator, discriminator, conditional):
    """Raise a ValueError if the shapes of the two networks do not fit together."""
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.Model):
            raise ValueError(f"`{name}` must be a keras.Model. Received: {type(network).__name__}")
        _shape(network, "input", name)
        _shape(network, "output", name)
        if not conditional and isinstance(network.input_shape, list):
            raise ValueError(
                f"The {name} takes {len(network.input_shape)} inputs, and this model passes one. Networks "
                "that take labels belong in `ConditionalGAN` (or `ACGAN`)."
            )
    _check_one_output(generator)
    _check_channels_last(generator, discriminator)
    latents = _shape(generator, "input", "generator")
    if None in latents[1:]:
        raise ValueError(
            "The generator's input must have a fixed shape, (batch, latent_dim). "
            f"Received: generator.input_shape={latents}"
        )
    made, expected = _shape(generator, "output", "generator"), _shape(discriminator, "input", "discriminator")
    if len(made) != len(expected) or any(
        None not in (a, b) and a != b for a, b in zip(made[1:], expected[1:], strict=True)
    ):
        swapped = (
            made[-1] == 1 and len(made) == 2 and len(_shape(discriminator, "output", "discriminator")) == 4
        )
        raise ValueError(
            "The generator's images must be what the discriminator takes. "
            f"Received: generator.output_shape={made}, discriminator.input_shape={expected}."
            + (" Are the two swapped?" if swapped else "")
        )
    logits = _shape(discriminator, "output", "discriminator")
    if logits[-1] != (2 if layers_of(discriminator, SANDense) else 1):
        raise ValueError(
            "The discriminator must give one logit per image, (batch, 1), or per patch, "
            f"(batch, height, width, 1). Received: discriminator.output_shape={logits}"
        )


def check_translation(generator, discriminator, conditional=False):
    """Raise a ValueError if the networks cannot translate images.

    The generator must map images to images; with `conditional`, [images, condition] to images.
    """
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.Model):
            raise ValueError(f"`{name}` must be a keras.Model. Received: {type(network).__name__}")
    _check_one_output(generator)
    _check_channels_last(generator, discriminator)
    source, made = (_shape(generator, side, "generator") for side in ("input", "output"))
    judged, logits = (_shape(discriminator, side, "discriminator") for side in ("input", "output"))
    inputs = len(generator.input_shape) if isinstance(generator.input_shape, list) else 1
    if inputs != 1 + conditional or len(source) != 4 or len(made) != 4:
        raise ValueError(
            f"The generator must take {'[images, condition]' if conditional else 'images'} and return "
            "images, (batch, height, width, channels). Received: "
            f"generator.input_shape={generator.input_shape}, output_shape={generator.output_shape}"
        )
    if len(judged) != 4 or None in judged[1:]:
        raise ValueError(
            "The discriminator's images must have a fixed shape, that of the training's images. Received: "
            f"discriminator.input_shape={discriminator.input_shape}"
        )
    for have, want in zip(made[1:], judged[1:], strict=True):
        if None not in (have, want) and have != want:
            raise ValueError(
                "The generator's images must be what the discriminator takes. Received: "
                f"generator.output_shape={made}, discriminator.input_shape={judged}"
            )
    if isinstance(discriminator.input_shape, list):
        condition = discriminator.input_shape[1]
        if len(discriminator.input_shape) != 2 or condition[-1] != source[-1]:
            raise ValueError(
                "The discriminator takes the image, or [image, condition] with the channels of the generator's "
                f"input. Received: discriminator.input_shape={discriminator.input_shape}, generator.input_shape="
                f"{source}"
            )
    if logits[-1] != 1:
        raise ValueError(
            f"The discriminator must give one logit per image or patch. Received: output_shape={logits}"
        )


def _check_one_output(generator):
    _check_no_dict(generator, "generator")
    shapes = getattr(generator, "output_shape", None) if generator.built else None
    if isinstance(shapes, (list, dict)):
        raise ValueError(
            f"The generator has {len(shapes)} outputs, and a GAN takes one, the images. Received: output_shape={shapes}. Name "
            "the output of the images: `keras.Model(generator.inputs, generator.outputs[0])`."
        )


def _check_no_dict(network, name):
    if isinstance(getattr(network, "_outputs_struct", None), dict):
        raise ValueError(
            f"The {name} returns a dict, {sorted(network._outputs_struct)}, and must return tensors: "
            f"`keras.Model({name}.inputs, {name}.outputs[0])`."
        )


def _check_channels_last(generator, discriminator):
    """Raise a ValueError if the networks take images with the channels before height and width."""
    for name, network, side in (
        ("generator", generator, "output"),
        ("discriminator", discriminator, "input"),
    ):
        shape = first(getattr(network, f"{side}_shape", None)) if network.built else None
        if not isinstance(shape, tuple) or len(shape) != 4:
            continue
        _, one, height, last = shape
        if one in (1, 3, 4) and height == last and last not in (1, 2, 3, 4, None):
            raise ValueError(
                f"The {name}'s images have the channels first, {shape}; keras_gan takes them last, (batch, height, width, "
                'channels). Build the networks with `data_format="channels_last"`, and images with '
                "`np.moveaxis(images, 1, -1)`."
            )
    if keras.config.image_data_format() == "channels_first":
        raise ValueError(
            "Keras is set to `channels_first`, and keras_gan takes images with the channels last: "
            '`keras.config.set_image_data_format("channels_last")` before the networks are built.'
        )


def check_heads(gan, discriminator):
    """Raise a ValueError if the discriminator has outputs that no loss trains."""
    _check_no_dict(discriminator, "discriminator")
    shapes = discriminator.output_shape
    maps = maps_of(shapes, gan.heads) if isinstance(shapes, list) else shapes
    # A map of logits has one channel; a vector of logits belongs to a head.
    others = [shape for shape in maps if shape[-1] != 1] if isinstance(maps, list) else []
    if others:
        raise ValueError(
            f"{type(gan).__name__} trains logits of shape (batch, ..., 1){f' and the heads {gan.heads}' if gan.heads else ''}: "
            f"the discriminator's outputs {others} would never be trained. Received: output_shape={shapes}. Use `ACGAN` for an "
            "auxiliary classifier or `InfoGAN` for recognised codes, or, in a subclass whose terms take them, name them in "
            "`heads`."
        )


def chosen_condition(condition, num_classes, generator, model):
    """The condition of a model: `condition`, or labels of `num_classes`, or read off the generator's inputs.

    Raises:
        ValueError: if the generator takes no condition, or its inputs do not determine which one.
    """
    if condition is not None and num_classes is not None:
        raise ValueError("Give `num_classes` or `condition`, not both.")
    if condition is not None:
        return conditions.get(condition)
    shapes = getattr(generator, "input_shape", None)
    if shapes is None:
        # The network is not built: its own check raises the error.
        return conditions.Labels(num_classes or 1)
    if not isinstance(shapes, list) or len(shapes) < 2:
        raise ValueError(
            "The generator of a conditional GAN takes [latents, condition]. "
            f"Received: generator.input_shape={shapes}. Build it with `num_classes=`, for example by "
            "`keras_gan.networks.dcgan(..., num_classes=10)`."
        )
    if num_classes is not None:
        return conditions.Labels(num_classes)
    if len(shapes) == 2 and len(shapes[1]) == 1:
        found = classes_of(generator)
        number = found.pop() if len(found) == 1 else "N"
        raise ValueError(
            f"These networks take labels: pass the number of classes, `{model}(..., num_classes={number})`."
        )
    found = conditions.read_off(generator)
    if found is None:
        raise ValueError(
            f"The generator's inputs {shapes} do not say what its condition is: `{model}(..., condition=)`, one of "
            "`keras_gan.conditions` such as Tokens(length, vocabulary), or a tuple of them."
        )
    return found


# Keys of a batch that are not conditions.
RESERVED = (
    "image",
    "sample_weight",
    "latents",
    "drawn_label",
    "target_order",
    "mixed_latents",
    "mix",
    "posterior_noise",
)


def check_condition(condition, generator, class_names):
    """Raise a ValueError if the generator does not take the condition, or has fewer classes than needed."""
    taken = [key for key in condition.keys if key in RESERVED]
    if taken:
        raise ValueError(f"A condition cannot have the key {taken[0]!r}: batches use it for something else.")
    shapes = generator.input_shape
    condition.check_inputs(shapes if isinstance(shapes, list) else [shapes])
    num_classes = getattr(condition, "num_classes", None)
    if num_classes is None:
        return
    if len(class_names or ()) > num_classes:
        raise ValueError(
            f"`class_names` has {len(class_names)} names for num_classes={num_classes}: {class_names}"
        )
    # The networks may have more classes than the labels use, such as one for "no class".
    found = classes_of(generator)
    if found and max(found) < num_classes:
        raise ValueError(
            f"The generator was built with num_classes={max(found)}. Received: num_classes={num_classes}"
        )


def check_discriminator_condition(condition, discriminator):
    """Raise a ValueError if a discriminator takes inputs beside images that are not the condition."""
    if not isinstance(discriminator.input_shape, list):
        return
    try:
        condition.check_inputs(discriminator.input_shape)
    except ValueError as error:
        raise ValueError(
            f"The discriminator does not take the condition {condition}. Received: "
            f"discriminator.input_shape={discriminator.input_shape}"
        ) from error


def with_num_classes(config, condition):
    """Replace a `Labels` condition in a config by `num_classes`, as earlier releases store it."""
    if not isinstance(condition, conditions.Labels) or condition.unlabelled:
        return config
    config = {name: value for name, value in config.items() if name != "condition"}
    return {**config, "num_classes": condition.num_classes}


def check_noise(noise, generator):
    """Raise a ValueError if `noise` is not a `Noise` with the shape of the generator's latents."""
    if noise is None:
        return
    latents = tuple(first(generator.input_shape)[1:])
    if not isinstance(noise, Noise) or noise.shape != latents:
        raise ValueError(
            f"`noise` must be a `keras_gan.noise.Noise` of latents of shape {latents}. Received: {noise!r}"
        )


def classes_of(network):
    """Set of the numbers of classes of a functional network's layers that take labels; may be empty."""
    found = set()
    for layer in getattr(network, "operations", []):
        layer = getattr(layer, "layer", layer)
        if isinstance(layer, keras.Model):
            found |= classes_of(layer)
        elif isinstance(layer, keras.layers.Embedding):
            found.add(layer.input_dim)
        elif isinstance(getattr(layer, "num_classes", None), int):  # one-hot, conditional normalisation
            found.add(layer.num_classes)
    return found


def check_source(images, shape):
    """Return images for a generator as an array; raise a ValueError if they do not fit."""
    images = np.asarray(images)
    expected = f"(n, {', '.join('any' if size is None else str(size) for size in shape)})"
    fits = images.ndim == 4 and all(
        want in (None, have) for have, want in zip(images.shape[1:], shape, strict=True)
    )
    if not fits or not len(images):
        hint = ""
        if images.ndim == 3:
            one = images.shape[-1] == shape[-1]
            hint = " Add the first axis: `images[None]`." if one else " Add the channel: `images[..., None]`."
        raise ValueError(f"`images` must have shape {expected}. Received: shape={images.shape}.{hint}")
    if images.dtype != np.uint8:
        check_floats(images)
    elif images.shape[-1] not in (1, 3, 4) and images.max() == 1:
        raise ValueError("uint8 label maps mark the class of a pixel by 255, not by 1: pass `images * 255`.")
    return images


def _shape(network, side, name):
    shape = first(getattr(network, f"{side}_shape", None)) if network.built else None
    if not isinstance(shape, tuple):
        raise ValueError(
            f"`{name}` must be a built model with an {side} and a known `{side}_shape`: a functional "
            "or Sequential model with an Input, or a subclass that defines `input_shape` and "
            f"`output_shape` and was called once. Received: {side}_shape={shape}, built={network.built}"
        )
    return shape


# === Parts ===


def check_parts(gan):
    """Raise a ValueError if loss, regularizers and discriminator cannot be combined."""
    names = [regularizer.name for regularizer in gan.regularizers]
    nameless = [type(r).__name__ for r in gan.regularizers if not (isinstance(r.name, str) and r.name)]
    if nameless:
        raise ValueError(
            f"{nameless[0]} has no `name`, under which its value is logged: give the class one, "
            '`name = "my_penalty"`.'
        )
    if len(set(names)) < len(names):
        raise ValueError(f"Each regularizer may be given once. Received: {names}")
    for regularizer in gan.regularizers:
        players = ("discriminator", "generator") if isinstance(regularizer, Penalty) else tuple(gan.players)
        if regularizer.player not in players:
            raise ValueError(
                f"`player` of {type(regularizer).__name__} must be one of {players}. Received: {regularizer.player!r}"
            )
    if sum(isinstance(part, AdaptiveAugmentation) for part in gan.augmentations) > 1:
        raise ValueError(
            f"Only one augmentation may adapt itself: ADA or APA. Received: {list(gan.augmentations)}"
        )
    penalties = [r for r in gan.regularizers if isinstance(r, GradientNormPenalty)]
    batch_norms = layers_of(gan.discriminator, keras.layers.BatchNormalization)
    if penalties and batch_norms:
        raise ValueError(
            f"`{penalties[0].name}` penalises the gradient at each image alone, but the discriminator's "
            f"batch normalisation (`{batch_norms[0].name}`) makes each logit depend on the whole batch, "
            "so that this gradient has no meaning. Use a discriminator without it: "
            '`networks.dcgan(..., discriminator_normalization="none")` or "layer".'
        )
    _check_second_derivatives(gan, penalties)
    _check_lazy(gan)
    _check_san(gan, names)
    if gan.modality.in_range and ends_in_sigmoid(gan.generator):
        raise ValueError(
            "The generator ends in a sigmoid: its images are in [0, 1], and real ones are in [-1, 1]. "
            'End it in `Activation("tanh")`.'
        )
    if any(ends_in_sigmoid(network) for network in _one_map_each(logits_only(gan.discriminator, gan.heads))):
        raise ValueError(
            "The discriminator ends in a sigmoid, and every loss here takes raw logits (it would be "
            "applied twice, and gradients would vanish). Remove the sigmoid: `Dense(1)`."
        )


# Keras layers whose gradient has no gradient, or a wrong one, and what to use instead.
_RESIZING = "Use `UpSampling2D` (nearest), a strided or a transposed convolution, or pooling."
NO_SECOND_DERIVATIVE = {
    "Resizing": _RESIZING,
    "RandomZoom": _RESIZING,
    "RandomRotation": _RESIZING,
    "RandomTranslation": _RESIZING,
    "Resize": _RESIZING,
    "SpectralNormalization": "Use `keras_gan.layers.SpectralNormalization`.",
}


def _check_second_derivatives(gan, penalties):
    if not penalties:
        return
    layers = gan.discriminator._flatten_layers(include_self=False)
    for operation in [*layers, *getattr(gan.discriminator, "operations", [])]:
        kind, ours = type(operation).__name__, type(operation).__module__.startswith("keras_gan")
        remedy = None if ours else NO_SECOND_DERIVATIVE.get(kind)
        if kind == "UpSampling2D" and operation.interpolation != "nearest":
            remedy = _RESIZING
        if remedy:
            raise ValueError(
                f"`{penalties[0].name}` differentiates the discriminator twice, and its `{operation.name}` "
                f"({kind}) has no right second derivative in Keras. {remedy}"
            )


def _check_lazy(gan):
    lazy = [r.name for r in gan.regularizers if r.name in ("r1", "r2") and r.interval > 1]
    if lazy and isinstance(gan.adversarial_loss, RelativisticLoss):
        warnings.warn(
            f"{' and '.join(lazy)} with an interval beside the relativistic pairing loss: penalties that are "
            "not computed at every step failed to converge on toy mixtures and Stacked MNIST (Huang et al., "
            "2024). Use interval=1.",
            stacklevel=4,
        )


# Penalties on the logits themselves; a discriminator with `SANDense` returns each logit twice.
_OF_LOGITS = ("balanced_consistency", "consistency", "drift", "latent_consistency", "lecam")


def _check_san(gan, names):
    """Raise a ValueError for SAN's layer or loss alone, and for penalties that take each logit once."""
    sliced = bool(layers_of(gan.discriminator, SANDense))
    if sliced != isinstance(gan.adversarial_loss, SANLoss):
        remedy = (
            "compile(loss=keras_gan.losses.SANLoss(...))"
            if sliced
            else "put the layer in by `networks.san(discriminator)`"
        )
        raise ValueError(
            f"`layers.SANDense` and `losses.SANLoss` belong together: {remedy}. Received: a discriminator "
            f"{'with' if sliced else 'without'} it, loss={gan.adversarial_loss!r}"
        )
    wrong = [name for name in names if name in _OF_LOGITS]
    if sliced and wrong:
        raise ValueError(
            f"{', '.join(wrong)} would move the direction of `SANDense` too, which only SAN's own loss may "
            "train. Leave them out, or take a discriminator without it."
        )


def _one_map_each(network):
    outputs = getattr(network, "outputs", None) or ()
    return [keras.Model(network.inputs, output) for output in outputs] if len(outputs) > 1 else [network]


def ends_in_sigmoid(network):
    """Whether the last operation of a network is a sigmoid."""
    # `operations` includes operations that are not layers, such as `keras.ops.sigmoid`.
    for layer in reversed(getattr(network, "operations", network.layers)):
        if isinstance(layer, keras.Model):
            return ends_in_sigmoid(layer)
        if type(layer).__name__ in ("Sigmoid", "HardSigmoid"):
            return True
        if type(layer).__name__ in ("Rescaling", "Multiply", "Add", "Subtract"):
            # These change the range of the sigmoid.
            return False
        activation = getattr(layer, "activation", None)
        if activation in (keras.activations.sigmoid, keras.activations.hard_sigmoid):
            return True
        if getattr(layer, "weights", None) or activation not in (None, keras.activations.linear):
            return False
    return False
