"""Files of ncnn, written here by the format's description: layers as text, kernels behind a tag, biases and slopes."""

import numpy as np
import pytest

import keras_gan
from keras_gan import convert
from keras_gan.convert import ncnn


def write(folder, layers, half):
    """Layers: (type, options, kernel or slopes, bias)."""
    folder.mkdir(exist_ok=True)
    text, data = ["7767517", f"{len(layers) + 2} 9", "Input  in  0 1 data"], b""
    for i, (kind, kernel, bias) in enumerate(layers):
        if kind == "PReLU":
            text.append(f"PReLU  prelu_{i}  1 1 a b 0={len(kernel)}")
            data += kernel.astype("<f4").tobytes()
            continue
        sizes = f"0={len(kernel)} 1={kernel.shape[2]} 4=1 5={int(bias is not None)} 6={kernel.size}"
        text.append(f"Convolution  conv_{i}  1 1 a b {sizes} 9=2 -23310=1,2.0e-01")
        values = kernel.astype("<f2" if half else "<f4").tobytes()
        data += np.uint32(0x01306B47 if half else 0).tobytes() + values + b"\0" * (-len(values) % 4)
        data += b"" if bias is None else bias.astype("<f4").tobytes()
    text.append("Interp  up  1 1 a b 0=1 1=2.0 2=2.0")
    (folder / "network.param").write_text("\n".join(text) + "\n")
    (folder / "network.bin").write_bytes(data)
    return folder / "network.bin"


def layers_of(network, rng):
    """Random weights, in a Keras network and as ncnn's layers in the same order."""
    found = []
    for layer in network.layers:
        if type(layer).__name__ == "PReLU":
            slopes = rng.normal(0, 0.3, layer.alpha.shape).astype("float16").astype("float32")
            layer.alpha.assign(slopes)
            found.append(("PReLU", slopes.ravel(), None))
        elif "Conv2D" in type(layer).__name__:
            kernel = rng.normal(0, 0.1, layer.kernel.shape).astype("float16").astype("float32")
            bias = rng.normal(0, 0.1, layer.bias.shape).astype("float32")
            layer.kernel.assign(kernel)
            layer.bias.assign(bias)
            found.append(("Convolution", kernel.transpose(3, 2, 0, 1), bias))
    return found


@pytest.mark.parametrize("half", [True, False])
def test_rrdbnet_in_both_precisions(tmp_path, half):
    network = keras_gan.networks.rrdbnet(4, 3, filters=4, blocks=2, growth=3, unshuffle=False)
    path = write(tmp_path / "x", layers_of(network, np.random.default_rng(0)), half)
    images = np.random.default_rng(1).uniform(0, 1, (1, 6, 5, 3)).astype("float32")
    for name in (path, path.with_suffix(".param")):
        np.testing.assert_allclose(convert.load(name)(images), network(images), atol=1e-6)


def test_what_is_wrong_is_named(tmp_path):
    network = keras_gan.networks.rrdbnet(4, 3, filters=4, blocks=1, growth=2, unshuffle=False)
    path = write(tmp_path / "x", layers_of(network, np.random.default_rng(0)), True)
    content, text = path.read_bytes(), path.with_suffix(".param").read_text()

    def fails(match, error=ValueError):
        with pytest.raises(error, match=match):
            convert.load(path)
        path.write_bytes(content)
        path.with_suffix(".param").write_text(text)

    path.write_bytes(content[:-8])
    fails("does not fit network.param")
    path.write_bytes(content + b"1234")
    fails("has .* bytes, and the layers take")
    path.write_bytes(b"\x01\x02\x03\x04" + content[4:])
    fails("neither float32 nor float16")
    path.with_suffix(".param").write_text(text.replace("7767517", "what"))
    fails("no text file of ncnn's layers")
    path.with_suffix(".param").write_text(text.replace("Interp", "LSTM"))
    fails("layer of the type 'LSTM'")
    path.with_suffix(".param").write_text(text.replace("1=2.0 2=2.0", "1=0.5 2=0.5"))
    fails("smaller again, by 0.5")
    path.with_suffix(".param").write_text("\n".join(text.split("\n")[:-3]) + "\n")
    fails("does not fit")
    path.unlink()
    with pytest.raises(FileNotFoundError, match="two files"):
        ncnn.read(path.with_suffix(".param"))
    # A `.bin` without layers beside it is a file of PyTorch's.
    (tmp_path / "pytorch_model.bin").write_bytes(b"no")
    with pytest.raises(ValueError, match="PyTorch"):
        convert.load(tmp_path / "pytorch_model.bin")
