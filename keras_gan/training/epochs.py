"""The callback that `fit` always adds: it sets the data's order and checks for NaN."""

import warnings

import keras
import numpy as np

from keras_gan.callbacks.checkpoint import Checkpoint

# The loss scale begins at 32768; below this limit, 21 more steps were skipped than made.
LEAST_LOSS_SCALE = 2.0**-6


class Epochs(keras.callbacks.Callback):
    """Sets the data's epoch, counts epochs, and stops training at the first metric that is NaN or infinite.

    It is the first callback in the list, so that files saved by later callbacks include the finished epoch,
    and nothing is saved after a NaN.

    Args:
        batches: `keras_gan.data.batches.TrainingBatches`.
    """

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def set_params(self, params):
        # All callbacks, including the progress bar, share this dict.
        params["steps"] = self.batches.steps_per_epoch or params.get("steps")
        super().set_params(params)

    def on_train_begin(self, logs=None):
        # A callback that restores a checkpoint does so after this.
        self.model._initial_epoch = None
        state = self.model.state
        if not state.just_loaded and int(state.epoch_position.numpy()):
            # The previous `fit` was interrupted: the rest of its epoch is skipped.
            self._next_epoch()
        state.first_bad.assign([0, 0])

    def on_epoch_begin(self, epoch, logs=None):
        state = self.model.state
        state.just_loaded = False
        self.model.session.at_epoch_end = False
        if self.batches.steps_per_epoch and int(state.epoch_position.numpy()) >= self.batches.steps_per_epoch:
            self._next_epoch()
        begun = self.batches.start(int(state.epoch.numpy()), int(state.epoch_position.numpy()))
        state.epoch_position.assign(begun)
        self.first_step = int(state.epoch_position.numpy())

    def on_train_batch_begin(self, batch, logs=None):
        self.model.enter_stage()

    def on_train_batch_end(self, batch, logs=None):
        self._check_loss_scales()
        if logs and not all(np.isfinite(value).all() for value in logs.values()):
            step, index = self.model.state.first_bad.numpy()
            name = self.model.figure_names[index] if step else "a metric"
            # Every callback with `recover` is called; if one rolled back, training continues.
            if self.model.session.recover(name, int(step)):
                return
            raise FloatingPointError(
                f"`{name}` became NaN or infinite at step {step}. The training stopped; checkpoints "
                f"saved before are as they were. Lower the learning rates{self._penalty()}, clip gradients "
                "(`global_clipnorm=1.0` in the optimisers), or compute in float32 or bfloat16 instead of float16."
            )
        steps = self.batches.steps_per_epoch
        self.model.session.at_epoch_end = steps is not None and self.first_step + batch + 1 >= steps

    def _check_loss_scales(self):
        """Stop if float16 gradients stay infinite.

        Otherwise Keras halves the loss scale down to 0, and then the weights become NaN.
        """
        for player in reversed(self.model.players):
            optimizer = self.model.optimizer_of(player)
            if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
                continue
            scale = float(optimizer.dynamic_scale.numpy())
            if scale < LEAST_LOSS_SCALE:
                step = int(self.model.state.step.numpy())
                raise FloatingPointError(
                    f"The {player}'s gradients in float16 were infinite or NaN so often that the loss scale fell to {scale:g} at "
                    f"step {step}: nothing is learnt any more. The training stopped; checkpoints saved before are as they "
                    f"were. Compute in bfloat16 (`mixed_bfloat16`) or float32, or lower the learning rates{self._penalty()}."
                )

    def _penalty(self):
        gan = "discriminator" in self.model.players
        return ", add a penalty on the discriminator (`regularizers=['r1']`)" if gan else ""

    def on_epoch_end(self, epoch, logs=None):
        made = int(self.model.state.epoch_position.numpy()) - self.first_step
        wanted = (self.batches.steps_per_epoch or 0) - self.first_step
        if made < wanted and not self.model.stop_training and not self.batches.stream:
            warnings.warn(
                f"{self.batches.name} ended after {made} of the {wanted} steps of epoch {epoch + 1}: `steps_per_epoch` asks for "
                "more than it has.",
                stacklevel=2,
            )
        # An epoch that was cut short (`StopAtStep`) stays open: further steps continue it. If the order of
        # the data is not known, an epoch stays open only if it was stopped by hand, and it starts from the
        # beginning.
        if not self.batches.stream and not self.model.session.stopped_by_hand:
            self.model.session.at_epoch_end = True
        if self.model.session.at_epoch_end:
            self._next_epoch()

    def _next_epoch(self):
        self.model.state.epoch.assign_add(1)
        self.model.state.epoch_position.assign(0)


def in_order(batches, callbacks):
    """All callbacks of a `fit`: `Epochs` first, checkpoints last, after the others have run."""
    callbacks = list(getattr(callbacks, "callbacks", callbacks or []))
    checkpoints = [c for c in callbacks if isinstance(c, Checkpoint)]
    others = [c for c in callbacks if c not in checkpoints]
    if not any(isinstance(c, keras.callbacks.History) for c in others):
        others.append(keras.callbacks.History())
    return [Epochs(batches), *others, *checkpoints]
