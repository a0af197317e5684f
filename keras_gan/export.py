"""Generator -> SavedModel, LiteRT or ONNX, for use without keras_gan."""

import contextlib
import functools
import json
import os
import shutil
import sys

import keras
import tensorflow as tf

from keras_gan import export_files, provenance
from keras_gan.conditions import Several
from keras_gan.data.images import from_uint8, to_uint8
from keras_gan.data.texts import UNKNOWN, of_any_length, tokens_layer, words_of
from keras_gan.export_target import check_target
from keras_gan.networks.outputs import first
from keras_gan.precision import computes_in_float32, in_float32
from keras_gan.tiles import default_overlap, multiple_of


def export(gan, filepath, format="saved_model", metadata=None, **options):
    """Write the EMA generator of a model and its `metadata.json`; in float32 under any dtype policy.

    - "saved_model": a folder. `serving_default` takes `latents`, float32 of shape
      (n, latent_dim), and returns float32 images in [-1, 1]. `sample(n, seed=0, truncation=1.0)`
      returns the same uint8 images as `gan.generate(n, seed)`. Each weight is stored once. For a
      conditional model both take `labels` too: `sample(n, seed, truncation, labels)` with one
      label, or n; without labels, `sample` draws classes as `gan.generate` does. If a keras.Model
      encodes the model's texts, `sample_texts(texts, seed, truncation)` makes one image for each text.
      A `SemiSupervisedGAN` has `classify(images)`, from images (uint8, or float32 in [-1, 1]) to class
      probabilities.
    - "litert": a `.tflite` file, from `latents` (and `labels`) to `images`, floats clipped to [-1, 1]. It
      uses only LiteRT's own operations.
    - "onnx": an `.onnx` file with the same inputs and output, checked with onnxruntime; needs
      `pip install 'keras-gan[onnx]'`.

    Args:
        gan: `keras_gan.GAN`.
        filepath: folder or file to write; an existing one is replaced. The metadata of a file go to
            `<file>.metadata.json`.
        format: "saved_model", "litert" or "onnx".
        metadata: dict of further entries, such as {"dataset": "mnist"}; {"provenance": None} leaves out what
            made the images.
        **options: for files only. batch: int, a fixed batch size; default: 1 for LiteRT, any for ONNX (0
            means any). quantize, LiteRT only: "float16" weights, or "int8" weights and activations.
            representative, with "int8": arrays that the generator takes, from which the ranges of the
            activations are measured; default: random latents.

    Returns:
        The path written, as a str.

    Raises:
        ValueError: for an unknown format or option, a name that does not fit the format, and a graph that the
            runtime cannot run. ImportError: if the ONNX packages are missing.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> path = gan.export("/tmp/keras_gan_example/saved_model")
    >>> sampler = tf.saved_model.load(path)
    >>> sampler.sample(3, seed=7).shape
    TensorShape([3, 28, 28, 1])
    """
    filepath = check_target(filepath, format)
    check_options(format, options, images=False)
    if isinstance(gan.condition, Several):
        raise ValueError(
            f"Exports take one condition, and {type(gan).__name__} takes {gan.condition.keys}: give its networks a single "
            "vector of both, `keras_gan.conditions.Vectors`, or use the `.keras` file."
        )
    shapes = {}
    with averages_in_float32(gan):
        if format == "saved_model":
            _write_saved_model(gan, filepath)
            beside = filepath / "metadata.json"
        else:
            filepath.parent.mkdir(parents=True, exist_ok=True)
            graph = export_files.of_latents(gan)
            shapes = export_files.write(graph, filepath, format, **options)
            beside = filepath.with_name(filepath.name + ".metadata.json")
    about = {**describe(gan, shapes), "format": format, **plain(options), **(metadata or {})}
    beside.write_text(json.dumps(about, indent=2) + "\n")
    return str(filepath)


