"""Convert a model to the ONNX graphs that a page runs, and a description of them for the page."""

import pathlib
import tempfile

import keras
import numpy as np
import tensorflow as tf

from keras_gan import export_files
from keras_gan.conditions import Attributes, Labels, Texts
from keras_gan.data.texts import lower_case_words, tokens_layer
from keras_gan.export import averages_in_float32, of_any_size
from keras_gan.latent import ganspace, sefa
from keras_gan.modalities import Images
from keras_gan.networks.outputs import first

# Number of directions with a slider; of latents stored if the page cannot draw their distribution; of
# captions to choose from.
DIRECTIONS, BANK, CAPTIONS = 6, 512, 50


def graphs_of(gan):
    """Convert a model to what a page needs.

    Args:
        gan: a model that makes images from latents or from images.

    Returns:
        (about, graphs): dict for JSON, and dict from name to the bytes of an ONNX file.

    Raises:
        ValueError: for a model that the page cannot run; the message explains why. ImportError: without the
            ONNX packages.
    """
    if not hasattr(gan, "ema_generator"):
        raise ValueError(f"The page runs generators, and {type(gan).__name__} has none.")
    if getattr(gan, "from_images", False):
        with averages_in_float32(gan):
            return _of_images(gan)
    if not hasattr(gan, "synthesize") or not isinstance(getattr(gan, "modality", None), Images):
        made = getattr(getattr(gan, "modality", None), "name", "no images")
        raise ValueError(
            f"The page shows images, and {type(gan).__name__} makes {made}. Use `keras-gan generate` or `export`."
        )
    with averages_in_float32(gan):
        return _of_styles(gan) if hasattr(gan, "style") else _of_latents(gan)


# === Images of images ===


def _of_images(gan):
    if (
        hasattr(gan, "continue_videos")
        or len(gan.source_shape) != 3
        or gan.source_shape[-1] not in (1, 3, 4)
        or len(gan.output_shape) != 4
    ):
        raise ValueError(
            f"The page takes images in grey, RGB or RGBA, and this {type(gan).__name__} takes {gan.source_shape}."
        )
    condition, graphs, sources = gan.exported_condition(), {}, {}
    for name, network in gan.exported_networks().items():
        graphs[name] = _written(export_files.of_images(network, of_any_size(network), condition))
        sources[name] = list(first(network.input_shape)[1:])
    about = {
        "kind": "images",
        "sources": sources,
        "scale": getattr(gan, "scale", 1),
        "directions": list(graphs),
        "condition": _about_condition(condition, gan, {}),
    }
    return about, graphs


# === Images of latents ===


def _of_latents(gan):
    graphs = {"generator": _written(export_files.of_latents(gan))}
    about = {
        "kind": "latents",
        "condition": _about_condition(gan.condition, gan, graphs),
        "noise": _about_noise(gan),
        "directions": _directions(sefa, gan),
    }
    return about, graphs


def _of_styles(gan):
    mapping = gan.ema_generator.get_layer("mapping")
    synthesis = gan.ema_generator.get_layer("synthesis")
    specs = export_files.of_latents(gan).specs
    graphs = {
        "mapping": _written(
            export_files.Graph(
                lambda latents, *labels: gan.style(latents, *labels)[:, 0], specs, _values(mapping), "w"
            )
        ),
        "synthesis": _written(
            export_files.Graph(
                lambda ws: synthesis(ws, training=False),
                [tf.TensorSpec([None, *synthesis.input_shape[1:]], tf.float32, name="ws")],
                _values(synthesis),
            )
        ),
    }
    about = {
        "kind": "styles",
        "condition": _about_condition(gan.condition, gan, graphs),
        "noise": _about_noise(gan),
        "layers": synthesis.input_shape[1],
        "average": _plain(gan.average_style),
        "directions": _directions(ganspace, gan),
    }
    return about, graphs


