"""Generator -> SavedModel, LiteRT or ONNX, for use without keras_gan."""

import json
import os
import pathlib
import shutil
import sys

import keras
import tensorflow as tf

from keras_gan.data.images import to_uint8
from keras_gan.networks.outputs import first
from keras_gan.tiles import default_overlap

FORMATS = ("saved_model", "litert", "onnx")


def export(gan, filepath, format="saved_model", metadata=None):
    """Write the EMA generator of a model, with `metadata.json` beside it.

    - "saved_model": a folder. `serving_default` takes `latents`, float32 of shape
      (n, latent_dim), and gives float32 images in [-1, 1]. `sample(n, seed=0, truncation=1.0)`
      gives uint8 images, those of `gan.generate(n, seed)`. Each weight is stored once. Of a
      conditional model they take `labels` too: `sample(n, seed, truncation, labels)` with one
      label, or n; without it, `sample` draws classes as `gan.generate` does.
    - "litert": a `.tflite` file, from latents to float images.
    - "onnx": an `.onnx` file, the same; needs `pip install 'keras-gan[onnx]'`.

    Args:
        gan: `keras_gan.GAN`.
        filepath: folder or file to write; what is there is replaced. Beside a file the metadata
            are called `<file>.metadata.json`.
        format: "saved_model", "litert" or "onnx".
        metadata: dict of what else to note, such as {"dataset": "mnist"}.

    Returns:
        The path written, as a str.

    Raises:
        ValueError: for an unknown format. ImportError: where the ONNX packages are missing.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> path = gan.export("/tmp/keras_gan_example/saved_model")
    >>> sampler = tf.saved_model.load(path)
    >>> sampler.sample(3, seed=7).shape
    TensorShape([3, 28, 28, 1])
    """
    if format not in FORMATS:
        raise ValueError(f"`format` must be one of {FORMATS}. Received: {format!r}")
    filepath = pathlib.Path(filepath)
    if format == "saved_model":
        _write_saved_model(gan, filepath)
        beside = filepath / "metadata.json"
    else:
        filepath.parent.mkdir(parents=True, exist_ok=True)
        _write_file(gan.ema_generator, filepath, format)
        beside = filepath.with_name(filepath.name + ".metadata.json")
    beside.write_text(json.dumps({**describe(gan), "format": format, **(metadata or {})}, indent=2) + "\n")
    return str(filepath)


def describe(gan):
    """What a user of an exported generator needs to know, as a dict for JSON."""
    step = int(gan.state.generator_step.numpy())
    figures = {}
    if gan.compiled:
        figures = dict(zip(gan.figure_names, gan.state.figure_means.numpy().round(6).tolist(), strict=True))
    return {
        "class": type(gan).__name__,
        "image_shape": list(gan.generator.output_shape[1:]),
        "latent_dim": None if gan.from_images else first(gan.generator.input_shape)[-1],
        "noise_dim": getattr(gan, "noise_dim", None),
        "num_classes": getattr(gan, "num_classes", None),
        "class_names": gan.class_names,
        "range": [-1, 1],
        "sample_range": [0, 255],
        "dataset": gan.dataset_name,
        "generator_steps": step,
        "epochs": int(gan.state.epoch.numpy()),
        "training_figures": figures,
        "parameters": gan.generator.count_params(),
        "versions": {
            "python": ".".join(map(str, sys.version_info[:3])),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
        },
    }


class Sampler(tf.Module):
    """The generator as a plain tf.Module: `keras.export` would store each weight twice."""

    def __init__(self, gan):
        super().__init__()
        generator, condition = gan.ema_generator, gan.condition_spec
        latents = tf.TensorSpec([None, *first(generator.input_shape)[1:]], tf.float32, name="latents")
        numbers = [
            tf.TensorSpec([], tf.int32, name="n"),
            tf.TensorSpec([], tf.int64, name="seed"),
            tf.TensorSpec([], tf.float32, name="truncation"),
        ]
        self.weights = [variable.value for variable in generator.weights]

        def finish(images):
            return to_uint8(images) if len(images.shape) == 4 else images

        if condition is None:

            @tf.function(input_signature=[latents])
            def serving_default(latents):
                return {"images": gan.synthesize(latents)}

            @tf.function(input_signature=numbers)
            def sample(n, seed=0, truncation=1.0):
                tf.debugging.assert_all_finite(truncation, "`truncation` must be finite")
                return finish(gan.sample(n, seed, truncation))

        else:

            @tf.function(input_signature=[latents, condition])
            def serving_default(latents, labels):
                gan.assert_condition(labels)
                return {"images": gan.synthesize(latents, labels)}

            # Of any shape: one for all images, or one for each.
            @tf.function(input_signature=[*numbers, tf.TensorSpec(None, condition.dtype, name="labels")])
            def sample(n, seed=0, truncation=1.0, labels=gan.no_label):
                tf.debugging.assert_all_finite(truncation, "`truncation` must be finite")
                labels = gan.export_condition(labels, n, seed)
                return finish(gan.sample(n, seed, truncation, labels))

        self.serving_default = serving_default
        self.sample = sample