def check_options(format, options, images):
    """Raise a ValueError for options that the format does not take."""
    known = {
        "saved_model": (),
        "litert": ("batch", "quantize", "representative", *(("shape",) if images else ())),
        "onnx": ("batch", *(("shape",) if images else ())),
    }[format]
    unknown = sorted(set(options) - set(known))
    if unknown:
        takes = ", ".join(f"`{name}`" for name in known) or "no options"
        raise ValueError(f"An export as {format} takes {takes}. Received: {', '.join(unknown)}")
    if options.get("quantize") not in (None, *export_files.QUANTIZATIONS):
        raise ValueError(
            f"`quantize` must be one of {export_files.QUANTIZATIONS}. Received: {options['quantize']!r}"
        )


def plain(options):
    return {name: value for name, value in options.items() if name != "representative"}


@contextlib.contextmanager
def averages_in_float32(gan):
    """A context in which `ema_generator` computes in float32; a moving average always does."""
    network = gan.ema_generator
    if not computes_in_float32(network):
        # Bypasses Keras' tracking, which would add the network to the model.
        vars(gan)["ema_generator"] = in_float32(network)
    try:
        yield
    finally:
        vars(gan)["ema_generator"] = network


def describe(gan, shapes=()):
    """Describe an exported generator to its user: a dict for JSON. `shapes`: those of a file's inputs."""
    if hasattr(gan, "described"):
        return gan.described()
    step = int(gan.state.step.numpy())
    figures = {}
    if gan.compiled:
        figures = dict(zip(gan.figure_names, gan.state.figure_means.numpy().round(6).tolist(), strict=True))
    return {
        "class": type(gan).__name__,
        "image_shape": list(gan.output_shape[1:]),
        "modality": keras.saving.serialize_keras_object(gan._modality)
        if getattr(gan, "_modality", None)
        else None,
        "latent_dim": None if gan.from_images else first(gan.generator.input_shape)[-1],
        "noise_dim": getattr(gan, "noise_dim", None),
        "num_classes": getattr(gan, "num_classes", None),
        "words": words_of(getattr(gan, "text_encoder", None)),
        "class_names": gan.class_names,
        "range": [-1, 1],
        "sample_range": [0, 255],
        "value_range": gan.value_range and list(gan.value_range),
        "inputs": {
            name: {**about, **({"shape": shapes[name]} if name in shapes else {})}
            for name, about in _inputs_of(gan).items()
        },
        "dataset": gan.dataset_name,
        "generator_steps": step,
        "epochs": int(gan.state.epoch.numpy()),
        "training_figures": figures,
        "parameters": gan.generator.count_params(),
        "provenance": provenance.about(type(gan).__name__, step=step, dataset=gan.dataset_name),
        "versions": {
            "python": ".".join(map(str, sys.version_info[:3])),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
        },
    }


def _inputs_of(gan):
    """Inputs of an export by name: shape (None for any), dtype, range."""
    if gan.from_images:
        # The input is called `images` in a SavedModel, but `source` in a file, whose output is `images`.
        found = {"source": {"shape": [None, *gan.source_shape], "dtype": "float32", "range": [-1, 1]}}
        return found | _labels_of(gan.exported_condition())
    shape = list(first(gan.generator.input_shape)[1:])
    found = {
        "latents": {
            "shape": [None, *shape],
            "dtype": "float32",
            "distribution": gan.noise.distribution,
        }
    }
    return found | _labels_of(gan.condition)


def _labels_of(condition):
    if condition is None:
        return {}
    classes = getattr(condition, "num_classes", None)
    values = {"range": [0, classes - 1]} if classes else {}
    return {"labels": {"shape": list(condition.spec.shape), "dtype": condition.spec.dtype.name, **values}}


def _checked(n, truncation):
    """Return n after checks of n and the truncation."""
    positive = tf.debugging.assert_positive(n, "`n` must be positive")
    finite = tf.debugging.assert_all_finite(truncation, "`truncation` must be finite")
    with tf.control_dependencies([positive, finite]):
        return tf.identity(n)


