"""A check of a training: the measurements that `TrainingMonitor` uses."""

import warnings

import keras
import numpy as np
import tensorflow as tf

from keras_gan.callbacks.failures import FAILURES
from keras_gan.metrics import functional
from keras_gan.networks.outputs import over_maps
from keras_gan.regularizers.feature_matching import last_features


class Probe:
    """Measures a model on fixed images and fixed latents, without changing the model.

    Args:
        model: the compiled `GAN`.
        real: dict of a batch of training images and what accompanies them.
        held_out: the same for images that are not trained on, or None.
        classifier: `keras_gan.metrics.Extractor` of class logits, or None.
        batch_size: int, number of images per call of the networks: as in training. Default: all.
    """

    failures = FAILURES
    # What a check logs; NaN where a value has no meaning.
    logged = (
        *("d_auc", "logit_gap", "d_explained", "g_signal", "g_gradient", "d_gradient", "overfitting"),
        *("pixel_diversity", "feature_diversity", "class_diversity", "duplicates", "rarest_class"),
        *("distance", "ema_distance", "movement", "saturated", "coverage"),
    )

    def __init__(self, model, real, held_out=None, classifier=None, batch_size=None):
        self.batch_size = min(batch_size or len(real["image"]), len(real["image"]))
        self.model, self.real, self.held_out, self.classifier = model, real, held_out, classifier
        self.count = len(real["image"])
        self.stage = model.stage
        self.drawn = model.draw(self.count, tf.constant([0, 0], "int64"))
        self.features = last_features(model.discriminator, model.heads)
        self._refer_to(real["image"])
        self.real_share = None if classifier is None else _shares(classifier, real["image"])
        if classifier is not None and self.real_share is None:
            raise ValueError(
                "The `classifier` is sure (probability above 90%) of fewer than a fifth of the real images, "
                "so missing classes cannot be detected: it must return logits, not probabilities; train it "
                "for longer, or leave it out."
            )
        # With fewer images a class may be absent by chance.
        self.known = [] if classifier is None else np.flatnonzero(self.real_share * self.count >= 8)
        if classifier is not None and len(self.known) == 0:
            warnings.warn(
                f"No class has 8 of the {self.count} real images that TrainingMonitor checks: it cannot tell "
                "which are missing. Increase `samples`.",
                stacklevel=2,
            )
        self.baseline = _baseline(model.adversarial_loss)
        self._compiled = None

    def _refer_to(self, images):
        """Measure the real images with which generated images are compared."""
        self.pixels = _flat(images)
        self.scale = _mean_distance(self.pixels)
        # Halves of every other image: data may be sorted by class.
        self.noise = max(_energy(self.pixels[::2], self.pixels[1::2]), 0.0) / self.scale
        # One real pair in twenty is nearer than this distance.
        self.near = np.quantile(_pair_distances(self.pixels), 0.05)

    @property
    def is_traced(self):
        """Whether the graphs of the model's present stage are compiled: each stage has its own."""
        return self.stage == self.model.stage and self._compiled is not None

    def __call__(self, before=()):
        """Return the present measurements, a dict of floats, and the argument of the next call.

        A value is NaN if it has no meaning for this model.

        Args:
            before: what the last call returned; empty for the first.
        """
        if not self.is_traced:
            self.stage = self.model.stage
            functions = (self._state, self._restore, self._look, self._held_out_logits, self._gradients)
            self._compiled = {f.__name__: tf.function(f, autograph=False) for f in functions}
        out = self._measure()
        if self.stage is not None:
            # A growing model is compared with real images as its training sees them now.
            self._refer_to(out["real"])
        real, fake = out["real_logits"], out["fake_logits"]
        figures = {
            "d_auc": _auc(real, fake),
            "logit_gap": float(real.mean() - fake.mean()),
            "d_explained": 1.0 - float(out["d_loss"]) / self.baseline if self.baseline else float("nan"),
            "g_signal": float(out["signal"]),
            "g_gradient": float(out["generator_gradient"]),
            "d_gradient": float(out["discriminator_gradient"]),
            "overfitting": float("nan"),
            "overfitting_z": float("nan"),
        }
        if self.held_out is not None:
            gap = real.mean() - fake.mean()
            held_out = out["held_out_logits"]
            drop = real.mean() - held_out.mean()
            error = np.sqrt(real.var() / len(real) + held_out.var() / len(held_out))
            figures["overfitting_z"] = float(drop / max(error, 1e-12))
            if gap > 0:
                figures["overfitting"] = float(drop / gap)
        fakes, ema = _flat(out["fake"]), _flat(out["ema"])
        finite = np.isfinite(fakes).all()
        if not finite:
            return figures | {"distance": float("nan")}, []
        # float16 halves the size in a checkpoint; other data than images may exceed its range.
        kept = [fakes.astype("float16" if self.model.modality.in_range else "float32")]
        return figures | self._of_images(fakes, ema, out, before), kept

    def _of_images(self, fakes, ema, out, before):
        pairs = _pair_distances(fakes)
        movement = float("nan")
        if before and before[0].shape == fakes.shape:
            movement = float(np.linalg.norm(fakes - before[0].astype("float32"), axis=1).mean() / self.scale)
        figures = {
            "pixel_diversity": float(pairs.mean() / self.scale),
            "feature_diversity": _mean_distance(out["fake_features"])
            / max(_mean_distance(out["real_features"]), 1e-12),
            "duplicates": float((pairs < self.near).mean() / 0.05),
            "distance": _energy(self.pixels, fakes) / self.scale,
            "ema_distance": _energy(self.pixels, ema) / self.scale,
            "movement": movement,
            "saturated": float("nan"),
            "dimensions": fakes.shape[1],
            "coverage": functional.prdc(self.pixels, fakes, 5)["coverage"],
            "rarest_class": float("nan"),
            "class_diversity": self._class_diversity(fakes),
        }
        if self.model.modality.in_range:
            figures["saturated"] = _saturated(fakes, self.pixels)
        if self.classifier is not None:
            figures["class_ratios"] = ratios = self._class_ratios(out["ema"])
            figures["rarest_class"] = min(ratios.values(), default=float("nan"))
        return figures

    def _class_ratios(self, images):
        """How frequent each class is, relative to real images; empty while the images show no class."""
        share = _shares(self.classifier, images)
        if share is None:
            return {}
        names = self.model.class_names
        if names is None or len(names) != len(share):
            names = [str(i) for i in range(len(share))]
        return {names[i]: float(share[i] / self.real_share[i]) for i in self.known}

    def _class_diversity(self, fakes):
        """The lowest diversity within a class, relative to real images; for conditional models."""
        if "label" not in self.real or self.model.num_classes is None:
            return float("nan")
        labels = np.asarray(self.real["label"]).reshape(-1)
        ratios = [
            _mean_distance(fakes[labels == c]) / max(_mean_distance(self.pixels[labels == c]), 1e-12)
            for c in np.unique(labels)
            if (labels == c).sum() >= 4
        ]
        return float(min(ratios)) if ratios else float("nan")

    def _measure(self):
        """Measurements that need the networks; all state that training mode changes is restored."""
        state, restore, look, held_out_logits, gradients = self._compiled.values()

        def each(function, count):
            # One graph per part: a graph for all parts would contain each network many times.
            parts = [function(tf.constant(i)) for i in range(0, count, self.batch_size)]
            return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

        before = state()
        try:
            out = each(look, self.count) | {name: value.numpy() for name, value in gradients().items()}
            if self.held_out is not None:
                out |= each(held_out_logits, len(self.held_out["image"]))
        finally:
            restore(before)
        return out

    def _kept(self):
        """The variables that a pass in training mode changes."""
        model = self.model
        names = [*model.networks, *(f"ema_{name}" for name in model.averaged)]
        networks = [getattr(model, name) for name in names]
        weights = [weight for network in networks for weight in network.non_trainable_weights]
        return [_plain(v) for v in [*weights, *model.state.by_name().values()]]

    def _state(self):
        return [tf.identity(v) for v in self._kept()]

    def _restore(self, before):
        for variable, value in zip(self._kept(), before, strict=True):
            variable.assign(value)

    def _batch(self, start):
        """A part of the fixed batch, with as many images as a training batch."""
        return self._part({**self.model.unpack(self.real), **self.drawn}, start)

    def _part(self, batch, start):
        end = start + self.batch_size
        part = {name: tf.convert_to_tensor(values)[start:end] for name, values in batch.items()}
        return self.model.arrange(part)

    def _full(self, images):
        """Images as shown to users; those of a growing model are resized to its full size."""
        images = self.model.visible(images)
        if images.shape[1] == self.model.image_shape[0]:
            return images
        return tf.image.resize(images, self.model.image_shape[:2], "nearest")

    def _logits(self, batch):
        return _per_image(self.model.discriminate(batch["image"], self.model.condition_of(batch)))

    def _held_out_logits(self, start):
        return {"held_out_logits": self._logits(self._part(self.model.unpack(self.held_out), start))}

    def _look(self, start):
        """Images, logits and features of a part of the batch."""
        model, batch = self.model, self._batch(start)
        condition, fake = model.condition_of(batch), model.samples(batch)
        out = {
            "real_logits": self._logits(batch),
            "fake_logits": _per_image(model.discriminate(fake, condition)),
            "real": tf.cast(self._full(batch["image"]), "float32"),
            "fake": tf.cast(self._full(fake), "float32"),
            "ema": tf.cast(model.visible(model.forward(batch, training=False)), "float32"),
        }
        for side, images in (("real", batch["image"]), ("fake", fake)):
            features = model.discriminator_outputs(images, condition, network=self.features)
            # A discriminator with `Packing` returns fewer features.
            out[f"{side}_features"] = tf.cast(tf.reshape(features, (tf.shape(features)[0], -1)), "float32")
        return out

    def _gradients(self):
        """Norms of both players' gradients, and values of the losses, on one batch of training's size."""
        model, batch = self.model, self._batch(0)
        condition = model.condition_of(batch)
        with model.record("generator") as tape:
            fake = model.forward(batch)
        gradients = model.gradients(batch, fake, tape)
        real_logits, fake_logits = (model.discriminate(x, condition) for x in (batch["image"], fake))
        out = {"d_loss": model.adversarial_loss.discriminator_loss(real_logits, fake_logits)}
        with tf.GradientTape() as tape:
            tape.watch(fake_logits)
            loss = model.adversarial_loss.generator_loss(fake_logits, real_logits)
        # Size of the generator loss's gradient with respect to the logits: 1 for the Wasserstein loss.
        out["signal"] = over_maps(
            lambda gradient: tf.reduce_sum(tf.abs(tf.cast(gradient, "float32"))),
            tape.gradient(loss, fake_logits),
        )
        for player, values in gradients.items():
            scale = model.optimizer_of(player).scale_loss(tf.ones(()))
            squares = [
                tf.reduce_sum(tf.square(tf.cast(g, "float32") / scale)) for g in values if g is not None
            ]
            out[f"{player}_gradient"] = tf.sqrt(tf.add_n(squares))
        return out


