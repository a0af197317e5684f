"""Snapshots of two moving averages, of which any other is made afterwards."""

import pathlib

import keras
import numpy as np

from keras_gan.arguments import check_int
from keras_gan.post_hoc_ema import exponent, find


class PostHocEMA(keras.callbacks.Callback):
    """Keeps two power-function averages of the networks that have a moving average, and snapshots of them.

        theta_k(t) = b theta_k(t - d) + (1 - b) theta(t),   b = (1 - d / t)^(gamma_k + 1)

    How long an average suits a training shows at its end: `post_hoc_ema.reconstruct` then makes one of any length out of the
    snapshots, and `keras-gan ema` measures several. A `Checkpoint` beside it resumes it; after a monitor's rollback it goes on
    from the last snapshot before. t counts from the step at which it began.

    Args:
        folder: for the snapshots, `ema-STEP.npz`, each of twice the networks' size.
        lengths: floats, as in `post_hoc_ema.exponent`, all different. Default the paper's two.
        every_steps: int, between snapshots; one is made at the end of the training too. Default 1000.
        interval: int, d, steps between moves of the averages, which lie in the host's memory. Default 4.

    Raises:
        ValueError: for fewer than two lengths and impossible ones; when training begins, for a model without a moving average, a folder with
            snapshots of another training, and a resume with other lengths.

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
                f"`lengths` must be two or more, all different, of which others are made. Received: {lengths}"
            )
        self.every_steps = check_int(every_steps, "every_steps")
        self.interval = check_int(interval, "interval")
        # State, which a `Checkpoint` keeps: weights of each length behind each other, of which lengths, and the steps at which it began,
        # moved them and wrote them.
        self.averages, self.kept = [], []
        self.began = self.moved = self.written = 0

    def on_train_begin(self, logs=None):
        if not self.model.averaged or self.model.ema_decay is None:
            raise ValueError(
                f"{type(self.model).__name__} keeps no moving average of which others could be made."
            )
        self._ready = False

    def on_epoch_begin(self, epoch, logs=None):
        # Not earlier: a `Checkpoint` behind it in the list has resumed by now.
        if self._ready:
            return
        self._ready, step = True, self._step()
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.averages and self.kept != list(self.lengths):
            raise ValueError(
                f"The training that is resumed kept averages of lengths {self.kept}. Received: lengths={self.lengths}"
            )
        if not self.averages:
            if find(self.folder):
                raise ValueError(
                    f"{self.folder} has snapshots of another training: give another folder. To go on with that one, give the same "
                    "`PostHocEMA` object to `fit` again, or a `Checkpoint` beside it."
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
            # It would stay in the averages; who watches the training stops it, or goes back.
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
            return  # of several workers the chief writes
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
        """Take the averages of the last snapshot at or before a step to which the model was rolled back."""
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
        """Remove snapshots of a way that was left: what is trained again is written again."""
        for at, path in find(self.folder).items():
            if at > step:
                path.unlink()

    def _weights(self):
        """(name of the network, place, variable) of all that a snapshot holds."""
        for name in self.model.averaged:
            for i, variable in enumerate(getattr(self.model, name).weights):
                yield name, i, variable