class Sampler(tf.Module):
    """The generator as a plain tf.Module: `keras.export` would store each weight twice."""

    def __init__(self, gan):
        super().__init__()
        generator, condition = gan.ema_generator, gan.condition
        latents = tf.TensorSpec([None, *first(generator.input_shape)[1:]], tf.float32, name="latents")
        numbers = [
            tf.TensorSpec([], tf.int32, name="n"),
            tf.TensorSpec([], tf.int64, name="seed"),
            tf.TensorSpec([], tf.float32, name="truncation"),
        ]
        self.weights = [variable.value for variable in gan.exported_variables]

        def finish(images):
            return gan.modality.to_storage(images)

        if condition is None:

            @tf.function(input_signature=[latents])
            def serving_default(latents):
                return {"images": gan.synthesize(latents)}

            @tf.function(input_signature=numbers)
            def sample(n, seed=0, truncation=1.0):
                n = _checked(n, truncation)
                return finish(gan.exported_sample(n, seed, truncation))

        else:

            @tf.function(input_signature=[latents, condition.spec])
            def serving_default(latents, labels):
                condition.require(labels)
                return {"images": gan.synthesize(latents, labels)}

            # `labels` has any shape: one label for all images, or one for each.
            @tf.function(input_signature=[*numbers, tf.TensorSpec(None, condition.spec.dtype, name="labels")])
            def sample(n, seed=0, truncation=1.0, labels=condition.missing):
                n = _checked(n, truncation)
                labels = condition.fill(labels, n, seed)
                return finish(gan.exported_sample(n, seed, truncation, labels))

        self.serving_default = serving_default
        self.sample = sample
        if hasattr(gan, "class_probabilities"):
            self.classify, _ = of_images(gan.class_probabilities, [None, *gan.image_shape])
        encoder = getattr(gan, "text_encoder", None)
        if encoder is not None:
            self.text_encoder = Embedded(encoder)

            @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts"), *numbers[1:]])
            def sample_texts(texts, seed=0, truncation=1.0):
                return sample(tf.size(texts), seed, truncation, self.text_encoder(texts))

            self.sample_texts = sample_texts


class Embedded(tf.Module):
    """A text encoder as a plain tf.Module; unknown words, empty texts and too long texts raise an error."""

    def __init__(self, encoder):
        super().__init__()
        layer = tokens_layer(encoder)
        # An encoder without a layer of tokens is tracked, with its tables of words (in `tables`). Any other
        # is not: tracking it would store each weight twice.
        vars(self)["encoder"] = encoder
        self.tables = [layer, of_any_length(layer)] if layer else [encoder]
        self.weights = [variable.value for variable in encoder.weights]

    def __call__(self, texts):
        checks = [tf.debugging.Assert(tf.size(texts) > 0, ["`texts` must be given"])]
        if len(self.tables) == 2:
            layer, whole = self.tables
            tokens, longest = whole(texts), layer.get_config()["output_sequence_length"]
            count = tf.math.count_nonzero(tokens, axis=1)
            bad = {
                "not all in the text encoder's vocabulary, the words of": tf.reduce_any(
                    tokens == UNKNOWN, axis=1
                ),
                "without words": count == 0,
            }
            if longest:
                bad[f"of more than {longest} words"] = count > longest
            for what, where in bad.items():
                found = tf.boolean_mask(texts, where)
                checks.append(tf.debugging.Assert(tf.size(found) == 0, [f"`texts`: {what}", found]))
        with tf.control_dependencies(checks):
            return self.encoder(tf.identity(texts), training=False)


