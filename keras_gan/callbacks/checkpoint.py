"""Checkpoints from which an interrupted training resumes bit-identically."""

import contextlib
import hashlib
import inspect
import json
import os
import pathlib
import re
import shutil
import warnings

import keras
import numpy as np

from keras_gan.arguments import check_int
from keras_gan.callbacks.stop_at_step import StopAtStep
from keras_gan.optimizer_state import adopting, inner, rate_of


class Checkpoint(keras.callbacks.Callback):
    """Saves the whole training, and resumes it in the next `fit` with the same directory.

    It saves the model (networks, EMA, both optimisers, counters, every seed generator), the
    position in the data, the history, the CSV file of a `CSVLogger` and the state of the other
    callbacks (`EarlyStopping`, `ReduceLROnPlateau`, ...). With data from `keras_gan.data` or arrays
    the resumed run is bit-identical to an uninterrupted one, from any step.

    Each checkpoint is a folder `step-00000123` with `model.keras`, which
    `keras.saving.load_model` opens too. It is written atomically, and verified by its SHA-256 when
    it is loaded; if it is damaged, the checkpoint before it is used, with a warning.

    If the learning rate (a number or a schedule) differs from the one the checkpointed run was compiled
    with, the new one is used and the optimiser's moments are kept. Other arguments of `compile` may change
    too. A warning lists everything that a resume overrides, ignores or loses.

    Args:
        directory: folder of the checkpoints.
        every_steps: int, to save every n generator steps and at each epoch's end; None saves only at
            each epoch's end.
        keep: int, number of newest checkpoints to keep. Default 3.
        monitor: name of a metric in the epoch's logs, such as "val_fid"; the checkpoint with its best
            value is kept too.
        mode: "min" or "max": whether the lowest or the highest value is best.
        resume: bool, whether `fit` resumes from the newest checkpoint in the directory.
            Default True; False removes the existing checkpoints.

    Attributes:
        save_and_stop: set it to True (for example in a signal handler) to end the training after the
            present step. A checkpoint is saved, other callbacks write what they write at the end of an
            epoch, and KeyboardInterrupt is raised.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (32, 28, 28, 1)).astype("float32")
    >>> checkpoint = keras_gan.callbacks.Checkpoint("/tmp/keras_gan_example/checkpoints", resume=False)
    >>> _ = gan.fit(images, epochs=1, callbacks=[checkpoint], verbose=0)
    >>> checkpoint.latest().name
    'step-00000001'
    """

    def __init__(self, directory, *, every_steps=None, keep=3, monitor=None, mode="min", resume=True):
        super().__init__()
        for name, value in (("every_steps", every_steps or 1), ("keep", keep)):
            check_int(value, name)
        if mode not in ("min", "max"):
            raise ValueError(f"`mode` must be 'min' or 'max'. Received: mode={mode!r}")
        self.directory = pathlib.Path(directory)
        self.every_steps = every_steps
        self.keep = keep
        self.monitor = monitor
        self.mode = mode
        self.resume = resume
        self.best = None
        self.pinned = None
        self.save_and_stop = False

    # === When to save ===

    def on_train_begin(self, logs=None):
        self.directory.mkdir(parents=True, exist_ok=True)
        self._session = self.model.session
        self._others = [c for c in self._session.callbacks if not isinstance(c, Checkpoint)]
        self._at_start = [_simple_state(c) for c in self._others]
        self._epoch = 0
        self._before_cut = None
        # The rates set by `compile` or later, read before a checkpoint's own replace them.
        self._rates = {player: rate_of(optimizer) for player, optimizer in self._optimizers().items()}
        if self.resume:
            self.restore()
        else:
            for old in (*self.folders(), *self.directory.glob("best.json")):
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        self._last_step = self._step()

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        step = self._step()
        due = self.every_steps and step // self.every_steps > self._last_step // self.every_steps
        self._last_step = step
        # `on_epoch_end` saves by itself, with the epoch's metrics.
        if self.save_and_stop:
            self.model.stop_training = self._session.stopped_by_hand = True
        if self._session.at_epoch_end:
            return
        if self.model.stop_training:
            self._before_cut = self._callbacks()
        elif due:
            self.save()

    def on_epoch_end(self, epoch, logs=None):
        self._epoch = epoch + 1 if self._session.at_epoch_end else epoch
        is_best = False
        if self.monitor is not None and not self.save_and_stop:
            if self.monitor not in (logs or {}):
                raise ValueError(
                    f"`monitor` must be a metric in the logs: {sorted(logs or {})}. "
                    f"Received: {self.monitor!r}"
                )
            value = float(logs[self.monitor])
            better = self.best is None or (value < self.best if self.mode == "min" else value > self.best)
            if better:
                self.best, is_best = value, True
        self.save(is_best)

    def on_train_end(self, logs=None):
        if self.save_and_stop:
            raise KeyboardInterrupt

    # === What is saved ===

    def save(self, is_best=False):
        """Write a checkpoint of the present state; return its folder.

        Raises:
            FloatingPointError: if a weight is NaN or infinite; earlier checkpoints are kept.
        """
        step = self._step()
        if not self.model.distribute_strategy.extended.should_checkpoint:
            return None  # with several workers only the chief writes
        for variable in self.model.weights:
            if not np.isfinite(variable.numpy()).all():
                if self._session.recover(variable.path, step):
                    return None
                raise FloatingPointError(
                    f"The weight {variable.path} is NaN or infinite at step {step}: no checkpoint is "
                    "written. Lower the learning rates, or clip gradients."
                )
        folder = self.directory / f"step-{step:08d}"
        partial = self.directory / f".{folder.name}.{os.getpid()}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        self.model.save(partial / "model.keras")
        arrays = {}
        for i, callback in enumerate(self._others):
            for name, values in _array_lists(callback).items():
                arrays.update({f"{i}/{name}/{j}": value for j, value in enumerate(values)})
        np.savez(partial / "callbacks.npz", **arrays)
        training = {
            "epoch": self._epoch,
            "step": step,
            "data": self._session.batches.identity,
            "weights": _shapes(self.model),
            "objective": _objective(self.model),
            "rates": self._rates,
            "callbacks": self._callbacks(),
            # For an epoch that was cut short: the callbacks' state before its `on_epoch_end`.
            "callbacks_before_cut": self._before_cut,
            # Stopped for good at an epoch's end, for example by `EarlyStopping`.
            "finished": bool(
                self.model.stop_training
                and self._session.at_epoch_end
                and not self.save_and_stop
                and not self._target_reached()
            ),
            "best": self.best,
        }
        (partial / "training.json").write_text(json.dumps(training))
        hashes = {path.name: _sha256(path) for path in sorted(partial.iterdir())}
        (partial / "sha256.json").write_text(json.dumps(hashes, indent=1))
        for path in partial.iterdir():
            _sync(path)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
        _sync_folder(self.directory)
        if is_best:
            pointer = self.directory / ".best.json.partial"
            pointer.write_text(json.dumps({"folder": folder.name, self.monitor: self.best}))
            pointer.replace(self.directory / "best.json")
        self._prune()
        return folder

    def _callbacks(self):
        return [
            {
                "class": type(callback).__name__,
                "state": {k: v for k, v in _simple_state(callback).items() if before.get(k, _MISSING) != v},
                "csv": _csv(callback),
            }
            for callback, before in zip(self._others, self._at_start, strict=True)
        ]

    def _target_reached(self):
        """Whether a `StopAtStep` of this `fit` has reached its number of steps."""
        return any(isinstance(c, StopAtStep) and c.is_reached(self.model) for c in self._others)

    def _prune(self):
        kept = [self.best_folder(), self.pinned]
        for folder in self.folders()[: -self.keep]:
            if folder not in kept:
                shutil.rmtree(folder, ignore_errors=True)
        for partial in self.directory.glob(f".step-*.{os.getpid()}.partial"):
            shutil.rmtree(partial, ignore_errors=True)

    def pin_latest(self):
        """Keep the newest checkpoint until another one is pinned."""
        self.pinned = next(iter(self.folders()[-1:]), None)

    def pinned_folder(self):
        """The pinned checkpoint if it is undamaged, else None."""
        whole = self.pinned is not None and find_damage(self.pinned) is None
        return self.pinned if whole else None

    def drop_after(self, folder):
        """Remove the checkpoints that are newer than a folder."""
        for later in self.folders():
            if _step_of(later) > _step_of(folder):
                if later == self.best_folder():
                    (self.directory / "best.json").unlink()
                    self.best = None
                shutil.rmtree(later)

    def folders(self):
        """Checkpoints in the directory, oldest first."""
        found = [path for path in self.directory.glob("step-*") if re.fullmatch(r"step-\d+", path.name)]
        return sorted(found, key=_step_of)

    def best_folder(self):
        """The checkpoint with the best monitored value, or None."""
        pointer = self.directory / "best.json"
        return self.directory / json.loads(pointer.read_text())["folder"] if pointer.exists() else None

    def latest(self):
        """The newest undamaged checkpoint, or None if there are no checkpoints.

        Raises:
            ValueError: if there are checkpoints and all are damaged.
        """
        folders = self.folders()
        for folder in reversed(folders):
            problem = find_damage(folder)
            if problem is None:
                return folder
            warnings.warn(f"{folder} is damaged ({problem}); the checkpoint before it is used.", stacklevel=2)
        if folders:
            raise ValueError(f"All checkpoints in {self.directory} are damaged. Remove them to start anew.")
        return None

    def latest_step(self):
        """The step of the newest checkpoint, 0 if there is none."""
        folder = self.latest() if self.directory.is_dir() else None
        return _step_of(folder) if folder else 0

    def restore(self):
        """Load the newest checkpoint into the model and the callbacks of this `fit`, if there is one."""
        folder = self.latest()
        if folder is None:
            return
        training = json.loads((folder / "training.json").read_text())
        self._check_data(folder, training["data"])
        if training["weights"] != _shapes(self.model):
            raise ValueError(
                f"{folder} belongs to other networks: their weights have other shapes. Use another "
                "directory, or pass resume=False."
            )
        said = self._load_model(folder, training)
        self.best = training["best"]
        self.model._initial_epoch = training["epoch"]
        callbacks = training["callbacks"]
        if training["finished"] or self._target_reached():
            self.model._initial_epoch = self.params["epochs"]
            print("Nothing is left to train.")
        elif training["callbacks_before_cut"]:
            callbacks = training["callbacks_before_cut"]
        said += self._load_callbacks(folder, callbacks)
        print(f"Resumed from {folder}: epoch {training['epoch'] + 1}, step {training['step']}.")
        if said:
            warnings.warn(f"Resumed from {folder}, but: {' '.join(said)}", stacklevel=2)

    def _check_data(self, folder, before):
        """Raise a ValueError if the checkpoint's order of the data does not apply to the present data."""
        now = self._session.batches.identity
        other = [
            f"{name} was {before.get(name)!r}, now {now.get(name)!r}"
            for name in sorted({*before, *now})
            if before.get(name) != now.get(name)
        ]
        if other:
            raise ValueError(
                f"{folder} belongs to another training, of other data or batches: {'; '.join(other)}. To "
                f"start a new training from its weights: `gan.load_weights({str(folder / 'model.keras')!r})` "
                "before `fit`, and a Checkpoint with another directory (on the command line, --init-from RUN "
                "and another --out). Or pass resume=False, which removes the checkpoints."
            )

    def _load_model(self, folder, training):
        """Load the weights and the optimisers' state; return a list of sentences on what has changed."""
        model, said = self.model, []
        before, now = training.get("objective", {}), _objective(model)
        changed = [name for name in now if name in before and before[name] != now[name]]
        if changed:
            listed = "; ".join(_difference(name, before.get(name), now[name]) for name in changed)
            said.append(f"it was trained with another objective: {listed}. It continues with the new one.")
        optimizers = self._optimizers()
        kinds = {player: _kind(before.get(f"{player}_optimizer")) for player in optimizers}
        with adopting(optimizers, kinds) as lost, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            model.load_weights(folder / "model.keras")
        said += [str(warning.message) for warning in caught if warning.category is UserWarning]
        for player in sorted(lost):
            said.append(
                f"The state of the {player}'s optimiser ({kinds[player]}: moments and step count) does not fit "
                f"{type(inner(optimizers[player])).__name__}, which begins anew, as does its schedule."
            )
        asked, rates = self._rates, training.get("rates")
        for player, optimizer in optimizers.items():
            restored = rate_of(optimizer)
            if rates is None:  # a checkpoint of an earlier release
                if isinstance(asked[player], float) and restored != asked[player]:
                    said.append(
                        f"The {player}'s learning rate is the checkpoint's, {restored:g}, not {asked[player]:g}: assign "
                        f"`gan.{player}_optimizer.learning_rate` after the first step to change it."
                    )
                continue
            # A schedule is not a variable and is not restored: the optimiser has the new one. What was used
            # before is in the checkpoint's `rates`.
            before = (
                restored
                if isinstance(rates[player], float) and isinstance(restored, float)
                else rates[player]
            )
            if asked[player] in (rates[player], before) or player in lost:
                continue
            if isinstance(asked[player], float):
                optimizer.learning_rate = asked[player]
            said.append(
                f"The {player}'s learning rate is {_rate(asked[player])}, as asked now; it was {_rate(before)}."
            )
        return said

    def _load_callbacks(self, folder, callbacks):
        """Restore the callbacks from saved ones of the same class; return sentences on unmatched ones."""
        places = list(enumerate(callbacks))
        partners, said = [], []
        for callback in self._others:
            found = next((p for p in places if p[1]["class"] == type(callback).__name__), None)
            partners.append((callback, found))
            if found:
                places.remove(found)
        new = [type(callback).__name__ for callback, found in partners if found is None]
        if new:
            said.append(f"New callbacks begin now: {', '.join(new)}.")
        if places:
            gone = ", ".join(saved["class"] for _, saved in places)
            said.append(f"The state of callbacks that are no longer there is left out: {gone}.")
        with np.load(folder / "callbacks.npz") as arrays:
            for callback, (i, saved) in (pair for pair in partners if pair[1] is not None):
                for name, value in saved["state"].items():
                    setattr(callback, name, value)
                for name in {key.split("/")[1] for key in arrays if key.startswith(f"{i}/")}:
                    count = sum(key.startswith(f"{i}/{name}/") for key in arrays)
                    setattr(callback, name, [arrays[f"{i}/{name}/{j}"] for j in range(count)])
                _restore_csv(callback, saved["csv"])
        return said

    def _optimizers(self):
        return self.model.optimizer.by_player

    def _step(self):
        return int(self.model.state.step.numpy())


