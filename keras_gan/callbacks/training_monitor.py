"""A callback that detects failures of the training and the step at which they began, and suggests fixes."""

import dataclasses
import json
import pathlib
import warnings

import keras
import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.callbacks.checkpoint import Checkpoint
from keras_gan.callbacks.failures import FAILURES, Finding, all_is_well, find
from keras_gan.callbacks.latent_probe import LatentProbe
from keras_gan.callbacks.probe import Probe
from keras_gan.data.batches import unpack
from keras_gan.data.images import from_uint8
from keras_gan.features.extractor import get as get_extractor

ACTIONS = ("warn", "stop", "rollback")


class TrainingMonitor(keras.callbacks.Callback):
    """Checks a fixed batch at intervals, detects mode collapse and twelve other failures, and suggests fixes.

    It measures how well the discriminator separates real from generated images, the norms of both players'
    gradients, the diversity of generated images in pixels and features (and within classes, and
    over the classes of a classifier), the distance to real images, the discriminator's logits of
    held-out images, saturation, and the EMA against the raw generator. The measurements are logged as
    `monitor_...` at each epoch's end. A check changes nothing in the training. The schedule of checks depends
    only on the number of steps, so that a resumed run has the same history: every `every` steps, less often
    if checks would take more than `budget` of the computation, and with intervals of at least a hundredth of
    the steps so far.

    Failures: NaN in training, exploding gradients, saturated images, a discriminator that is too
    strong or too weak or over-fits, a vanishing generator gradient, mode collapse, lost modes, a
    missing class, an EMA far from its generator, oscillation. For a `VAE` or `VAEGAN` it measures the
    divergence of the posterior from the prior for each latent unit, and reports collapsed units, which carry
    no information about any image.

    Args:
        action: "warn"; "stop" ends the training; "rollback" restores the checkpoint (of a
            `Checkpoint` among the callbacks) that was the newest at the last check without a failure,
            halves both learning rates and continues, at most three times.
        every: int, minimum number of generator steps before and between checks. Default 50.
        budget: float, largest share of the training's computation that checks may take, from the cost in
            steps of a check of `samples` images. Default 0.02; None checks every `every` steps.
        samples: int, number of images in a check. Default 128.
        real: training images, array or dict as in `fit`. Default: images of `fit`'s data; for data sets that
            are not from `keras_gan.data` the first ones.
        held_out: images that are not trained on, to detect over-fitting. Default: `fit`'s validation data.
        classifier: `keras_gan.metrics.Extractor` of class logits, to detect missing classes; such as
            `train_extractor(...).classifier`.
        log: path of a file to which each check and finding is appended (JSON lines).

    Attributes:
        looks: list of dicts, the measurements of each check.
        findings: list of `Finding` (name, began, found, evidence, cure).

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (64, 28, 28, 1)).astype("float32")
    >>> monitor = keras_gan.callbacks.TrainingMonitor(every=1, samples=16)
    >>> history = gan.fit(images, epochs=1, callbacks=[monitor], verbose=0).history
    >>> len(monitor.looks) > 0, "monitor_d_auc" in history
    (True, True)
    """

    # Minimum number of images for a meaningful check.
    FEWEST = 8

    def __init__(
        self,
        action="warn",
        *,
        every=50,
        budget=0.02,
        samples=128,
        real=None,
        held_out=None,
        classifier=None,
        log=None,
    ):
        super().__init__()
        if action not in ACTIONS:
            raise ValueError(f"`action` must be one of {ACTIONS}. Received: {action!r}")
        for name, value, least in (("every", every, 1), ("samples", samples, 8)):
            check_int(value, name, least)
        if budget is not None and not 0 < budget <= 1:
            raise ValueError(f"`budget` must be in (0, 1], or None. Received: {budget!r}")
        self.action, self.every, self.budget, self.samples = action, every, budget, samples
        self.real, self.held_out, self.log = real, held_out, log
        self.classifier = None if classifier is None else get_extractor(classifier)
        # Plain lists and dicts: checkpoints save attributes as JSON.
        self.looks, self.found, self.rollbacks = [], [], 0
        # Generated images of the last check, a list of one array; a checkpoint saves it.
        self.before = []

    @property
    def findings(self):
        return [Finding(**finding) for finding in self.found]

    def on_train_begin(self, logs=None):
        model = self.model
        if model.distribute_strategy.num_replicas_in_sync > 1:
            raise ValueError("TrainingMonitor works on one device: leave it out under a strategy.")
        if not hasattr(model, "turn_of") and not hasattr(model, "unit_divergences"):
            raise ValueError(
                "TrainingMonitor needs a GAN, whose discriminator it reads, or a VAE. Received: "
                f"{type(model).__name__}. Remove the callback and pass `validation_data` and metrics."
            )
        if model.from_images:
            raise ValueError(
                f"TrainingMonitor checks images made from latents, and {type(model).__name__} makes them "
                "from images: leave it out, and validate with metrics (PSNR, FrechetDistance)."
            )
        session = model.session
        self._batches = batches = session.batches
        given = session.held_out.arrays if self.held_out is None else self.held_out
        self._held_out = _batch(given, session.held_out.stream, self.samples, model)
        if self.classifier is not None:
            self.classifier.check(model.image_shape)
        real, self._probe = _batch(self.real, batches.stream, self.samples, model), None
        self._batch_size = batches.batch_size
        if real is not None:
            self._prepare(real)
        elif self._batch_size is None:
            raise ValueError(
                "TrainingMonitor needs batches of one known size (for a tf.data set: `.batch(n, "
                "drop_remainder=True)`), or images of its own: `TrainingMonitor(real=images)`, with labels "
                "`real=(images, labels)`."
            )
        else:
            batches.first.keep(self._count_of_first())
        self._checkpoint = session.callback(Checkpoint)
        if self.action == "rollback" and self._checkpoint is None:
            raise ValueError(
                "`action='rollback'` needs a `keras_gan.callbacks.Checkpoint` among the callbacks."
            )
        self._next = None

    def _prepare(self, real):
        """Create the probe from a dict of training images, and compute the interval between checks."""
        if hasattr(self.model, "unit_divergences"):
            self._probe = LatentProbe(self.model, real, self._batch_size)
        else:
            self._probe = Probe(self.model, real, self._held_out, self.classifier, self._batch_size)
        # A check generates and scores the images in parts of a batch, and computes both gradients once. The
        # cost in training steps was measured on the DCGAN of the default recipe and on an MLP of vectors
        # (benchmarks/monitor.py --cost). A clock would give a resumed run another history.
        parts = -(-self._probe.count // self._probe.batch_size)
        cost = 3.6 + 1.6 * parts
        self._gap = self.every if self.budget is None else max(self.every, int(np.ceil(cost / self.budget)))

    def _count_of_first(self):
        return -(-self.samples // self._batch_size)

    def _next_after(self, step):
        """The first step after one at which it checks: a function of the step alone."""
        due = self.every
        while due <= step:
            due += max(self._gap, 0 if self.budget is None else due // 100)
        return due

    def on_epoch_begin(self, epoch, logs=None):
        # Not in `on_train_begin`: a checkpoint may be restored after it.
        if self._next is None:
            self._cut_log()
            self._began = self._step()
            if self._probe is not None:
                self._next = self._next_after(self._began)

    def on_train_batch_end(self, batch, logs=None):
        step = self._step()
        if self._probe is None:
            # With a plain data set, wait until the first batches have been trained on.
            first = self._batches.first.batches
            if step - self._began < self._count_of_first() or len(first) < self._count_of_first():
                return
            real = {name: np.concatenate([b[name] for b in first])[: self.samples] for name in first[0]}
            self._prepare(_batch(real, None, self.samples, self.model))
            self._next = self._next_after(step - 1)
        if step < self._next:
            return
        self.look()
        if self._step() == step:
            self._next = self._next_after(step)

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            last = self.looks[-1] if self.looks else {}
            logged = (LatentProbe if hasattr(self.model, "unit_divergences") else Probe).logged
            logs.update({f"monitor_{name}": last.get(name, float("nan")) for name in logged})

    def look(self):
        """Check now: append to `looks`, act on new findings and return them."""
        figures, self.before = self._probe(self.before)
        look = {"step": self._step(), **figures, "noise": self._probe.noise}
        self.looks.append(look)
        self._write({"look": look})
        if self._checkpoint is not None and all_is_well(self.looks, self._probe.failures):
            # A rollback restores this checkpoint.
            self._checkpoint.pin_latest()
        named = [finding["name"] for finding in self.found]
        new = [finding for finding in find(self.looks, self._probe.failures) if finding.name not in named]
        for finding in new:
            self._report(finding)
        if new and self.action != "warn":
            self._act()
        return new

    def recover(self, name, step):
        """Report a value that became NaN; return whether the training was rolled back and can continue."""
        failure = next(failure for failure in FAILURES if failure.name == "NaN in training")
        evidence = f"`{name}` became NaN or infinite."
        self._report(Finding(failure.name, step, step, evidence, failure.cure))
        return self.action == "rollback" and self._act()

    def _report(self, finding):
        self.found.append(dataclasses.asdict(finding))
        self._write({"finding": self.found[-1]})
        warnings.warn(f"TrainingMonitor: {finding}", stacklevel=2)

    def _act(self):
        """Stop, or restore the last checkpoint without a failure; return whether the training continues."""
        if self.action == "rollback" and self.rollbacks < 3:
            folder = self._checkpoint.pinned_folder()
            rates = [o.learning_rate for o in self.model.optimizer.optimizers]
            if folder is not None and all(isinstance(rate, keras.Variable) for rate in rates):
                self._roll_back(folder)
                return True
            why = "learning rates follow a schedule" if folder else "there is no checkpoint of a good step"
            warnings.warn(f"TrainingMonitor cannot roll back: {why}. The training stops.", stacklevel=2)
        self.model.stop_training = True
        return False

    def _roll_back(self, folder):
        model, state = self.model, self.model.state
        # The position in the data stays; everything else is restored.
        place = [(v, v.numpy()) for v in (state.epoch, state.epoch_position)]
        rates = [float(o.learning_rate.numpy()) for o in model.optimizer.optimizers]
        model.load_weights(folder / "model.keras")
        for variable, value in place:
            variable.assign(value)
        state.first_bad.assign([0, 0])
        for optimizer, rate in zip(model.optimizer.optimizers, rates, strict=True):
            optimizer.learning_rate.assign(rate / 2)
        self._checkpoint.drop_after(folder)
        self.rollbacks += 1
        step = self._step()
        # Checks and findings after this step belong to the discarded part of the training.
        self.looks = [look for look in self.looks if look["step"] <= step]
        self.found = []
        self._next = self._next_after(step)
        self.before = []
        print(f"Rolled back to step {step}; learning rates are now {[rate / 2 for rate in rates]}.")
        self._write({"rollback": {"to": step}})

    def _step(self):
        return int(self.model.state.step.numpy())

    def _cut_log(self):
        """Remove rows that were logged after the step at which the training resumes."""
        path = pathlib.Path(self.log) if self.log is not None else None
        if path is not None and path.exists():
            rows = [json.loads(line) for line in path.read_text().splitlines()]
            kept = [row for row in rows if _step_of(row) <= self._step()]
            path.write_text("".join(json.dumps(row) + "\n" for row in kept))

    def _write(self, row):
        if self.log is not None:
            path = pathlib.Path(self.log)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a") as file:
                file.write(json.dumps(row) + "\n")


def _step_of(row):
    """The step of a row of the log."""
    ((kind, content),) = row.items()
    return content[{"look": "step", "finding": "found", "rollback": "to"}[kind]]


def _evenly(size, samples):
    """Indices spread evenly over the data, which may be sorted by class."""
    return np.linspace(0, size - 1, min(samples, size)).round().astype("int64")


def _batch(given, stream, samples, model):
    """A dict of a fixed batch, from the given data or from a stream; None without either."""
    if given is not None:
        batch = {name: np.asarray(value) for name, value in unpack(given, keys=None).items()}
        chosen = _evenly(len(batch["image"]), samples)
        batch = {name: value[chosen] for name, value in batch.items()}
        if batch["image"].dtype == np.uint8:
            batch["image"] = from_uint8(batch["image"]).numpy()
    elif stream is not None:
        indices = tf.constant(_evenly(stream.size, samples))
        given = unpack(stream.structure(stream.rows_at(indices)), keys=None)
        batch = {name: np.asarray(value) for name, value in given.items()}
    else:
        return None
    if len(batch["image"]) < TrainingMonitor.FEWEST or tuple(batch["image"].shape[1:]) != model.image_shape:
        raise ValueError(
            f"TrainingMonitor needs at least {TrainingMonitor.FEWEST} images of shape {model.image_shape}. "
            f"Received: {batch['image'].shape}"
        )
    specs = {name: tf.TensorSpec(value.shape, value.dtype) for name, value in batch.items()}
    if model.condition is not None:
        model.condition.check(specs, "TrainingMonitor's images")
    return {name: value for name, value in batch.items() if name != "sample_weight"}