def _saturated(fakes, real):
    """Share of pixels at -1 or 1 beyond that of real images, relative to the rest (at least a tenth)."""
    of_fakes, of_real = ((np.abs(x) > 0.99).mean() for x in (fakes, real))
    return float(max(of_fakes - of_real, 0.0) / max(1.0 - of_real, 0.1))


def _plain(variable):
    return variable.value if isinstance(variable, keras.Variable) else variable


def _per_image(logits):
    def one(logits):
        logits = tf.cast(logits, "float32")
        return tf.reduce_mean(tf.reshape(logits, (tf.shape(logits)[0], -1)), axis=1)

    return over_maps(one, logits)


def _flat(images):
    return np.asarray(images, "float32").reshape(len(images), -1)


def _pair_distances(x):
    """Distances between all pairs of different rows."""
    squares = (x**2).sum(axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2.0 * x @ x.T, 0.0))
    return distances[np.triu_indices(len(x), 1)]


def _mean_distance(x):
    return float(_pair_distances(np.asarray(x, "float32")).mean()) if len(x) > 1 else 0.0


def _energy(x, y):
    """Unbiased energy distance between two samples; 0 for equal distributions."""
    squares = (x**2).sum(1)[:, None] + (y**2).sum(1) - 2.0 * x @ y.T
    between = np.sqrt(np.maximum(squares, 0.0)).mean()
    return float(2.0 * between - _mean_distance(x) - _mean_distance(y))


def _auc(real, fake):
    """How often a real image has the higher logit of a pair; ties count half."""
    difference = real[:, None] - fake
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())


def _baseline(loss):
    """The lowest loss of a discriminator whose output is the same for all images."""
    constants = tf.linspace(-2.0, 2.0, 81)
    baseline = min(float(loss.discriminator_loss(c[None], c[None])) for c in constants)
    # For Wasserstein and f-divergences it is 0, so a ratio to it has no meaning.
    return baseline if baseline > 1e-3 else None


def _shares(classifier, images):
    """Share of each class among the images of which the classifier is sure; None if these are too few."""
    p = np.asarray(tf.nn.softmax(classifier(tf.constant(images))))
    sure = p[p.max(axis=1) > 0.9]
    if len(sure) < 0.2 * len(p):
        return None
    return np.bincount(sure.argmax(axis=1), minlength=p.shape[1]) / len(sure)