# === State of other callbacks: attributes that have changed since training began ===

_MISSING = object()


def _simple_state(callback):
    """Attributes that JSON stores exactly, without those that the constructor sets."""
    # Keras' own callbacks keep state in private attributes too; `EarlyStopping` flips its `min_delta`.
    is_kerass = type(callback).__module__.startswith("keras.")
    arguments = inspect.signature(type(callback)).parameters
    return {
        name: json.loads(text)
        for name, value in vars(callback).items()
        if name not in arguments
        and name != "params"
        and (is_kerass or name[0] != "_")
        and (text := _as_json(value)) is not None
    }


def _as_json(value):
    try:
        return json.dumps(value, default=lambda v: v.item() if isinstance(v, np.generic) else _refuse())
    except (TypeError, ValueError):
        return None


def _shapes(model):
    return [list(variable.shape) for variable in model.weights]


def _objective(model):
    """The compiled objective and optimisers as text, which should be the same in a resumed training."""
    config = model.get_compile_config()
    for player in model.players:
        # The learning rate is left out: callbacks change it.
        optimizer = config.get(f"{player}_optimizer") or {}
        optimizer.get("config", {}).pop("learning_rate", None)
    names = [
        name
        for name in config
        if name not in ("metrics", "jit_compile", "run_eagerly", "steps_per_execution")
    ]
    config["ema_decay"] = model.get_config().get("ema_decay")
    return {name: json.dumps(config[name], sort_keys=True, default=str) for name in [*names, "ema_decay"]}