def _directions(find, gan):
    """Return vectors by which a slider's step of 1 moves the latents or w; empty without such a layer."""
    count = min(DIRECTIONS, first(gan.generator.input_shape)[-1])
    if find is ganspace:
        label = 0 if isinstance(gan.condition, Labels) else None
        directions, deviations = ganspace(gan, count, samples=2000, label=label)
        return _plain(directions * deviations[:, None])
    try:
        return _plain(sefa(gan, count)[0])
    except ValueError:
        return []


def _about_noise(gan):
    """Describe how the page draws latents: by their distribution, or from a bank of stored ones."""
    noise, shape = gan.noise, list(first(gan.generator.input_shape)[1:])
    kind = type(noise).__name__
    about = {"size": shape[-1]}
    if kind == "Normal":
        return {**about, "kind": "normal"}
    if kind == "TruncatedNormal":
        return {**about, "kind": "normal", "threshold": noise.threshold}
    if kind == "Uniform":
        return {**about, "kind": "uniform", "low": noise.low, "high": noise.high}
    return {**about, "kind": "bank", "latents": _plain(gan.sample_latents(BANK, seed=0))}


def _about_condition(condition, gan, graphs):
    """Describe what a visitor chooses: a class, attributes, a text; add an encoder of texts to the graphs."""
    if condition is None:
        return None
    if isinstance(condition, Labels):
        names = gan.class_names or [str(label) for label in range(condition.num_classes)]
        return {"kind": "classes", "names": [str(name) for name in names]}
    if isinstance(condition, Attributes):
        names = gan.class_names or [f"attribute {i}" for i in range(condition.size)]
        return {"kind": "attributes", "names": [str(name) for name in names]}
    if isinstance(condition, Texts):
        return _about_texts(condition, graphs)
    raise ValueError(
        f"A visitor of the page cannot choose what {type(gan).__name__} is conditioned on: {condition!r}. It offers classes, "
        "attributes and texts."
    )


def _about_texts(condition, graphs):
    tokens = tokens_layer(condition.encoder)
    captions = [] if condition.captions is None else condition.captions[:CAPTIONS]
    if tokens is None:
        if not captions:
            raise ValueError(
                f"The encoder of texts, {type(condition.encoder).__name__}, does not run in the page, and the model has no captions "
                "to choose from."
            )
        # The vectors of the captions are stored; a visitor cannot type another text.
        return {"kind": "captions", "names": captions, "vectors": _plain(condition.vectors(captions))}
    config = tokens.get_config()
    if (
        config["split"] != "whitespace"
        or config["ngrams"]
        or lower_case_words.__name__ not in str(config["standardize"])
    ):
        raise ValueError(
            "To run in the page, the encoder's TextVectorization must split at white space, without n-grams, and have "
            f"`data.texts.lower_case_words` as `standardize`. Received: {config['split']!r}, {config['ngrams']!r}, "
            f"{config['standardize']!r}"
        )
    encoder = keras.Model(tokens.output, condition.encoder.output)
    length = config["output_sequence_length"] or 32
    graphs["text"] = _written(
        _Tokens(
            lambda ints: encoder(ints, training=False),
            [tf.TensorSpec([None, length], tf.int64, name="tokens")],
            _values(encoder),
            "vector",
        )
    )
    return {"kind": "texts", "words": tokens.get_vocabulary(), "length": length, "examples": captions}


class _Tokens(export_files.Graph):
    """A graph whose examples contain one word: an empty text is not normal input."""

    def examples(self, specs, count, seed=0):
        for (ints,) in super().examples(specs, count, seed):
            ints[:, 0] = 1
            yield [ints]


def _written(graph):
    """Return a graph as the bytes of an ONNX file, whose output was compared with TensorFlow's."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "graph.onnx")
        export_files.write(graph, path, "onnx")
        return path.read_bytes()


def _values(network):
    return [variable.value for variable in network.weights]


def _plain(array):
    return np.asarray(keras.ops.convert_to_numpy(array), "float64").round(5).tolist()
