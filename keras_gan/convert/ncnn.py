"""Weights in the files of ncnn, `NAME.param` and `NAME.bin`, under the names of the official PyTorch code."""

import pathlib

import numpy as np

MAGIC = "7767517"
# Tags before the values of a kernel.
FLOAT16, FLOAT32 = 0x01306B47, 0
WEIGHTED = ("Convolution", "PReLU")
# Layers without weights in the networks that are read here.
OTHERS = ("Input", "Split", "Concat", "BinaryOp", "Eltwise", "Interp", "PixelShuffle", "ReLU", "Noop")


def is_ncnn(path):
    """Whether a file is one of ncnn: a `.param`, or a `.bin` beside one (PyTorch's may end in `.bin` too)."""
    path = pathlib.Path(path)
    return path.suffix == ".param" or (path.suffix == ".bin" and path.with_suffix(".param").exists())


def read(path):
    """Read a Real-ESRGAN network (RRDBNet or SRVGGNetCompact) of ncnn.

    Args:
        path: `.bin` or `.param` file; the other file is beside it, under the same name.

    Returns:
        dict from name, as in the official state dict, to float32 array.

    Raises:
        FileNotFoundError: if one of the two files is missing.
        ValueError: for a damaged file, and for a network with other layers; the message names them.
    """
    param, weights = (pathlib.Path(path).with_suffix(suffix) for suffix in (".param", ".bin"))
    for file in (param, weights):
        if not file.is_file():
            raise FileNotFoundError(
                f"There is no file {str(file)!r}. ncnn keeps a network in two files, {param.name} (layers) and {weights.name} "
                "(weights), which must lie in one folder."
            )
    layers, data, at, arrays = _layers_of(param), weights.read_bytes(), 0, []
    for kind, options in layers:
        try:
            found, at = (_convolution if kind == "Convolution" else _slopes)(options, data, at)
        except (KeyError, ValueError) as error:
            raise ValueError(f"{weights} does not fit {param.name}: {error}") from error
        arrays.append(found)
    if at != len(data):
        raise ValueError(
            f"{weights} does not fit {param.name}: it has {len(data):,} bytes, and the layers take {at:,}."
        )
    names = _names([kind for kind, _ in layers])
    return {
        f"{name}.{part}": array
        for name, found in zip(names, arrays, strict=True)
        for part, array in found.items()
    }


def _layers_of(path):
    """Return (type, {option: value}) of the layers with weights, in their order."""
    lines = path.read_text(errors="replace").split("\n")
    if lines[0].strip() != MAGIC:
        raise ValueError(f"{path} is no text file of ncnn's layers: it does not begin with {MAGIC}.")
    found = []
    for line in filter(str.strip, lines[2:]):
        kind, *words = line.split()
        options = dict(word.split("=", 1) for word in words if "=" in word)
        if kind == "Interp" and float(options.get("1", 1)) < 1:
            raise ValueError(
                f"{path} makes its output smaller again, by {float(options['1']):g}, which no network here does. Take the file of "
                "the full scale, such as realesr-animevideov3-x4: the weights are the same."
            )
        if kind in WEIGHTED:
            found.append((kind, options))
        elif kind not in OTHERS:
            raise ValueError(
                f"{path} has a layer of the type {kind!r}. Of ncnn, Real-ESRGAN's networks are read: RRDBNet and SRVGGNetCompact."
            )
    return found


def _convolution(options, data, at):
    outputs, side, count = int(options["0"]), int(options["1"]), int(options["6"])
    tag = int(np.frombuffer(data, "<u4", 1, at)[0])
    if tag not in (FLOAT16, FLOAT32):
        raise ValueError(f"its kernels are neither float32 nor float16 (tag {tag:#010x})")
    dtype = np.dtype("<f2" if tag == FLOAT16 else "<f4")
    kernel = np.frombuffer(data, dtype, count, at + 4).astype("float32")
    at += 4 + -(-dtype.itemsize * count // 4) * 4
    found = {"weight": kernel.reshape(outputs, -1, side, side)}
    if int(options.get("5", 0)):
        found["bias"] = np.frombuffer(data, "<f4", outputs, at)
        at += 4 * outputs
    return found, at


def _slopes(options, data, at):
    count = int(options["0"])
    return {"weight": np.frombuffer(data, "<f4", count, at)}, at + 4 * count


def _names(kinds):
    """Return the official names of the modules with weights: ncnn keeps only their order."""
    if "PReLU" in kinds:
        return [f"body.{i}" for i in range(len(kinds))]
    # Fifteen convolutions in each block, and six around the blocks.
    blocks, left = divmod(len(kinds) - 6, 15)
    if left or blocks < 1:
        raise ValueError(
            f"A network of {len(kinds)} convolutions is no RRDBNet, which has 6 and 15 for each block."
        )
    dense = [f"body.{b}.rdb{i}.conv{j}" for b in range(blocks) for i in (1, 2, 3) for j in range(1, 6)]
    return ["conv_first", *dense, "conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last"]