def _kind(text):
    """The class name of an optimiser in an objective's text, or None."""
    config = json.loads(text) if text else {}
    config = config.get("config", {}).get("inner_optimizer") or config
    return config.get("class_name")


def _difference(name, before, now):
    """A change of one part of the objective as text: `loss was HingeLoss(), now MinimaxLoss()`."""
    before, now = (json.loads(text) if text else None for text in (before, now))
    if _class_of(before) == _class_of(now) is not None:
        # If the class is the same, only the arguments that changed.
        changed = [key for key in now["config"] if before["config"].get(key) != now["config"][key]]
        before, now = (
            {**part, "config": {key: part["config"].get(key) for key in changed}} for part in (before, now)
        )
    elif name.endswith("optimizer"):
        before, now = ({**part, "config": {}} for part in (before, now))
    return f"{name} was {_short(before)}, now {_short(now)}"


def _class_of(part):
    return part.get("class_name") if isinstance(part, dict) else None


def _short(value):
    if _class_of(value):
        return f"{value['class_name']}({', '.join(f'{k}={_short(v)}' for k, v in value['config'].items())})"
    return f"[{', '.join(map(_short, value))}]" if isinstance(value, list) else repr(value)


def _rate(rate):
    return f"{rate:g}" if isinstance(rate, float) else f"the schedule {_short(rate)}"


