"""Progress of a whole training, with the remaining time."""

import time

import keras

from keras_gan.clock import clock


class Progress(keras.callbacks.Callback):
    """Shows steps done, losses, elapsed time and remaining time, over all epochs.

    On a terminal it shows a live bar (rich); elsewhere, as in a log file, it prints a line at every tenth
    of the steps. After each epoch it prints the metrics of the held-out data, if `compile(metrics=)` has any.

    Args:
        steps: int, total number of steps, counted from the model's first.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (64, 28, 28, 1)).astype("float32")
    >>> progress = keras_gan.callbacks.Progress(steps=2)
    >>> _ = gan.fit(images, epochs=1, callbacks=[progress], verbose=0)  # doctest: +ELLIPSIS
    step 1/2...
    step 2/2...
    """

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def on_train_begin(self, logs=None):
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        # Underscores: a checkpoint should not restore any of this.
        self._console = Console()
        self._began, self._first, self._shown = None, 0, 0
        self._bar = self._task = None
        if self._console.is_terminal:
            self._bar = Bar(
                TextColumn("step {task.completed:.0f}/{task.total:.0f}"),
                BarColumn(),
                TextColumn("{task.fields[losses]}"),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(elapsed_when_finished=True),
                console=self._console,
            )

    def on_train_batch_end(self, batch, logs=None):
        step, now = int(self.model.state.step.numpy()), time.monotonic()
        if self._began is None:
            # The first step compiles, so its time is not used to estimate the speed.
            self._began, self._first = now, step
            if self._bar is not None:
                self._bar.start()
                self._task = self._bar.add_task("", total=self.steps, completed=step, losses="")
        losses = "  ".join(
            f"{name} {logs[name]:.3f}"
            for name in map(self.model.loss_name, self.model.players)
            if name in logs
        )
        if self._bar is not None:
            self._bar.update(self._task, completed=step, losses=losses)
        elif step == self._first or step >= self.steps or step * 10 // self.steps > self._shown:
            self._shown = step * 10 // self.steps
            passed = now - self._began
            left = passed / (step - self._first) * (self.steps - step) if step > self._first else None
            print(
                f"step {step}/{self.steps}  {losses}  {clock(passed)} passed"
                + (f", {clock(left)} left" if left is not None and step < self.steps else ""),
                flush=True,
            )

    def on_epoch_end(self, epoch, logs=None):
        # Metrics are what the user waits for; losses of held-out data are in the history.
        of_losses = {f"val_{name}" for name in self.model.validation_names}
        found = [name for name in logs or {} if name.startswith("val_") and name not in of_losses]
        if found:
            values = "  ".join(f"{name} {logs[name]:.4g}" for name in found)
            self._console.print(f"epoch {epoch + 1}  {values}", highlight=False, markup=False, soft_wrap=True)

    def on_train_end(self, logs=None):
        self.stop()

    def stop(self):
        """Remove the bar from the terminal, for code that interrupts a training."""
        if self._bar is not None:
            self._bar.stop()