def export_encoders(clip, filepath, format="saved_model", metadata=None, **options):
    """Write the encoders of a CLIP as a SavedModel, with `metadata.json` in it; in float32.

    `serving_default` takes float32 `images` in [-1, 1] and returns `vectors` of length 1.
    `embed_images(images)` does the same for uint8 images, and `embed_texts(texts)` for strings.
    `similarity(images, texts)` returns the cosines between uint8 images and texts.

    Args:
        clip: `keras_gan.CLIP`.

    Other arguments, returns and errors as `export`.
    """
    _check_saved_model(clip, format, options)
    filepath, module = check_target(filepath, format), tf.Module()
    network = clip.ema_image_encoder
    network = network if computes_in_float32(network) else in_float32(network)
    module.weights = [variable.value for variable in network.weights]
    module.text_encoder = Embedded(clip.ema_text_encoder)
    shape = [None, *clip.image_shape]
    texts = tf.TensorSpec([None], tf.string, name="texts")

    def vectors(images):
        return tf.math.l2_normalize(network(images, training=False), axis=-1)

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32, name="images")])
    def serving_default(images):
        return {"vectors": vectors(images)}

    @tf.function(input_signature=[texts])
    def embed_texts(texts):
        return tf.math.l2_normalize(module.text_encoder(texts), axis=-1)

    def similarity(images, texts):
        return tf.matmul(vectors(images), embed_texts(texts), transpose_b=True)

    module.serving_default, module.embed_texts = serving_default, embed_texts
    signatures = {"serving_default": serving_default, "embed_texts": embed_texts}
    module.embed_images, signatures["embed_images"] = of_images(vectors, shape)
    module.similarity, signatures["similarity"] = of_images(similarity, shape, texts)
    write_module(module, signatures, filepath)
    return with_metadata(filepath, {**describe(clip), "format": format}, metadata)


def export_text_to_image(model, filepath, format="saved_model", metadata=None, **options):
    """Write a `TextToImage` as a SavedModel, with `metadata.json` in it; in float32.

    `sample_texts(texts, seed=0, truncation=1.0, guidance=1.0)` returns one uint8 image for each text, the
    same as `model.generate(texts, seed=seed)`.

    Args:
        model: `keras_gan.TextToImage` whose text encoder is a keras.Model.

    Other arguments, returns and errors as `export`.
    """
    _check_saved_model(model, format, options)
    if not isinstance(model.text_encoder, keras.Model):
        raise ValueError(
            f"An export of {type(model).__name__} takes strings: its text encoder must be a keras.Model. Received: "
            f"{type(model.text_encoder).__name__}"
        )
    filepath, module = check_target(filepath, format), tf.Module()
    module.text_encoder = Embedded(model.text_encoder)
    numbers = [
        tf.TensorSpec([], tf.int64, name="seed"),
        tf.TensorSpec([], tf.float32, name="truncation"),
        tf.TensorSpec([], tf.float32, name="guidance"),
    ]
    with averages_in_float32(model.prior), averages_in_float32(model.decoder):
        networks = model.prior.ema_generator, model.decoder.ema_generator
        module.weights = [variable.value for network in networks for variable in network.weights]

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts"), *numbers])
        def sample_texts(texts, seed=0, truncation=1.0, guidance=1.0):
            vectors = module.text_encoder(texts)
            return model.decoder.modality.to_storage(model.sample(vectors, seed, truncation, guidance))

        module.sample_texts = sample_texts
        write_module(module, {"serving_default": sample_texts}, filepath)
    return with_metadata(filepath, {**describe(model), "format": format}, metadata)


def _check_saved_model(model, format, options):
    """Raise a ValueError for other formats, or options, if a model is exported only as a SavedModel."""
    if format != "saved_model" or options:
        given = ", ".join([f"format={format!r}", *options])
        raise ValueError(
            f'{type(model).__name__} is exported as "saved_model", without options. Received: {given}'
        )


def with_metadata(folder, about, metadata):
    folder.joinpath("metadata.json").write_text(json.dumps({**about, **(metadata or {})}, indent=2) + "\n")
    return str(folder)


