"""Images -> features: the network on which a metric is defined."""

import contextlib
import contextvars
import hashlib
import importlib
import json
import os
import pathlib

import keras
import numpy as np
from keras import ops

from keras_gan import replicas
from keras_gan.cache import cache_folder, write_whole
from keras_gan.data.images import from_uint8, to_uint8
from keras_gan.features.inception import inception
from keras_gan.metric_names import check_extractor
from keras_gan.resize import resize

# Modules of keras.applications by the names of their networks.
_MODULES = ("convnext", "densenet", "efficientnet", "efficientnet_v2", "inception_resnet_v2", "inception_v3")
_MODULES += ("mobilenet", "mobilenet_v2", "mobilenet_v3", "nasnet", "resnet", "resnet_v2", "vgg16", "vgg19")
_MODULES += ("xception",)
# Sides of the images on which they were trained, if not 224.
_SIDES = {"InceptionV3": 299, "InceptionResNetV2": 299, "Xception": 299, "NASNetLarge": 331}
# Features computed within `shared()`: (extractor, images) -> features.
_shared = contextvars.ContextVar("features", default=None)


@keras.saving.register_keras_serializable("keras_gan")
class Extractor:
    """A network that turns images into vectors, with all settings on which a metric's value depends.

    Images are rounded to 256 levels. Grey images are repeated to three channels if the network takes colour;
    images of four channels (RGBA) are composited over white if it takes three. Images are resized to the
    network's input size by an antialiased bicubic filter, computed in float32 and not rounded again (as in
    clean-fid). A network whose input is not an image, such as one of sound or videos, receives its data
    unchanged, or scaled to [-1, 1] if they are uint8.

    Args:
        source: "inception" (the FID's network), the name of a network of `keras.applications`
            (such as "mobilenet_v2"), a path of a `.keras` file or SavedModel, or a keras.Model.
        layer: name of the layer whose output is used; None for the network's own output. Feature maps
            are averaged over height and width.
        weights: for "inception" the path of its `.pth` file, else that of a `.weights.h5` file;
            None downloads the published weights.
        value_range: (low, high) of the images that the network takes. Default (-1, 1);
            networks of `keras.applications` have their own.

    Attributes:
        features: int, the size of a vector.
        sha256: str, of the network and its weights.

    Raises:
        ValueError: for an unknown name or layer, a file that is missing or has changed.

    Example:
    >>> network = keras.Sequential([keras.layers.Input((8, 8, 1)), keras.layers.Flatten()])
    >>> extractor = keras_gan.metrics.Extractor(network)
    >>> extractor(np.zeros((2, 28, 28, 1), "float32")).shape
    TensorShape([2, 64])
    """

    def __init__(self, source, *, layer=None, weights=None, value_range=None, sha256=None):
        if not isinstance(source, (str, os.PathLike, keras.Model)):
            raise ValueError(f"`source` must be a name, a path or a keras.Model. Received: {source!r}")
        source = source if isinstance(source, keras.Model) else os.path.expanduser(source)
        weights = None if weights is None else os.path.expanduser(str(weights))
        if not isinstance(source, keras.Model) and sha256 is None:
            # Checked here, before an epoch is trained. With a hash from a config the file may be missing.
            _check_source(source, weights)
        if value_range is not None and not (len(value_range) == 2 and value_range[0] < value_range[1]):
            raise ValueError(f"`value_range` must be (low, high). Received: {value_range!r}")
        self.source = source
        self.layer = layer
        self.weights = weights
        self.value_range = value_range
        self._expected = sha256
        self._network, self._maps = None, {}

    @property
    def name(self):
        return (
            self.source.name if isinstance(self.source, keras.Model) else pathlib.Path(self.source).stem[:20]
        )

    def get_config(self):
        """The network by path or name and hash; a keras.Model is saved in the cache for that."""
        source = self.source
        if isinstance(source, keras.Model):
            names = hashlib.sha256(json.dumps([layer.name for layer in source.layers]).encode()).hexdigest()
            path = cache_folder("extractors") / f"{self.sha256}-{names[:8]}.keras"
            if not path.exists():
                write_whole(path, source.save)
            source = str(path)
        return {
            "source": source,
            "layer": self.layer,
            "weights": self.weights,
            "value_range": self.value_range,
            # If the file is missing here, the hash from the config is kept.
            "sha256": self._expected or self.sha256,
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def load(self):
        """Read the network, and check that its hash is the expected one."""
        if self._network is not None:
            return self
        with in_float32():
            network, self._prepare, identity = self._read()
        self._sha256 = _hash(network, identity)
        if self._expected not in (None, self._sha256):
            raise ValueError(
                f"The extractor {self.name!r} is another one than it was: its SHA-256 is {self._sha256}, "
                f"and {self._expected} is expected. Metrics of the two cannot be compared."
            )
        network.trainable = False
        if self.layer is not None:
            names = [layer.name for layer in network.layers]
            if self.layer not in names:
                raise ValueError(
                    f"The network {self.name!r} has no layer {self.layer!r}. Its last layers: {names[-8:]}"
                )
            network = keras.Model(network.inputs[0], network.get_layer(self.layer).output)
        self._network = network
        outputs = self._compute(
            np.zeros((1, *(side or 32 for side in network.input_shape[1:-1]), self._channels()), "float32")
        )
        self._features = int(outputs.shape[1])
        return self

    @property
    def features(self):
        self.load()
        return self._features

    @property
    def sha256(self):
        self.load()
        return self._sha256

    def _read(self):
        """The network, a function that scales images in [0, 255] to its range, and data for its hash."""
        low, high = self.value_range or (-1.0, 1.0)

        def scale(images):
            return images * ((high - low) / 255.0) + low

        path, given = pathlib.Path(str(self.source)), []
        if isinstance(self.source, keras.Model) or path.suffix == ".keras" or path.is_dir():
            given += ["weights"] if self.weights else []
        if self.source == "inception" and self.value_range:
            given.append("value_range")
        if given:
            raise ValueError(f"`{given[0]}` does not go with the extractor {self.name!r}, which has its own.")
        if isinstance(self.source, keras.Model):
            return self.source, scale, []
        if self.source == "inception":
            # The scaling of the 2015 graph: (x - 128) / 128.
            return inception(self.weights), lambda images: images / 128.0 - 1.0, []
        if path.suffix == ".keras" or path.is_dir():
            return _from_path(path), scale, []
        module, build = _application(self.source)
        try:
            network = build(
                include_top=False,
                pooling="avg",
                weights=self.weights or "imagenet",
                input_shape=(_SIDES.get(build.__name__, 224),) * 2 + (3,),
            )
        except Exception as error:
            raise ValueError(
                f"keras.applications' {self.source} cannot be loaded with the weights "
                f"{self.weights or 'imagenet'}: {error}"
            ) from error
        return network, (scale if self.value_range else module.preprocess_input), [self.source]

    def _size(self):
        return self._network.input_shape[1:3]

    def size_of(self, image_shape):
        """(height, width) to which images of this shape are resized."""
        self.load()
        return tuple(want or have for want, have in zip(self._size(), image_shape[:2], strict=True))

    def _channels(self):
        return self._network.input_shape[-1] or 3

    def check(self, image_shape):
        """Raise a ValueError if the network cannot take images of this shape."""
        self.load()
        if not self._takes_images:
            wanted = self._network.input_shape[1:]
            if len(image_shape) != len(wanted) or any(
                None not in (a, b) and a != b for a, b in zip(image_shape, wanted, strict=True)
            ):
                raise ValueError(
                    f"The extractor {self.name!r} takes data of shape {wanted}. Received: shape {tuple(image_shape)}"
                )
            return
        if len(image_shape) != 3:
            raise ValueError(
                f"The extractor {self.name!r} takes images. Received: data of shape {tuple(image_shape)}"
            )
        transparent = image_shape[-1] == 4 and self._channels() == 3
        if image_shape[-1] not in (1, self._channels()) and not transparent:
            raise ValueError(
                f"The extractor {self.name!r} takes images with {self._channels()} channels. Received: "
                f"shape {tuple(image_shape)} (height, width, channels)"
            )

    def __call__(self, images):
        """Features of images in [-1, 1], or uint8: float32 of shape (batch, features)."""
        memo = _shared.get()
        if memo is None:
            return self._extract(images)
        key = (id(self), id(images))
        if key not in memo:
            memo[key] = self._extract(images), images
        return memo[key][0]

    def _extract(self, images):
        self.check(images.shape[1:])
        return replicas.in_shares(self._of_images, images)

    @property
    def _takes_images(self):
        return len(self._network.input_shape) == 4

    def _of_images(self, images):
        if not self._takes_images:
            if keras.backend.standardize_dtype(images.dtype) == "uint8":
                # Frames of videos.
                images = from_uint8(images)
            return self._compute(ops.cast(images, "float32"))
        if "int" not in keras.backend.standardize_dtype(images.dtype):
            images = to_uint8(images)
        return self._of_levels(self._opaque(ops.cast(images, "float32")))

    def _opaque(self, images):
        """Images in [0, 255], composited over white if they are RGBA and the network takes three channels."""
        if images.shape[-1] != 4 or self._channels() != 3:
            return images
        alpha = images[..., 3:] / 255.0
        return ops.round(images[..., :3] * alpha + 255.0 * (1.0 - alpha))

    def of_floats(self, images):
        """Features of images in [-1, 1], which are not rounded to 256 levels, so that gradients exist."""
        self.check(images.shape[1:])
        if not self._takes_images:
            return self._compute(ops.cast(images, "float32"))
        if images.shape[-1] == 4:
            raise ValueError("Gradients need images without transparency: train with `channels=3`.")
        return self._of_levels((ops.cast(images, "float32") + 1.0) * 127.5)

    def maps(self, layers, before_activation=False):
        """The outputs of layers as a function of images in [-1, 1] of any size, which are not resized.

        Args:
            layers: names; the layers before them must take any size, as convolutions do.
            before_activation: bool, whether to leave out the layer's own activation; for a single layer.

        Returns:
            function from images (batch, height, width, channels) to a list of maps.

        Raises:
            ValueError: for an unknown layer.
        """
        self.load()
        key = (tuple(layers), before_activation)
        if key not in self._maps:
            with in_float32():
                self._maps[key] = _maps_of(self._network, layers, before_activation)
        network = self._maps[key]

        def function(images):
            images = (ops.cast(images, "float32") + 1.0) * 127.5
            if images.shape[-1] < self._channels():
                images = ops.repeat(images, self._channels(), axis=-1)
            return keras.tree.flatten(network(self._prepare(images), training=False))

        return function

    def _of_levels(self, images):
        size = self.size_of(images.shape[1:])
        # A bicubic filter overshoots; the values are clipped, as in clean-fid.
        images = ops.clip(resize(images, size), 0.0, 255.0)
        if images.shape[-1] < self._channels():
            images = ops.repeat(images, self._channels(), axis=-1)
        return self._compute(self._prepare(images))

    def _compute(self, images):
        outputs = keras.tree.flatten(self._network(images, training=False))[0]
        if len(outputs.shape) >= 4 or (len(outputs.shape) == 3 and not self._takes_images):
            outputs = ops.mean(outputs, axis=tuple(range(1, len(outputs.shape) - 1)))
        return ops.cast(ops.reshape(outputs, (-1, int(np.prod(outputs.shape[1:])))), "float32")

    def __repr__(self):
        return f"Extractor({self.name!r}, layer={self.layer!r})"


def _maps_of(network, layers, before_activation):
    """A copy of a network for images of any size, with the outputs of the given layers."""
    names = [layer.name for layer in network.layers]
    unknown = [name for name in layers if name not in names]
    if unknown or not layers:
        raise ValueError(
            f"The network {network.name!r} has no layer {(unknown or [''])[0]!r}. "
            f"There are: {', '.join(names)}"
        )
    if before_activation and len(layers) > 1:
        raise ValueError(f"`before_activation` is for one layer. Received: {list(layers)}")
    part = keras.Model(network.inputs[0], [network.get_layer(name).output for name in layers])

    def copy(layer):
        config = layer.get_config()
        if before_activation and layer.name in layers and "activation" in config:
            config["activation"] = "linear"
        return type(layer).from_config(config)

    inputs = keras.layers.Input((None, None, network.inputs[0].shape[-1]))
    free = keras.models.clone_model(part, input_tensors=inputs, clone_function=copy)
    free.set_weights(part.get_weights())
    free.trainable = False
    return free


def get(identifier):
    """Return an `Extractor`, from one, from its config or from a `source` for one."""
    if isinstance(identifier, dict):
        identifier = keras.saving.deserialize_keras_object(identifier)
    return identifier if isinstance(identifier, Extractor) else Extractor(identifier)


def get_classifier(identifier):
    """As `get`, for class logits; "inception" gives its logits without bias, as the inception score needs."""
    extractor = get(identifier)
    if extractor.source == "inception" and extractor.layer is None:
        return Extractor("inception", layer="fc", weights=extractor.weights)
    return extractor


@contextlib.contextmanager
def in_float32():
    """Context in which new layers compute in float32, whatever the global policy."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


@contextlib.contextmanager
def shared():
    """Context in which each extractor is computed only once per batch, for any number of metrics."""
    token = _shared.set({})
    try:
        yield
    finally:
        _shared.reset(token)


def _hash(network, identity):
    """SHA-256 of a network's operations, their settings and connections, and its weights, without names."""
    shape = [tuple(tensor.shape[1:]) for tensor in network.inputs]
    digest = hashlib.sha256(json.dumps([identity, shape]).encode())
    if hasattr(network, "content"):
        digest.update(network.content)
    # A Sequential's own configuration does not contain the connections of its layers.
    config = (getattr(network, "_functional", None) or network).get_config()
    settings = _nameless(config, {name: i for i, name in enumerate(_names_in(config))})
    digest.update(json.dumps(settings, sort_keys=True, default=str).encode())
    for weight in network.get_weights():
        digest.update(str(weight.shape).encode())
        digest.update(np.ascontiguousarray(weight))
    return digest.hexdigest()


# Settings that do not change what a network computes, such as the path of a SavedModel.
_UNIMPORTANT = ("name", "dtype", "trainable", "seed", "filepath")
_ENDS = ("_initializer", "_regularizer", "_constraint")


def _names_in(config):
    """Names of layers and operations in a configuration, in its order."""
    if isinstance(config, dict):
        inner = config.get("config")
        if "class_name" in config and isinstance(inner, dict):
            yield from filter(None, (config.get("name"), inner.get("name")))
        for value in config.values():
            yield from _names_in(value)
    elif isinstance(config, (list, tuple)):
        for value in config:
            yield from _names_in(value)


def _nameless(value, places):
    """A configuration in which names are replaced by their positions in the order."""
    if isinstance(value, dict):
        return {
            key: _nameless(inner, places)
            for key, inner in value.items()
            if key not in _UNIMPORTANT and not key.endswith(_ENDS)
        }
    if isinstance(value, (list, tuple)):
        return [_nameless(inner, places) for inner in value]
    return f"#{places[value]}" if isinstance(value, str) and value in places else value


def _from_path(path):
    check_extractor(path)
    if path.suffix == ".keras":
        # The file may contain layers of keras_gan.
        importlib.import_module("keras_gan").register()
        return keras.saving.load_model(path, compile=False)
    import tensorflow as tf

    if not (path / "saved_model.pb").exists():
        raise ValueError(f"{path} is neither a `.keras` file nor a SavedModel.")
    signatures = tf.saved_model.load(str(path)).signatures
    if "serving_default" not in signatures:
        raise ValueError(f"The SavedModel {path} has no `serving_default`. It has: {sorted(signatures)}")
    specs = list(signatures["serving_default"].structured_input_signature[1].values())
    if len(specs) != 1 or len(specs[0].shape) != 4:
        raise ValueError(f"The SavedModel {path} does not take images alone: {specs}")
    inputs = keras.layers.Input(tuple(specs[0].shape[1:]))
    outputs = keras.layers.TFSMLayer(str(path), call_endpoint="serving_default")(inputs)
    network = keras.Model(inputs, keras.tree.flatten(outputs)[0], name=path.name)
    network.content = b"".join(
        file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and "assets" not in file.relative_to(path).parts
    )
    return network


def _check_source(source, weights):
    """Raise a ValueError for a path or name that does not exist."""
    path = pathlib.Path(source)
    if source != "inception" and (path.suffix == ".keras" or os.sep in str(source) or path.exists()):
        check_extractor(path)
        return
    if source != "inception":
        _application(source)
    if weights is not None and str(weights) != "random" and not os.path.exists(weights):
        raise ValueError(
            f"There is no file of weights {str(weights)!r}: {os.path.abspath(weights)} does not exist."
        )


def _application(name):
    plain = str(name).lower().replace("_", "").replace("-", "")
    known = []
    for module_name in _MODULES:
        module = importlib.import_module(f"keras.applications.{module_name}")
        for found in (value for key, value in vars(module).items() if key[:1].isupper() and callable(value)):
            known.append(found.__name__)
            if found.__name__.lower() == plain:
                return module, found
    raise ValueError(
        f"There is no extractor {name!r}. It must be 'inception', the path of a `.keras` file or SavedModel, a "
        f"keras.Model, or one of keras.applications: {', '.join(sorted(known))}"
    )