def _refuse():
    raise TypeError


def _array_lists(callback):
    """Attributes that are lists of arrays, such as the best weights of `EarlyStopping`."""
    return {
        name: value
        for name, value in vars(callback).items()
        if isinstance(value, list) and value and all(isinstance(v, np.ndarray) for v in value)
    }


def _csv(callback):
    if not isinstance(callback, keras.callbacks.CSVLogger):
        return None
    callback.csv_file.flush()
    with open(callback.filename, newline="") as file:
        return file.read()


def _restore_csv(callback, text):
    if text is not None:
        callback.csv_file.seek(0)
        callback.csv_file.truncate()
        callback.csv_file.write(text)
        callback.csv_file.flush()
        callback.append_header = not text


# === Files ===


def find_damage(folder):
    """Return what is wrong with a checkpoint's files, or None."""
    manifest = folder / "sha256.json"
    try:
        hashes = json.loads(manifest.read_text())
        for name, expected in hashes.items():
            if _sha256(folder / name) != expected:
                return f"{name} is not what was written"
    except (OSError, ValueError) as error:
        return str(error)
    return None


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _step_of(folder):
    return int(folder.name.removeprefix("step-"))


def _sync(path):
    """Flush a file to the disk."""
    # Windows flushes only files that are open for writing.
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(path):
    """Flush a folder's entries to the disk, if the system opens folders (Windows does not)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
