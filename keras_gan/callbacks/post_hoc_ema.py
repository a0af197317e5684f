"""Snapshots of two moving averages, from which an average of any length is computed afterwards."""

import pathlib

import keras
import numpy as np

from keras_gan.arguments import check_int
from keras_gan.post_hoc_ema import exponent, find


class PostHocEMA(keras.callbacks.Callback):
    """Keeps two power-function averages of the networks that have a moving average, and saves snapshots.

        theta_k(t) = b theta_k(t - d) + (1 - b) theta(t),   b = (1 - d / t)^(gamma_k + 1)

    The best length of an average is only known after training: `post_hoc_ema.reconstruct` then computes an
    average of any length from the snapshots, and `keras-gan ema` measures several. A `Checkpoint` in the same
    `fit` saves and resumes the averages; after a rollback by a `TrainingMonitor` they continue from the last
    snapshot before it. t counts from the step at which the averages began.

    Args:
        folder: for the snapshots, `ema-STEP.npz`, each of twice the networks' size.
        lengths: floats, as in `post_hoc_ema.exponent`, all different. Default: the paper's two.
        every_steps: int, steps between snapshots; one is made at the end of training too. Default 1000.
        interval: int, d, steps between updates of the averages, which are in the host's memory. Default 4.

    Raises:
        ValueError: for fewer than two lengths and invalid ones; when training begins, for a model without
            a moving average, a folder with snapshots of another training, and a resume with other lengths.

    Example:
    >>> import tempfile
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2))
    >>> gan.compile()
    >>> folder = tempfile.mkdtemp()
    >>> keep = keras_gan.callbacks.PostHocEMA(folder, every_steps=4, interval=1)
    >>> _ = gan.fit(np.random.normal(size=(512, 2)).astype("float32"), callbacks=[keep], verbose=0)
    >>> list(keras_gan.post_hoc_ema.snapshots(folder))
    [4, 8, 12, 16]

    Reference: Karras et al., "Analyzing and Improving the Training Dynamics of Diffusion Models", 2024, section 3,
    https://arxiv.org/abs/2312.02696
    """

    def __init__(self, folder, lengths=(0.05, 0.1), every_steps=1000, interval=4):
        super().__init__()
        if not isinstance(lengths, (list, tuple)):
            raise ValueError(f"`lengths` must be a list of floats. Received: {lengths!r}")
        self.folder, self.lengths = pathlib.Path(folder), tuple(lengths)
        self._exponents = [exponent(length) for length in self.lengths]
        if not 2 <= len(set(self.lengths)) == len(self.lengths):
            raise ValueError(
                "`lengths` must be two or more, all different: others are computed from them. "
                f"Received: {lengths}"
            )
        self.every_steps = check_int(every_steps, "every_steps")
        self.interval = check_int(interval, "interval")
        # State, which a `Checkpoint` saves: the averaged weights, one length after the other, the lengths,
        # and the steps at which the averages began, were last updated and last written.
        self.averages, self.kept = [], []
        self.began = self.moved = self.written = 0

    def on_train_begin(self, logs=None):
        if not self.model.averaged or self.model.ema_decay is None:
            raise ValueError(
                f"{type(self.model).__name__} keeps no moving average from which others could be computed."
            )
        self._ready = False

    def on_epoch_begin(self, epoch, logs=None):
        # Not in `on_train_begin`: a `Checkpoint` later in the list resumes there.
        if self._ready:
            return
        self._ready, step = True, self._step()
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.averages and self.kept != list(self.lengths):
            raise ValueError(
                f"The resumed training kept averages of lengths {self.kept}. Received: lengths={self.lengths}"
            )
        if not self.averages:
            if find(self.folder):
                raise ValueError(
                    f"{self.folder} has snapshots of another training: use another folder. To continue that "
                    "training, pass the same `PostHocEMA` object to `fit` again, or a `Checkpoint` with it."
                )
            self.began = self.moved = self.written = step
            self.kept = list(self.lengths)
        self._drop_after(step)

    def on_train_batch_end(self, batch, logs=None):
        step = self._step()
        if step < self.moved:
            self._go_back(step)
        if step - self.moved >= self.interval:
            self._move(step)
        if step // self.every_steps > self.written // self.every_steps:
            self._write(step)

    def on_train_end(self, logs=None):
        step = self._step()
        if step > self.written:
            self._write(step)

    def _step(self):
        return int(self.model.state.step.numpy())

    def _move(self, step):
        now = [v.numpy().astype("float32") for _, _, v in self._weights() if v.trainable]
        if not all(np.isfinite(array).all() for array in now):
            # NaN would stay in the averages. Other callbacks stop the training, or roll it back.
            return
        if not self.averages:
            self.averages = [array.copy() for _ in self.lengths for array in now]
        for k, gamma in enumerate(self._exponents):
            share = np.float32(1.0 - ((self.moved - self.began) / (step - self.began)) ** (gamma + 1.0))
            of_length = self.averages[k * len(now) : (k + 1) * len(now)]
            for average, array in zip(of_length, now, strict=True):
                average += share * (array - average)
        self.moved = step

    def _write(self, step):
        if self.moved < step:
            self._move(step)
        self.written = step
        if not self.averages or not self.model.distribute_strategy.extended.should_checkpoint:
            return  # with several workers only the chief writes
        arrays, place = {"lengths": np.asarray(self.lengths), "began": np.asarray(self.began)}, 0
        count = len(self.averages) // len(self.lengths)
        for name, i, variable in self._weights():
            if variable.trainable:
                for k in range(len(self.lengths)):
                    arrays[f"{name}/{i}/{k}"] = self.averages[k * count + place]
                place += 1
            else:
                arrays[f"{name}/{i}/last"] = variable.numpy()
        partial = self.folder / f".ema-{step:08d}.npz"
        np.savez(partial, **arrays)
        partial.replace(self.folder / f"ema-{step:08d}.npz")

    def _go_back(self, step):
        """Load the averages of the last snapshot at or before the step to which the model was rolled back."""
        self._drop_after(step)
        before = find(self.folder)
        self.averages, self.moved = [], step
        if before:
            self.moved = max(before)
            with np.load(before[self.moved]) as arrays:
                places = [(name, i) for name, i, v in self._weights() if v.trainable]
                self.averages = [
                    arrays[f"{name}/{i}/{k}"] for k in range(len(self.lengths)) for name, i in places
                ]
        else:
            self.began = step
        self.written = self.moved

    def _drop_after(self, step):
        """Remove the snapshots after a step, from which the training is repeated."""
        for at, path in find(self.folder).items():
            if at > step:
                path.unlink()

    def _weights(self):
        """(name of the network, index, variable) of everything that a snapshot contains."""
        for name in self.model.averaged:
            for i, variable in enumerate(getattr(self.model, name).weights):
                yield name, i, variable
