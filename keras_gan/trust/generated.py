"""Detectors of generated images."""

import keras
import numpy as np

from keras_gan.arguments import check_int
from keras_gan.trust.perturbations import PERTURBATIONS
from keras_gan.trust.spectra import radial_spectrum


class _Detector:
    """Base class of both: `fit` on real and generated images, `score`."""

    image_shape = None

    def _check(self, images, name):
        images = np.asarray(images)
        if images.ndim != 4 or images.dtype != np.uint8 or not len(images):
            raise ValueError(
                f"`{name}` must be uint8 images of shape (n, height, width, channels). Received: {images.dtype} of shape {images.shape}"
            )
        if self.image_shape is not None and images.shape[1:] != self.image_shape:
            raise ValueError(
                f"`{name}` must be images of shape {self.image_shape}. Received: {images.shape[1:]}"
            )
        return images

    def _both(self, real, generated):
        """Stack the images, with labels that are 1 for the generated ones."""
        self.image_shape = None
        real = self._check(real, "real")
        self.image_shape = real.shape[1:]
        generated = self._check(generated, "generated")
        if min(len(real), len(generated)) < 8:
            raise ValueError(f"A detector needs 8 images of each. Received: {len(real)} and {len(generated)}")
        return np.concatenate([real, generated]), np.repeat([0, 1], [len(real), len(generated)])


class SpectrumDetector(_Detector):
    """Detects generated images by their radial spectrum, with scikit-learn's logistic regression.

    It is fast, and detects the traces of one generator's upsampling well. Other generators, JPEG and resizing
    leave other spectra: `robustness` measures the accuracy that remains.

    Args:
        regularization: float, C of scikit-learn. Default 1.

    Example:
    >>> random = np.random.default_rng(0)
    >>> real = random.integers(0, 256, (40, 16, 16, 1), dtype="uint8")
    >>> doubled = random.integers(0, 256, (40, 8, 8, 1), dtype="uint8").repeat(2, axis=1).repeat(2, axis=2)
    >>> detector = keras_gan.trust.SpectrumDetector().fit(real[:20], doubled[:20])
    >>> bool(detector.score(doubled[20:]).min() > detector.score(real[20:]).max())
    True

    Reference: Durall et al., "Unmasking DeepFakes with simple Features", 2019, https://arxiv.org/abs/1911.00686
    """

    def __init__(self, regularization=1.0):
        if not regularization > 0:
            raise ValueError(f"`regularization` must be positive. Received: {regularization!r}")
        self.regularization = float(regularization)
        self._model = None

    def fit(self, real, generated):
        """Learn from uint8 images of one shape; returns the detector.

        Raises:
            ImportError: without scikit-learn. ValueError: for images of other shapes, and fewer than 8 of each.
        """
        try:
            from sklearn import linear_model, pipeline, preprocessing
        except ImportError:
            raise ImportError(
                "The spectrum's detector needs scikit-learn. Install it: pip install 'keras-gan[trust]'"
            ) from None
        images, which = self._both(real, generated)
        regression = linear_model.LogisticRegression(C=self.regularization, max_iter=2000)
        self._model = pipeline.make_pipeline(preprocessing.StandardScaler(), regression)
        self._model.fit(radial_spectrum(images), which)
        return self

    def score(self, images):
        """How likely each of uint8 images is generated, among as many real ones: array of shape (n,), in [0, 1]."""
        if self._model is None:
            raise ValueError("The detector has learnt nothing yet: call `fit` first.")
        return self._model.predict_proba(radial_spectrum(self._check(images, "images")))[:, 1]


class ResidualDetector(_Detector):
    """Detects generated images by a small network on the residuals of three fixed high-pass filters.

    Args:
        filters: int, of the first layer. Default 16.
        epochs: int. Default 20.
        robust: bool, whether half of the training images first go through JPEG, resizing, crops and blur.
        seed: int.

    Example:
    >>> random = np.random.default_rng(0)
    >>> real = random.integers(0, 256, (64, 16, 16, 1), dtype="uint8")
    >>> doubled = random.integers(0, 256, (64, 8, 8, 1), dtype="uint8").repeat(2, axis=1).repeat(2, axis=2)
    >>> detector = keras_gan.trust.ResidualDetector(filters=8).fit(real[:48], doubled[:48])
    >>> bool(detector.score(doubled[48:]).min() > detector.score(real[48:]).max())
    True
    """

    def __init__(self, filters=16, epochs=20, robust=True, seed=0):
        self.filters, self.epochs = check_int(filters, "filters"), check_int(epochs, "epochs")
        self.robust, self.seed = bool(robust), seed
        self.network = None

    def fit(self, real, generated):
        """Learn from uint8 images of one shape; returns the detector.

        Raises:
            ValueError: for images of other shapes, and fewer than 8 of each.
        """
        images, which = self._both(real, generated)
        self.network = self._network()
        self.network.compile(
            keras.optimizers.Adam(2e-3), keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False
        )
        # Weights that balance the two classes.
        weights = np.where(which == 1, 0.5 / which.mean(), 0.5 / (1.0 - which.mean()))
        random = np.random.default_rng(self.seed)
        for _ in range(self.epochs):
            order = random.permutation(len(images))
            shown = _changed(images[order], random) if self.robust else images[order]
            labels = which[order, None].astype("float32")
            self.network.fit(shown, labels, 64, sample_weight=weights[order], shuffle=False, verbose=0)
        return self

    def score(self, images):
        """How likely each of uint8 images is generated, among as many real ones: array of shape (n,), in [0, 1]."""
        if self.network is None:
            raise ValueError("The detector has learnt nothing yet: call `fit` first.")
        logits = self.network.predict(self._check(images, "images"), batch_size=256, verbose=0)[:, 0]
        return 1.0 / (1.0 + np.exp(-logits.astype("float64")))

    def _network(self):
        layers, channels = keras.layers, self.image_shape[-1]
        start = keras.initializers.HeNormal(self.seed)
        inputs = keras.Input(self.image_shape)
        # Second differences along both axes, along rows, along columns.
        both = np.array([[-1, 2, -1], [2, -4, 2], [-1, 2, -1]]) / 4.0
        row, column = np.zeros((3, 3)), np.zeros((3, 3))
        row[1] = column[:, 1] = [-0.5, 1.0, -0.5]
        kernel = np.stack([both, row, column], axis=-1)[:, :, None].repeat(channels, axis=2).astype("float32")
        high = layers.DepthwiseConv2D(
            3, depth_multiplier=3, use_bias=False, trainable=False, name="high_pass"
        )
        x = high(layers.Rescaling(1 / 16)(inputs))
        high.set_weights([kernel])
        for times in (1, 2, 4):
            stride, filters = min(times, 2), times * self.filters
            x = layers.Conv2D(filters, 3, stride, "same", use_bias=False, kernel_initializer=start)(x)
            x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.GlobalAveragePooling2D()(x)
        return keras.Model(inputs, layers.Dense(1, kernel_initializer="zeros")(x))


def _changed(images, random):
    """Images, about half of which go through one of the perturbations."""
    images, names = images.copy(), [name for name in PERTURBATIONS if name != "none"]
    half = random.permutation(len(images))[: len(images) // 2]
    for name, places in zip(names, np.array_split(half, len(names)), strict=True):
        if len(places):
            images[places] = PERTURBATIONS[name](images[places])
    return images
