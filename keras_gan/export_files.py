"""Write a graph as a LiteRT or ONNX file that its runtime can run."""

import contextlib
import os
import pathlib
import re
import sys
import tempfile

import numpy as np
import tensorflow as tf

from keras_gan.networks.outputs import first

QUANTIZATIONS = ("float16", "int8")
# Number of inputs from which the ranges of activations are measured.
CALIBRATION = 100


class Graph(tf.Module):
    """A function of named tensors with its variables, to be written as a runtime's file.

    Args:
        function: from tensors in the order of the specs to a float32 tensor, called `images`.
        specs: list of `tf.TensorSpec` with names; None means any size.
        weights: the variables.
        output: str, another name of the output.
    """

    def __init__(self, function, specs, weights, output="images"):
        super().__init__()
        self.function, self.specs, self.weights, self.output = function, specs, weights, output

    def concrete(self, specs):
        """Return the graph for inputs of the given specs."""

        @tf.function(input_signature=specs)
        def images_of(*inputs):
            made = tf.cast(self.function(*inputs), tf.float32)
            # Images are clipped as in `generate`; other outputs have any range.
            made = tf.clip_by_value(made, -1.0, 1.0) if len(made.shape) == 4 else made
            return {self.output: made}

        return images_of

    def sized(self, batch, shape=None):
        """Return the specs with a fixed batch size and shape, (height, width) or (frames,), if given."""
        sized = []
        for spec in self.specs:
            sides = [batch, *spec.shape[1:]]
            if shape is not None and len(sides) == 4:
                sides[1:3] = [have or want for have, want in zip(sides[1:3], shape, strict=True)]
            elif shape is not None and len(sides) == 3:
                sides[1] = sides[1] or shape[0]
            sized.append(tf.TensorSpec(sides, spec.dtype, spec.name))
        return sized

    def examples(self, specs, count, seed=0):
        """Yield inputs of the specs: normal latents, some truncated, label 0, noise images. None: 1 or 16."""
        rng = np.random.default_rng(seed)
        for i in range(count):
            arrays = []
            for spec in specs:
                sides = [side or (16 if axis in (1, 2) else 1) for axis, side in enumerate(spec.shape)]
                # An int8 file calibrated on untruncated latents only is wrong for truncated ones.
                drawn = (
                    rng.normal(size=sides) * (1.0, 0.7, 0.4)[i % 3]
                    if len(sides) == 2
                    else rng.uniform(-1, 1, sides)
                )
                arrays.append(
                    (np.zeros(sides) if spec.dtype.is_integer else drawn).astype(spec.dtype.as_numpy_dtype)
                )
            yield arrays


def of_latents(gan):
    """Return the graph of a generator from latents (and labels)."""
    network = gan.ema_generator
    specs = [tf.TensorSpec([None, *first(network.input_shape)[1:]], tf.float32, name="latents")]
    if gan.condition is not None:
        specs.append(tf.TensorSpec(gan.condition.spec.shape, gan.condition.spec.dtype, name="labels"))
    return Graph(gan.synthesize, specs, [variable.value for variable in gan.exported_variables])


def of_images(network, function, condition=None):
    """Return the graph of a generator from images, or from images and a condition."""
    # `images` is the name of the output.
    specs = [tf.TensorSpec(first(network.input_shape), tf.float32, name="source")]
    if condition is not None:
        specs.append(tf.TensorSpec(condition.spec.shape, condition.spec.dtype, name="labels"))
    return Graph(function, specs, [variable.value for variable in network.weights])


def write(
    graph, path, format, batch=None, shape=None, default_shape=None, quantize=None, representative=None
):
    """Write a graph as a file, and check that the runtime's output equals TensorFlow's.

    Args:
        graph: `Graph`.
        path: of the file.
        format: "litert" or "onnx".
        batch: int, a fixed batch size; None for the format's default, 0 for any.
        shape, default_shape: (height, width), if the graph takes images of any size; without `shape`, LiteRT
            uses `default_shape`.
        quantize: None, "float16" or "int8".
        representative: with "int8", list of arrays of many rows, one array per input; None for random ones.

    Returns:
        dict from the name of an input to its shape in the file: a list of ints, None for any size.

    Raises:
        ValueError: if the runtime lacks an operation or rejects the graph.
    """
    for name, value in (("batch", batch or 1), *(("shape", side) for side in shape or ())):
        if not (isinstance(value, int) and value >= 1):
            raise ValueError(f"`{name}` must be of positive ints. Received: {value!r}")
    if format == "onnx":
        specs = graph.sized(batch or None, shape)
        content = _onnx(graph, specs)
    else:
        specs = graph.sized(1 if batch is None else batch or None, shape or default_shape)
        content = _litert(graph, specs, quantize, representative)
    partial = pathlib.Path(path).with_name(f".{pathlib.Path(path).name}.partial")
    partial.write_bytes(content)
    try:
        (_check_onnx if format == "onnx" else _check_litert)(graph, specs, partial, quantize)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return {spec.name: list(spec.shape) for spec in specs}


# === LiteRT ===


def _litert(graph, specs, quantize, representative):
    with tempfile.TemporaryDirectory() as folder, quiet():
        # Converted through a SavedModel, inputs and outputs keep their names.
        tf.saved_model.save(graph, folder, signatures=graph.concrete(specs))
        return _converted(folder, graph, specs, quantize, representative)