def export_translator(gan, filepath, format="saved_model", metadata=None, **options):
    """Write the generator of an image-to-image model and its `metadata.json`; in float32.

    - "saved_model": a folder. `serving_default` takes and returns float32 `images` in [-1, 1];
      `translate(images)` takes and returns uint8 images. If the network takes any size, so does the export:
      the graph pads an image to a size that the network can take, and crops the output. For a CycleGAN there
      are `a2b` and `b2a` for uint8 images, and for floats `serving_default`, which is a2b, and `serving_b2a`.
    - "litert", "onnx": a file, from floats `source` to floats `images`, clipped to [-1, 1]; for a CycleGAN
      two files, NAME_a2b and NAME_b2a.

    Exports of a StarGAN take `labels` too, one for each image: `translate(images, labels)`.

    Args:
        **options: as in `export`; for files also shape: (height, width), if the network takes any size;
            default: the size of the training images for LiteRT, any for ONNX.

    Other arguments, returns and errors as `export`.
    """
    filepath = check_target(filepath, format)
    check_options(format, options, images=True)
    shapes = {}
    with averages_in_float32(gan):
        networks = gan.exported_networks()
        if format == "saved_model":
            write_networks(networks, filepath, condition=gan.exported_condition())
            beside = filepath / "metadata.json"
        else:
            filepath.parent.mkdir(parents=True, exist_ok=True)
            given = {"default_shape": gan.trained_source_shape[:2], **options}
            for name, network in networks.items():
                one = filepath if len(networks) == 1 else filepath.with_stem(f"{filepath.stem}_{name}")
                graph = export_files.of_images(network, of_any_size(network), gan.exported_condition())
                shapes = export_files.write(graph, one, format, **given)
            beside = filepath.with_name(filepath.name + ".metadata.json")
    about = {
        **describe(gan, shapes),
        "source_shape": list(gan.source_shape),
        "format": format,
        **plain(options),
    }
    about |= {**(metadata or {}), "overlap": default_overlap(gan.ema_generator)}
    beside.write_text(json.dumps(about, indent=2) + "\n")
    return str(filepath)


def export_detector(detector, filepath, format="saved_model", metadata=None):
    """Write a model that scores images as a SavedModel, with `metadata.json` in it.

    `serving_default` takes float32 `images` in [-1, 1] and returns `scores` (n,) and `heatmaps` (n, height,
    width); `score(images)` takes uint8 images.

    Args:
        detector: a model with `scored`, such as `keras_gan.FAnoGAN`.

    Other arguments, returns and errors as `export`.
    """
    if format != "saved_model":
        raise ValueError(
            f'{type(detector).__name__} is exported as "saved_model". Received: format={format!r}'
        )
    filepath = check_target(filepath, format)
    module, shape = tf.Module(), [None, *detector.image_shape]
    module.weights = [variable.value for variable in detector.weights]

    def found(images):
        scores, heatmaps = detector.result(images)
        return {"scores": tf.cast(scores, tf.float32), "heatmaps": tf.cast(heatmaps, tf.float32)}

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32, name="images")])
    def serving_default(images):
        return found(images)

    module.serving_default, (module.score, signature) = serving_default, of_images(found, shape)
    write_module(module, {"serving_default": serving_default, "score": signature}, filepath)
    about = {**describe(detector), "format": format, **(metadata or {})}
    about["inputs"] = {"images": {"shape": shape, "dtype": "float32", "range": [-1, 1]}}
    (filepath / "metadata.json").write_text(json.dumps(about, indent=2) + "\n")
    return str(filepath)


def of_images(function, shape, *beside):
    """A graph function of images, uint8 or float32 in [-1, 1], and what `beside` specifies; and that of uint8, as a signature.

    With a signature of uint8 alone, floats would be cut to whole numbers in silence.
    """

    @tf.function
    def of_either(images, *others):
        return function(from_uint8(images) if images.dtype == tf.uint8 else images, *others)

    floats, levels = (tf.TensorSpec(shape, dtype, name="images") for dtype in (tf.float32, tf.uint8))
    of_either.get_concrete_function(floats, *beside)
    return of_either, of_either.get_concrete_function(levels, *beside)


def of_any_size(network):
    """Turn a network from image (and condition) to image into a graph function of images of any size.

    An image of a size that the network cannot take is padded with its last rows and columns; the output is
    cropped.
    """
    shape, several = first(network.input_shape), isinstance(network.input_shape, list)
    beside = [tf.zeros((1, *x.shape[1:]), x.dtype) for x in network.inputs[1:]] if several else ()
    multiple = 1 if None not in shape[1:3] else multiple_of(network, shape[-1], beside)

    def made_of(images, beside):
        return tf.cast(network([images, *beside] if several else images, training=False), tf.float32)

    def function(images, *beside):
        if multiple == 1:
            return made_of(images, beside)
        full = tf.shape(images)[1:3]
        for axis in (1, 2):
            side = full[axis - 1]
            # Not `-side % multiple`: ONNX files have another remainder of negative numbers (tf2onnx 1.17).
            missing = (multiple - side % multiple) % multiple
            rows = tf.minimum(tf.range(side + missing), side - 1)
            images = tf.gather(images, rows, axis=axis)
        made = made_of(images, beside)
        scale = tf.shape(made)[1] // tf.shape(images)[1]
        return made[:, : full[0] * scale, : full[1] * scale]

    return function


