"""What is checked before anything is computed, with errors that say what to do."""

import contextlib
import difflib
import numbers
import warnings

import keras
import numpy as np
import tensorflow as tf

from keras_gan.data.arrays import check_floats
from keras_gan.data.batches import BadImages
from keras_gan.losses import RelativisticLoss
from keras_gan.networks.outputs import first, judge
from keras_gan.precision import computes_in_float32, in_float32
from keras_gan.regularizers import GradientNormPenalty
from keras_gan.schedules import Schedule, number_or_schedule

# === Networks ===


def check_networks(generator, discriminator, conditional):
    """Raise a ValueError where the shapes of the two networks do not fit together."""
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.Model):
            raise ValueError(f"`{name}` must be a keras.Model. Received: {type(network).__name__}")
        _shape(network, "input", name)
        _shape(network, "output", name)
        if not conditional and isinstance(network.input_shape, list):
            raise ValueError(
                f"The {name} takes {len(network.input_shape)} inputs, and this model gives it one. Networks "
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
    if logits[-1] != 1:
        raise ValueError(
            "The discriminator must give one logit per image, (batch, 1), or per patch, "
            f"(batch, height, width, 1). Received: discriminator.output_shape={logits}"
        )


def check_translation(generator, discriminator):
    """Raise a ValueError where networks are not those of a model from image to image."""
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if not isinstance(network, keras.Model):
            raise ValueError(f"`{name}` must be a keras.Model. Received: {type(network).__name__}")
    _check_one_output(generator)
    _check_channels_last(generator, discriminator)
    source, made = (_shape(generator, side, "generator") for side in ("input", "output"))
    judged, logits = (_shape(discriminator, side, "discriminator") for side in ("input", "output"))
    if isinstance(generator.input_shape, list) or len(source) != 4 or len(made) != 4:
        raise ValueError(
            "The generator must take images and give images, (batch, height, width, channels). Received: "
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
            f"The {name} gives a dict, {sorted(network._outputs_struct)}, and must give tensors: "
            f"`keras.Model({name}.inputs, {name}.outputs[0])`."
        )


def _check_channels_last(generator, discriminator):
    """Raise a ValueError for networks whose images have the channels before height and width."""
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
    """Raise a ValueError where the discriminator has outputs that nobody trains."""
    _check_no_dict(discriminator, "discriminator")
    shapes = discriminator.output_shape
    found = len(shapes) if isinstance(shapes, list) else 1
    if found > gan.discriminator_outputs_used:
        raise ValueError(
            f"The discriminator has {found} outputs, and {type(gan).__name__} trains "
            f"{gan.discriminator_outputs_used}: the others would never be trained. Received: output_shape={shapes}. Add the "
            "logit maps up to one, use `ACGAN` for an auxiliary classifier or `InfoGAN` for recognised codes, or, in a "
            "subclass whose terms take them, set `discriminator_outputs_used`."
        )


def check_trainable(gan):
    """Raise a ValueError for a player without a trainable weight."""
    for player in ("discriminator", "generator"):
        if not getattr(gan, f"{player}_variables"):
            raise ValueError(
                f"The {player} has no trainable weights, so that it would never learn. The update moves each player's weights "
                f"alone: leave out `{player}.trainable = False`, or set it to True before `compile`."
            )


def check_class_names(training, other, where):
    """Raise a ValueError where the classes of two data sets, lists of str or None, are not the same."""
    if training is not None and other is not None and list(training) != list(other):
        raise ValueError(
            f"The classes of {where} are {list(other)}, those of the training {list(training)}: the same label would be "
            "another class. Load both by one call, `keras_gan.data.load(..., splits=(...), labels=True)`, or rename the "
            "class folders."
        )


def check_names_of_classes(class_names):
    """Return a list of names of classes by label, or None; raise a ValueError where two are the same."""
    if class_names is None:
        return None
    if isinstance(class_names, str) or len(set(class_names)) < len(list(class_names)):
        raise ValueError(
            f"`class_names` must be a list of the names of the classes, no two the same. Received: {class_names!r}"
        )
    return [str(name) for name in class_names]


def numbers_of_classes(names, class_names):
    """The label of a class's name, or the labels of a list of names; what is no name may be a number as text."""
    if not isinstance(names, str):
        return [name if isinstance(name, int) else numbers_of_classes(name, class_names) for name in names]
    if names in (class_names or ()):
        return class_names.index(names)
    if names.isdecimal():
        return int(names)
    if class_names is None:
        raise ValueError(f"`labels` must be numbers: this model has no names of classes. Received: {names!r}")
    near = difflib.get_close_matches(names, class_names, n=1)
    raise ValueError(
        f"There is no class {names!r}. The classes are {', '.join(class_names)}."
        + (f" Did you mean {near[0]!r}?" if near else "")
    )


def classes_of(network):
    """How many classes the layers of a functional network have that take labels; a set, empty where they do not say."""
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
    """Images that are given to a generator, as an array; raise a ValueError where they do not fit."""
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
        raise ValueError("uint8 label maps have 255 where a pixel is of a class. Of 0 and 1: `images * 255`.")
    return images


def check_truncation(value):
    if not isinstance(value, numbers.Real) or not np.isfinite(value):
        raise ValueError(f"`truncation` must be a finite number. Received: {value!r}")


def check_weight(value, name):
    """Return a weight of a loss as a float, or raise a ValueError."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise ValueError(f"`{name}` must be a number that is not negative. Received: {name}={value!r}")
    return float(value)


def _shape(network, side, name):
    shape = first(getattr(network, f"{side}_shape", None)) if network.built else None
    if not isinstance(shape, tuple):
        raise ValueError(
            f"`{name}` must be a built model with an {side} and a known `{side}_shape`: a functional "
            "or Sequential model with an Input, or a subclass that defines `input_shape` and "
            f"`output_shape` and was called once. Received: {side}_shape={shape}, built={network.built}"
        )
    return shape


def check_ema_decay(ema_decay):
    """Return a float, a schedule (from its config too) or None."""
    if ema_decay is None:
        return None
    known = isinstance(ema_decay, (dict, Schedule))
    if not known and not (isinstance(ema_decay, numbers.Real) and 0.0 <= ema_decay < 1.0):
        raise ValueError(
            "`ema_decay` must be in [0, 1), a schedule such as `keras_gan.schedules.HalfLife`, or None for no moving "
            f"average. Received: {ema_decay!r}"
        )
    return number_or_schedule(ema_decay, "ema_decay")


def clone(generator):
    """A copy of the generator with weights of its own, which computes in float32: it is for use, not for training."""
    functional = isinstance(generator, keras.Sequential) or getattr(generator, "outputs", None)
    lambdas = [layer for layer in generator._flatten_layers() if isinstance(layer, keras.layers.Lambda)]
    try:
        if not computes_in_float32(generator):
            return in_float32(generator)
        # Only the layers of functional models can be copied one by one.
        options = {"clone_function": _copy_layer, "recursive": True} if functional and lambdas else {}
        copy = keras.models.clone_model(generator, **options)
        if not copy.built:
            copy(tf.zeros((1, *first(generator.input_shape)[1:])))
        return copy
    except (TypeError, NotImplementedError) as error:
        raise ValueError(
            f"The moving average needs a copy of the generator, and {type(generator).__name__} "
            "cannot be copied: give it a `get_config` with its constructor's arguments, or pass "
            f"`ema_decay=None`. ({error})"
        ) from error


def _copy_layer(layer):
    """A layer of the same arguments; of a `Lambda` with its function as it is, which Keras would not read from a config."""
    if not isinstance(layer, keras.layers.Lambda):
        return layer.__class__.from_config(layer.get_config())
    config = {name: layer.get_config()[name] for name in ("name", "trainable", "dtype")}
    config["dtype"] = layer.dtype_policy
    return keras.layers.Lambda(
        layer.function, output_shape=layer._output_shape, mask=layer.mask, arguments=layer.arguments, **config
    )


def layers_of(network, kind):
    return [layer for layer in network._flatten_layers() if isinstance(layer, kind)]


def synchronize_batch_normalization(gan):
    """Let batch normalisation see the whole global batch where there are several replicas."""
    if gan.distribute_strategy.num_replicas_in_sync > 1:
        for layer in layers_of(gan, keras.layers.BatchNormalization):
            layer.synchronized = True


# === Parts ===


def check_discriminator_steps(steps):
    if not (isinstance(steps, int) and steps >= 1):
        raise ValueError(f"`discriminator_steps` must be a positive int. Received: {steps!r}")
    return steps


def check_count(value, name):
    if not (isinstance(value, int) or hasattr(value, "__index__")) or int(value) < 1:
        raise ValueError(f"`{name}` must be a positive int. Received: {name}={value!r}")


def check_seed(seed):
    if seed is not None and not hasattr(seed, "__index__"):
        raise ValueError(f"`seed` must be an int, or None for new images each time. Received: {seed!r}")


def check_parts(gan):
    """Raise a ValueError where loss, regularizers and discriminator do not go together."""
    names = [regularizer.name for regularizer in gan.regularizers]
    nameless = [type(r).__name__ for r in gan.regularizers if not (isinstance(r.name, str) and r.name)]
    if nameless:
        raise ValueError(
            f'{nameless[0]} has no `name`, under which its figure is logged: give the class one, `name = "my_penalty"`.'
        )
    if len(set(names)) < len(names):
        raise ValueError(f"Each regularizer may be given once. Received: {names}")
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
    if len(gan.image_shape) == 3 and _ends_in_sigmoid(gan.generator):
        raise ValueError(
            "The generator ends in a sigmoid: its images are in [0, 1], and real ones are in [-1, 1]. "
            'End it in `Activation("tanh")`.'
        )
    if _ends_in_sigmoid(judge(gan.discriminator)):
        raise ValueError(
            "The discriminator ends in a sigmoid, and every loss here takes raw logits (it would be "
            "applied twice, and gradients would vanish). Remove the sigmoid: `Dense(1)`."
        )


# Layers of Keras whose gradient has no gradient, or a wrong one, and what to use instead.
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


def _ends_in_sigmoid(network):
    # `operations` has what is no layer too, such as a `keras.ops.sigmoid`.
    for layer in reversed(getattr(network, "operations", network.layers)):
        if isinstance(layer, keras.Model):
            return _ends_in_sigmoid(layer)
        if type(layer).__name__ in ("Sigmoid", "HardSigmoid"):
            return True
        activation = getattr(layer, "activation", None)
        if activation in (keras.activations.sigmoid, keras.activations.hard_sigmoid):
            return True
        if getattr(layer, "weights", None) or activation not in (None, keras.activations.linear):
            return False
    return False


def check_optimizer(optimizer, strategy, player):
    """Raise a ValueError for what an optimiser cannot do under a distribution strategy."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    if getattr(inner, "use_ema", False):
        raise ValueError(
            f"The {player}'s optimiser has `use_ema=True`, which Keras applies to a model's single optimiser alone: it would do "
            "nothing here. The generator's moving average is the model's own, `ema_decay=0.999`."
        )
    if inner.gradient_accumulation_steps and not isinstance(inner._learning_rate, keras.Variable):
        warnings.warn(
            f"With `gradient_accumulation_steps={inner.gradient_accumulation_steps}` Keras counts the {player}'s learning rate "
            "schedule by batches, not by updates: make the schedule that many times longer.",
            stacklevel=4,
        )
    made_in = getattr(inner, "_distribution_strategy", strategy)
    if type(made_in) is not type(strategy) or (strategy.num_replicas_in_sync > 1 and made_in is not strategy):
        raise ValueError(
            f"The {player}'s optimiser was made outside the model's `strategy.scope()`: it would be "
            "applied once for each replica. Make it inside the scope, or pass its name."
        )
    if strategy.num_replicas_in_sync > 1:
        for option in ("clipnorm", "global_clipnorm", "clipvalue"):
            if getattr(inner, option, None) is not None:
                raise ValueError(
                    f"`{option}` under several replicas is not supported: Keras clips each replica's "
                    "part of the gradient, not their sum. Train without it, or on one device."
                )
        if getattr(inner, "gradient_accumulation_steps", None):
            raise ValueError(
                "`gradient_accumulation_steps` under several replicas is not supported by Keras on "
                "TensorFlow. Use larger batches, or one device."
            )


def check_variables(optimizer, variables, player):
    """Raise a ValueError for an optimiser that has been used for other variables."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    mine = {id(variable) for variable in inner._trainable_variables}
    if not {id(variable) for variable in variables} <= mine:
        raise ValueError(
            f"`{player}_optimizer` has been used for another model: its state belongs to that one's "
            "weights. Make a new optimiser with the same arguments."
        )


def check_strategy(strategy, jit_compile, steps_per_execution):
    """Raise a ValueError for distribution strategies that cannot train a GAN here."""
    if isinstance(strategy, tf.distribute.ParameterServerStrategy):
        raise ValueError(
            "ParameterServerStrategy is not supported by Keras 3. Use `tf.distribute.MirroredStrategy` "
            "(several devices) or `MultiWorkerMirroredStrategy` (several machines)."
        )
    if isinstance(strategy, tf.distribute.TPUStrategy):
        raise ValueError(
            "TPUStrategy is not supported: its replicas cannot update the moving average one by one. "
            "Use GPUs with `tf.distribute.MirroredStrategy`."
        )
    if keras.distribution.distribution() is not None:
        raise ValueError(
            "`keras.distribution` does not work on the TensorFlow backend. Use "
            "`tf.distribute.MirroredStrategy` and build everything inside its `scope()`."
        )
    collective = (tf.distribute.MirroredStrategy, tf.distribute.MultiWorkerMirroredStrategy)
    if isinstance(strategy, collective):
        if jit_compile is True:
            raise ValueError(
                f"`jit_compile=True` does not work under {type(strategy).__name__}: TensorFlow cannot "
                'compile the exchange between replicas. Leave it "auto".'
            )
        if steps_per_execution != 1:
            raise ValueError(
                f"`steps_per_execution` must be 1 under {type(strategy).__name__}. "
                f"Received: {steps_per_execution}"
            )


def check_scope(gan):
    """Raise a ValueError where a model is trained in the scope of a strategy that it was not made in."""
    if tf.distribute.has_strategy() and tf.distribute.get_strategy() is not gan.distribute_strategy:
        raise ValueError(
            "The model was made outside this `strategy.scope()`. Build the networks, the GAN and "
            "compile it inside the scope that it is trained in."
        )


def check_metrics(metrics):
    metrics = list(metrics) if isinstance(metrics, (list, tuple)) else [metrics]
    for metric in metrics:
        if not isinstance(metric, keras.metrics.Metric):
            raise ValueError(
                "`metrics` must be a list of keras.metrics.Metric with `update_state(real, fake)`. "
                f"Received: {metric!r}"
            )
    names = [name for metric in metrics for name in getattr(metric, "figure_names", [metric.name])]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"Two metrics log the same figure, {twice}: give one of them another `name`.")
    return metrics


# === Data ===


@contextlib.contextmanager
def readable_errors():
    """Turn what the checks inside the input pipeline found into a ValueError."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        message = BadImages.find(str(error))
        if message is None:
            raise
        raise ValueError(message) from None
