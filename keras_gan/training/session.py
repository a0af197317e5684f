"""The data and callbacks of one `fit`."""

import dataclasses

import numpy as np


@dataclasses.dataclass
class HeldOut:
    """The held-out data of a `fit`; at most one of the three attributes is set.

    Attributes:
        stream: `keras_gan.data.stream.Stream`, from a data set of keras_gan.data.
        arrays: a dict of checked arrays.
        batches: any other `tf.data.Dataset`, with checked batches.
    """

    stream: object = None
    arrays: object = None
    batches: object = None

    @property
    def class_names(self):
        return None if self.stream is None else self.stream.class_names


@dataclasses.dataclass
class FitSession:
    """Data and callbacks of a running `fit`; callbacks read it as `model.session`, otherwise `None`.

    Attributes:
        batches: `keras_gan.data.batches.TrainingBatches`.
        held_out: `HeldOut`.
        callbacks: all callbacks, in order.
        at_epoch_end: whether the last step made was the last one of an epoch.
        stopped_by_hand: whether the user asked to stop the training here and save it.
    """

    batches: object
    held_out: HeldOut
    callbacks: list = ()
    at_epoch_end: bool = False
    stopped_by_hand: bool = False

    def callback(self, kind):
        """The first callback of a class, or None."""
        return next((c for c in self.callbacks if isinstance(c, kind)), None)

    def recover(self, name, step):
        """Call `recover` of all callbacks that can roll back after a NaN; return whether one of them did."""
        able = [c for c in self.callbacks if hasattr(c, "recover")]
        return any([callback.recover(name, step) for callback in able])

    def examples(self, count):
        """A dict of `count` rows, evenly spaced, of the held-out data, or else of the training data.

        For held-out data that are not from keras_gan.data, these are the first rows. Training data that are
        not from keras_gan.data raise a ValueError, because reading them would shift their order.
        """
        held_out = self.held_out
        if held_out.arrays is not None:
            size = len(held_out.arrays["image"])
            chosen = np.linspace(0, size - 1, min(count, size)).round().astype(int)
            return {name: np.asarray(array)[chosen] for name, array in held_out.arrays.items()}
        stream = held_out.stream or (self.batches.stream if held_out.batches is None else None)
        if stream is not None:
            return stream.examples(count)
        if held_out.batches is not None:
            return next(iter(held_out.batches.unbatch().take(count).batch(count)))
        raise ValueError(
            "Examples for sample grids come from data sets of keras_gan.data, arrays, or held-out data. Pass "
            "some as `validation_data`."
        )