def _converted(folder, graph, specs, quantize, representative):
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    # Without TensorFlow's own operations, which the deployed runtime does not have.
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if quantize is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if quantize == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if quantize == "int8":
        # Inputs are passed by name: a signature sorts them alphabetically.
        names = [spec.name for spec in specs]
        examples = [dict(zip(names, row, strict=True)) for row in _rows(graph, specs, representative)]
        converter.representative_dataset = lambda: iter(examples)
    try:
        return converter.convert()
    except Exception as error:
        missing = sorted(
            set(re.findall(r"tf\.(\w+)\(tensor", str(error))) | set(re.findall(r"Flex(\w+)", str(error)))
        )
        needs = (
            f"operations that LiteRT lacks ({', '.join(missing)})"
            if missing
            else f"what LiteRT refuses: {error}"
        )
        raise ValueError(
            f"This network needs {needs}. Give fixed sizes, `batch=1` and `shape=(height, width)`, or export it as ONNX or as "
            "a SavedModel."
        ) from error


def _rows(graph, specs, representative):
    """Yield inputs for the calibration, one at a time."""
    if representative is None:
        if any(len(spec.shape) == 4 for spec in specs):
            raise ValueError(
                "`quantize='int8'` of a network from image to image needs images to measure its activations: "
                "`representative=[images]`, floats in [-1, 1] of the size that the file takes."
            )
        yield from graph.examples(specs, CALIBRATION)
        return
    arrays = [np.asarray(array) for array in representative]
    if len(arrays) != len(specs):
        names = ", ".join(spec.name for spec in specs)
        raise ValueError(
            f"`representative` must hold an array for each input, in this order: {names}. Received: {len(arrays)} arrays"
        )
    for spec, array in zip(specs, arrays, strict=True):
        if not tf.TensorSpec([None, *spec.shape[1:]]).shape.is_compatible_with(array.shape):
            raise ValueError(
                f"`representative` of `{spec.name}` must have the shape {spec.shape}. Received: {array.shape}"
            )
    size = specs[0].shape[0] or 1
    for start in range(0, len(arrays[0]) - size + 1, size):
        yield [
            array[start : start + size].astype(spec.dtype.as_numpy_dtype)
            for spec, array in zip(specs, arrays, strict=True)
        ]


def _check_litert(graph, specs, path, quantize):
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        Interpreter = tf.lite.Interpreter
    with quiet():
        interpreter = Interpreter(str(path))
        given = next(graph.examples(specs, 1))
        made = run_litert(interpreter, dict(zip((spec.name for spec in specs), given, strict=True)))
    _compare(graph, specs, given, made, "LiteRT", quantize)


def run_litert(interpreter, inputs):
    """Return the output of a LiteRT interpreter for inputs, a dict from name to array."""
    (made,) = interpreter.get_signature_runner()(**inputs).values()
    return made


# === ONNX ===


def _onnx(graph, specs):
    try:
        import onnx  # noqa: F401
        import tf2onnx
    except ImportError as error:
        raise ImportError(
            "ONNX export needs tf2onnx and onnx. Install them: pip install 'keras-gan[onnx]'"
        ) from error
    with quiet():
        model, _ = tf2onnx.convert.from_function(graph.concrete(specs), input_signature=specs, opset=17)
    graph_of = model.graph
    for node in graph_of.node:
        # tf2onnx writes seed 0 if no seed was set; the noise would be the same in every process.
        if node.op_type.startswith(("RandomNormal", "RandomUniform")):
            kept = [attribute for attribute in node.attribute if attribute.name != "seed"]
            del node.attribute[:]
            node.attribute.extend(kept)
    _rename(graph_of, graph_of.output[0].name, graph.output)
    for value in (*graph_of.input, *graph_of.output):
        axes = {
            3: ("batch", "length", "channels"),
            4: ("batch", "height", "width", "channels"),
        }.get(len(value.type.tensor_type.shape.dim), ("batch",))
        for axis, dimension in zip(axes, value.type.tensor_type.shape.dim):
            if not dimension.HasField("dim_value"):
                dimension.dim_param = axis if value in graph_of.input or axis == "batch" else f"out_{axis}"
    return model.SerializeToString()


def _rename(graph, before, after):
    """Rename a tensor everywhere in the graph."""
    for node in graph.node:
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name == before:
                    names[i] = after
    graph.output[0].name = after


def _check_onnx(graph, specs, path, quantize):
    try:
        import onnxruntime
    except ImportError:
        return
    given = next(graph.examples(specs, 1))
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        made = session.run(None, dict(zip((spec.name for spec in specs), given, strict=True)))[0]
    except Exception as error:
        raise ValueError(f"onnxruntime refuses the graph of this network: {error}") from error
    _compare(graph, specs, given, made, "onnxruntime", quantize)


# === Both ===


def _compare(graph, specs, given, made, runtime, quantize):
    """Raise a ValueError if a runtime's output differs from TensorFlow's.

    The shapes must be equal, and without randomness the values too.
    """
    function = graph.concrete(specs)
    expected, again = (function(*map(tf.constant, given))[graph.output].numpy() for _ in range(2))
    if made.shape != expected.shape or not np.isfinite(made).all():
        raise ValueError(
            f"{runtime} gives {made.shape} where TensorFlow gives {expected.shape}, or values that are not finite."
        )
    if quantize is None and (expected == again).all() and np.abs(made - expected).max() > 1e-3:
        raise ValueError(
            f"{runtime} gives other values than TensorFlow: they differ by up to {np.abs(made - expected).max():.2g}."
        )


@contextlib.contextmanager
def quiet():
    """Capture what converters write to standard error, and show it only if they fail."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as kept:
        try:
            before = os.dup(2)
        except OSError:  # standard error is closed
            yield
            return
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            sys.stderr.flush()
            os.dup2(before, 2)
            kept.seek(0)
            sys.stderr.write(kept.read().decode(errors="replace"))
            raise
        finally:
            sys.stderr.flush()
            os.dup2(before, 2)
            os.close(before)