def write_networks(networks, folder, value_range=(-1, 1), condition=None):
    """Write image-to-image networks as one SavedModel, in which each weight is stored once.

    Args:
        networks: dict from the name of the signature for uint8 images ("translate") to keras.Model. The
            signature for floats is `serving_default` for the first network, and `serving_NAME` for any other.
            A network named None has no signature for uint8 images.
        folder: to write.
        value_range: (low, high) of the floats.
        condition: `keras_gan.conditions.Condition` that networks with two inputs take in addition to images;
            without it their labels are not checked.
    """
    module, signatures = tf.Module(), {}
    module.weights = [variable.value for network in networks.values() for variable in network.weights]
    for name, network in networks.items():
        of_floats, of_levels = _on_images(network, value_range, name is not None, condition)
        signatures[f"serving_{name}" if signatures else "serving_default"] = of_floats
        if name:
            signatures[name] = of_levels
    for name, function in signatures.items():
        setattr(module, name, function)
    write_module(module, signatures, folder)


def _on_images(network, value_range, of_images, condition):
    """Wrap a network as two functions: of floats in a range, and of uint8 images.

    Both take labels too if the network does. The network's output need not be images.
    """
    (low, high), shape = value_range, first(network.input_shape)
    made_of, labels = functools.partial(network, training=False), []
    if of_images:
        made_of = of_any_size(network)
    if isinstance(network.input_shape, list):
        labels = [tf.TensorSpec(network.input_shape[1], network.inputs[1].dtype, name="labels")]
        made_of = made_of if of_images else lambda *inputs: network(list(inputs), training=False)

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32, name="images"), *labels])
    def of_floats(images, *labels):
        for given in labels:
            message = "`labels` must be given, one for each image"
            tf.debugging.assert_equal(tf.shape(given)[0], tf.shape(images)[0], message)
        if condition is not None:
            condition.require(*labels)
        made = made_of(images, *labels)
        if isinstance(made, (list, tuple)):  # the output of a discriminator
            return {f"output_{i}": tf.cast(each, tf.float32) for i, each in enumerate(made)}
        return {"images": tf.cast(made, tf.float32)}

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.uint8, name="images"), *labels])
    def of_levels(images, *labels):
        made = of_floats(tf.cast(images, tf.float32) / 255.0 * (high - low) + low, *labels)["images"]
        return to_uint8((made - low) / (high - low) * 2.0 - 1.0)

    return of_floats, of_levels


def _write_saved_model(gan, folder):
    sampler = Sampler(gan)
    names = [name for name in ("serving_default", "sample", "sample_texts") if hasattr(sampler, name)]
    write_module(sampler, {name: getattr(sampler, name) for name in names}, folder)


def write_module(module, signatures, folder):
    """Write a module to a temporary folder, then rename it: a folder that exists is complete."""
    if folder.exists() and not (folder / "saved_model.pb").exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty and not a SavedModel; it is not overwritten.")
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(parents=True, exist_ok=True)
    tf.saved_model.save(module, str(partial), signatures=signatures)
    _without_custom_gradients(partial / "saved_model.pb")
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def _without_custom_gradients(path):
    """Remove custom gradients from a SavedModel, which does not store them: TensorFlow warns about each."""
    from tensorflow.core.protobuf import saved_model_pb2

    content = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    for graph in (meta.graph_def for meta in content.meta_graphs):
        for nodes in (graph.node, *(function.node_def for function in graph.library.function)):
            for node in nodes:
                node.attr.pop("_gradient_op_type", None)
    path.write_bytes(content.SerializeToString())
