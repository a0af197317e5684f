"""Export of vocoders for use without keras_gan; long sounds made in chunks."""

import json

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from keras_gan import export, export_files
from keras_gan.export_target import check_target


def export_vocoder(gan, filepath, format="saved_model", metadata=None, **options):
    """Write the generator of a vocoder and its `metadata.json`; in float32.

    - "saved_model": a folder. `serving_default` and `vocode(mel)` take float32 `mel` of shape (n, frames,
      bands), of any length, and return the sound; `mel(sound)` makes spectrograms like those that it was
      trained on.
    - "litert", "onnx": a file, from `mel` to `sound`.

    Args:
        **options: for files: batch: int; shape: (frames,), default 32 for LiteRT, any for ONNX; for LiteRT
            also quantize and representative. As in `keras_gan.export.export`.

    Other arguments, returns and errors as `keras_gan.export.export`.
    """
    filepath = check_target(filepath, format)
    export.check_options(format, options, images=True)
    shapes = {}
    with export.averages_in_float32(gan):
        network = gan.ema_generator
        if format == "saved_model":
            write_vocoder(network, filepath, gan.mel)
            beside = filepath / "metadata.json"
        else:
            filepath.parent.mkdir(parents=True, exist_ok=True)
            weights = [variable.value for variable in network.weights]
            graph = export_files.Graph(network, [_spec(network)], weights, output="sound")
            shapes = export_files.write(graph, filepath, format, default_shape=(32,), **options)
            beside = filepath.with_name(filepath.name + ".metadata.json")
    config = gan.mel.get_config()
    about = {
        **export.describe(gan),
        "inputs": {"mel": {"shape": shapes.get("mel", [None, None, gan.mel.bands]), "dtype": "float32"}},
        "mel": {name: config[name] for name in ("rate", "bands", "fft", "hop", "low", "high")},
        "reach": reach(gan.ema_generator),
        "format": format,
        **export.plain(options),
    }
    beside.write_text(json.dumps({**about, **(metadata or {})}, indent=2) + "\n")
    return str(filepath)


def write_vocoder(network, folder, front_end=None):
    """Write a network from mel spectrograms to sound as a SavedModel.

    With `front_end`, a `layers.MelSpectrogram`, the SavedModel has `mel(sound)` too.
    """
    module, spec = tf.Module(), _spec(network)
    module.weights = [variable.value for variable in network.weights]

    @tf.function(input_signature=[spec])
    def vocode(mel):
        return network(mel, training=False)

    @tf.function(input_signature=[spec])
    def serving_default(mel):
        return {"sound": vocode(mel)}

    module.serving_default, module.vocode = serving_default, vocode
    if front_end is not None:
        sound = tf.TensorSpec([None, None, 1], tf.float32, name="sound")
        module.mel = tf.function(lambda sound: front_end(sound), input_signature=[sound])
    export.write_module(module, {"serving_default": serving_default}, folder)


def _spec(network):
    return tf.TensorSpec([None, None, network.input_shape[-1]], tf.float32, name="mel")


def in_chunks(run, network, hop, frames=None):
    """Return a function from spectrograms to sound that makes `frames` at a time.

    It takes as many more frames on each side as the network's receptive field needs.

    Args:
        run: function from an array (n, frames, bands) to a tensor (n, frames x hop, 1).
        network: keras.Model that `run` computes; its receptive field is computed with `reach`.
        hop: int, samples per frame.
        frames: int, or None for all at once.
    """
    if frames is None:
        return lambda mel: np.asarray(run(tf.constant(mel)))
    if not (isinstance(frames, int) and frames >= 1):
        raise ValueError(f"`frames` must be a positive int or None. Received: {frames!r}")
    beside = reach(network)

    def chunked(mel):
        parts, length = [], mel.shape[1]
        for start in range(0, length, frames):
            first, end = max(0, start - beside), min(length, start + frames)
            made = run(tf.constant(mel[:, first : min(length, end + beside)]))
            parts.append(np.asarray(made)[:, (start - first) * hop : (end - first) * hop])
        return np.concatenate(parts, axis=1)

    return chunked


def fewest(network):
    """Minimum number of frames that a network takes: 4 if it pads by reflection, as MelGAN does, else 1."""
    return 4 if any(type(layer).__name__ == "ReflectionPadding1D" for layer in network.layers) else 1


def reach(network):
    """Return how many frames a network of 1-D convolutions sees on each side of a frame, rounded up."""
    # For each tensor: samples per frame, and how many samples far it sees.
    seen = {id(tensor): (1, 0.0) for tensor in network.inputs}
    for layer in network.layers:
        if isinstance(layer, layers.InputLayer):
            continue
        inner = getattr(layer, "layer", layer)
        given = layer.input if isinstance(layer.input, list) else [layer.input]
        rate, far = seen[id(given[0])][0], max(seen[id(tensor)][1] for tensor in given)
        if isinstance(inner, layers.Conv1DTranspose):
            stride, size = inner.strides[0], inner.kernel_size[0]
            rate, far = rate * stride, far * stride + size
        elif isinstance(inner, layers.Conv1D):
            far += (inner.kernel_size[0] - 1) * inner.dilation_rate[0]
        elif isinstance(inner, keras.layers.ZeroPadding1D) or type(inner).__name__ == "ReflectionPadding1D":
            pass  # counted as part of the convolution that follows
        for tensor in layer.output if isinstance(layer.output, list) else [layer.output]:
            seen[id(tensor)] = rate, far
    rate, far = seen[id(network.outputs[0])]
    return int(np.ceil(far / rate))