def export_translator(gan, filepath, format="saved_model", metadata=None):
    """Write the generator of a model from image to image, with `metadata.json` beside it.

    - "saved_model": a folder. `serving_default` takes float32 `images` in [-1, 1] and gives such;
      `translate(images)` is of uint8 images. Of any size where the network is. A CycleGAN's has `a2b` and `b2a`
      of uint8, and `serving_b2a` of floats beside `serving_default`, which is a2b.
    - "litert", "onnx": a file, from float images to float images; of a CycleGAN two, NAME_a2b and NAME_b2a.

    Arguments, returns and errors as `export`.
    """
    if format not in FORMATS:
        raise ValueError(f"`format` must be one of {FORMATS}. Received: {format!r}")
    filepath, networks = pathlib.Path(filepath), gan.exported_networks()
    if format == "saved_model":
        write_networks(networks, filepath)
        beside = filepath / "metadata.json"
    else:
        filepath.parent.mkdir(parents=True, exist_ok=True)
        for name, network in networks.items():
            one = filepath if len(networks) == 1 else filepath.with_stem(f"{filepath.stem}_{name}")
            _write_file(network, one, format)
        beside = filepath.with_name(filepath.name + ".metadata.json")
    about = {**describe(gan), "source_shape": list(gan.source_shape), "format": format, **(metadata or {})}
    about["overlap"] = default_overlap(gan.ema_generator)
    beside.write_text(json.dumps(about, indent=2) + "\n")
    return str(filepath)


def write_networks(networks, folder, value_range=(-1, 1)):
    """Write networks from image to image as one SavedModel, each weight once.

    Args:
        networks: dict from the name of a signature for uint8 images ("translate") to keras.Model; for floats the first
            one's is `serving_default`, another's `serving_NAME`. A name of None leaves out the one for uint8.
        folder: to write.
        value_range: (low, high) of the floats.
    """
    module, signatures = tf.Module(), {}
    module.weights = [variable.value for network in networks.values() for variable in network.weights]
    for name, network in networks.items():
        of_floats, of_levels = _on_images(network, value_range)
        signatures[f"serving_{name}" if signatures else "serving_default"] = of_floats
        if name:
            signatures[name] = of_levels
    for name, function in signatures.items():
        setattr(module, name, function)
    _write_module(module, signatures, folder)


def _on_images(network, value_range):
    """A network as functions of floats in a range and of uint8; where it takes labels too, only of floats."""
    (low, high), shape = value_range, network.input_shape
    if isinstance(shape, list):
        labels = tf.TensorSpec(shape[1], network.inputs[1].dtype, name="labels")

        @tf.function(input_signature=[tf.TensorSpec(shape[0], tf.float32, name="images"), labels])
        def of_labelled(images, labels):
            return {"images": tf.cast(network([images, labels], training=False), tf.float32)}

        return of_labelled, None

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32, name="images")])
    def of_floats(images):
        return {"images": tf.cast(network(images, training=False), tf.float32)}

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.uint8, name="images")])
    def of_levels(images):
        made = of_floats(tf.cast(images, tf.float32) / 255.0 * (high - low) + low)["images"]
        return to_uint8((made - low) / (high - low) * 2.0 - 1.0)

    return of_floats, of_levels


def _write_saved_model(gan, folder):
    sampler = Sampler(gan)
    _write_module(sampler, {"serving_default": sampler.serving_default, "sample": sampler.sample}, folder)


def _write_module(module, signatures, folder):
    """Written beside and then moved: a folder that exists is whole."""
    if folder.exists() and not (folder / "saved_model.pb").exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty and not a SavedModel; it is not overwritten.")
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(parents=True, exist_ok=True)
    tf.saved_model.save(module, str(partial), signatures=signatures)
    shutil.rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def _write_file(generator, filepath, format):
    if format == "onnx":
        try:
            import onnx  # noqa: F401
            import tf2onnx  # noqa: F401
        except ImportError as error:
            raise ImportError(
                "ONNX export needs tf2onnx and onnx. Install them: pip install 'keras-gan[onnx]'"
            ) from error
    # Keras asks for a model that was called.
    generator(
        [
            tf.zeros((1, *(side or 16 for side in tensor.shape[1:])), tensor.dtype)
            for tensor in generator.inputs
        ]
    )
    generator.export(str(filepath), format=format, verbose=False)
