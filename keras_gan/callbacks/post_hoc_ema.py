"""Snapshots of two moving averages, of which any other is made afterwards."""

import pathlib

import keras
import numpy as np

from keras_gan.arguments import check_int
from keras_gan.post_hoc_ema import exponent


class PostHocEMA(keras.callbacks.Callback):
    """Keeps two power-function averages of the networks that have a moving average, and snapshots of them.

        theta_k(t) = b theta_k(t - d) + (1 - b) theta(t),   b = (1 - d / t)^(gamma_k + 1)

    How long an average suits a training shows at its end: `post_hoc_ema.reconstruct` then makes one of any length out of the snapshots,
    and `keras-gan ema` looks for the best. A `Checkpoint` beside it resumes it.

    Args:
        folder: for the snapshots, `ema-STEP.npz`, each of twice the networks' size.
        lengths: floats, as in `post_hoc_ema.exponent`. Default the paper's two.
        every_steps: int, between snapshots; one is made at the end of the training too. Default 1000.
        interval: int, d, steps between moves of the averages, which lie in the host's memory. Default 4.

    Raises:
        ValueError: for fewer than two lengths, impossible ones, and a model without a moving average.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2))
    >>> gan.compile()
    >>> keep = keras_gan.callbacks.PostHocEMA("/tmp/keras_gan_ema", every_steps=4, interval=1)
    >>> _ = gan.fit(np.random.normal(size=(512, 2)).astype("float32"), callbacks=[keep], verbose=0)
    >>> list(keras_gan.post_hoc_ema.snapshots("/tmp/keras_gan_ema"))
    [4, 8, 12, 16]

    Reference: Karras et al., "Analyzing and Improving the Training Dynamics of Diffusion Models", 2024, section 3,
    https://arxiv.org/abs/2312.02696
    """

    def __init__(self, folder, lengths=(0.05, 0.1), every_steps=1000, interval=4):
        super().__init__()
        self.folder, self.lengths = pathlib.Path(folder), tuple(lengths)
        self._exponents = [exponent(length) for length in self.lengths]
        if len(set(self.lengths)) < 2:
            raise ValueError(f"`lengths` must be two or more, of which others are made. Received: {lengths}")
        self.every_steps = check_int(every_steps, "every_steps")
        self.interval = check_int(interval, "interval")
        # State, which a `Checkpoint` keeps: weights of each length behind each other, and of which step.
        self.averages, self.moved, self.written = [], 0, 0

    def on_train_begin(self, logs=None):
        if not self.model.averaged:
            raise ValueError(f"{type(self.model).__name__} has no network of which averages are kept.")
        self.folder.mkdir(parents=True, exist_ok=True)

    def on_train_batch_end(self, batch, logs=None):
        step = int(self.model.state.step.numpy())
        if step - self.moved >= self.interval:
            self._move(step)
        if step // self.every_steps > self.written // self.every_steps:
            self._write(step)

    def on_train_end(self, logs=None):
        step = int(self.model.state.step.numpy())
        if step > self.written:
            self._write(step)

    def _move(self, step):
        now = [v.numpy().astype("float32") for _, _, v in self._weights() if v.trainable]
        if not self.averages:
            self.averages = [array.copy() for _ in self.lengths for array in now]
        for k, gamma in enumerate(self._exponents):
            share = np.float32(1.0 - (self.moved / step) ** (gamma + 1.0))
            for average, array in zip(self.averages[k * len(now) :], now, strict=False):
                average += share * (array - average)
        self.moved = step

    def _write(self, step):
        if self.moved < step:
            self._move(step)
        arrays, place = {"lengths": np.asarray(self.lengths)}, 0
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
        self.written = step

    def _weights(self):
        """(name of the network, place, variable) of all that a snapshot holds."""
        for name in self.model.averaged:
            for i, variable in enumerate(getattr(self.model, name).weights):
                yield name, i, variable
