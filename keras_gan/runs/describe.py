"""A description of a model in a file."""

import json
import pathlib

from keras_gan.hub import hub_name
from keras_gan.runs.folder import RunFolder
from keras_gan.runs.load import load_model


def describe(path):
    """Describe a model in lines of text: its kind, classes, sizes, inputs and their ranges.

    Args:
        path: path of a run folder, a checkpoint, a `.keras` file, a SavedModel, or a `.tflite` or `.onnx`
            file that `GAN.export` wrote.

    Returns:
        list of str.

    Raises:
        ValueError: if there is no model, or no metadata of it.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2))
    >>> gan.save("/tmp/keras_gan_described.keras")
    >>> from keras_gan.runs.describe import describe
    >>> describe("/tmp/keras_gan_described.keras")[0]
    'class: GAN'
    """
    path = pathlib.Path(path)
    if not path.exists() and hub_name(path) is None:
        raise ValueError(f"There is no {str(path)!r}.")
    about, run = _about(path), {}
    if RunFolder(path).config.exists():
        run = json.loads(RunFolder(path).config.read_text())
    lines = [f"{name}: {about[name]}" for name in ("class", "family", "format") if about.get(name)]
    lines += [f"{name}: {run[name]}" for name in ("recipe", "scale") if run.get(name)]
    lines += [f"data: {about.get('dataset') or run.get('dataset') or 'not known'}"]
    if about.get("generator_steps") is not None:
        epochs = about.get("epochs")
        whole = f", {epochs} whole {'epoch' if epochs == 1 else 'epochs'}" if epochs else ""
        lines.append(f"trained: {about['generator_steps']} steps{whole}")
    for name, key in (("output", "image_shape"), ("output", "output_shape"), ("input", "source_shape")):
        if about.get(key):
            lines.append(f"{name}: {_shape(about[key])}")
    for name, spec in (about.get("inputs") or {}).items():
        range_ = spec.get("distribution") or (
            f"{spec['range'][0]} to {spec['range'][1]}" if "range" in spec else ""
        )
        lines.append(
            f"input {name}: {spec['dtype']} of shape {_shape(spec['shape'])}{', ' + range_ if range_ else ''}"
        )
    if about.get("range"):
        low, high = about["range"]
        lines.append(f"floats of images: {low} to {high}; uint8: 0 to 255")
    if about.get("parameters"):
        lines.append(f"weights of the generator: {about['parameters']:,}")
    if about.get("words"):
        words = about["words"]
        lines.append(
            f"words of its texts: {len(words)}: {', '.join(words[:20])}{' ...' if len(words) > 20 else ''}"
        )
    if about.get("num_classes"):
        names = about.get("class_names") or []
        lines.append(f"classes: {about['num_classes']}")
        lines += [f"  {i}: {name}" for i, name in enumerate(names)]
    exports = [path / "saved_model"] if (path / "saved_model" / "saved_model.pb").exists() else []
    lines += [f"SavedModel: {export}" for export in exports]
    return lines


def _about(path):
    """Read the metadata beside a model's file, or describe the model itself."""
    from keras_gan.export import describe as of_model

    beside = path.with_name(f"{path.name}.metadata.json")
    if path.suffix in (".tflite", ".onnx"):
        if not beside.exists():
            raise ValueError(
                f"There is no {beside.name} beside {path}, in which `GAN.export` notes what it is."
            )
        return json.loads(beside.read_text())
    if (path / "saved_model.pb").exists():
        if not (path / "metadata.json").exists():
            raise ValueError(f"{path} is a SavedModel without metadata.json: keras_gan did not write it.")
        return json.loads((path / "metadata.json").read_text())
    gan = load_model(path)
    about = of_model(gan)
    return about | ({"source_shape": list(gan.source_shape)} if getattr(gan, "from_images", False) else {})


def _shape(sides):
    return "(" + ", ".join("any" if side is None else str(side) for side in sides) + ")"
