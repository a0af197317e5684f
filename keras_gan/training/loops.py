"""`fit` and `evaluate` of a `Game`: the loops around the update."""

import contextlib
import gc
import warnings

import tensorflow as tf

from keras_gan import replicas
from keras_gan.data.batches import array_batch, training_batches, unpack, validation_batches
from keras_gan.data.iterables import as_dataset
from keras_gan.data.pairs import warn_of_leak
from keras_gan.data.stream import stream_of
from keras_gan.training import checks
from keras_gan.training.epochs import in_order
from keras_gan.training.session import FitSession, HeldOut


@contextlib.contextmanager
def repeatable_graphs():
    """Keep TensorFlow from rewriting graphs (its "meta optimizer").

    In a few of a hundred runs, two processes rewrote the same training graph differently, and the last bits
    of a resumed run differed.
    """
    before = tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer", False)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": before})


@contextlib.contextmanager
def collector_paused():
    """Disable Python's garbage collector while a step is traced.

    The objects of a trace stay alive, and each run of the collector would scan them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Loops:
    """Keras' loops with this package's data, checks and metrics; a base of `Game`, not for use alone."""

    def fit(
        self,
        x=None,
        y=None,
        *,
        batch_size=None,
        epochs=1,
        callbacks=None,
        shuffle=True,
        sample_weight=None,
        validation_data=None,
        validation_split=0.0,
        steps_per_epoch=None,
        **kwargs,
    ):
        """Train, as `keras.Model.fit` does.

        The order of data sets of `keras_gan.data` and of arrays depends only on the model's seed and its
        epoch, so that a resumed run continues exactly where it stopped.

        Args:
            x: `tf.data.Dataset` of batches, array, or dict of them with `image` and optionally
                `label`, `condition`, `sample_weight`; also `keras.utils.PyDataset`, Python generators, Grain data
                sets and other iterables of batches. Images are float32 in [-1, 1]; a data set
                may yield `images`, `(images, labels)` or `(images, labels, sample_weight)`.
                A step of a GAN with k discriminator steps takes k batches.
            y: labels for an array `x`.
            batch_size: int, for arrays. Default 32. Only full batches are used.
            epochs, initial_epoch, verbose, validation_steps, validation_batch_size,
                validation_freq: as in Keras.
            callbacks: list of callbacks of Keras and of this package.
            shuffle: bool, for arrays.
            sample_weight: array of shape (n,) for an array `x`: weight of each real image.
            validation_data: held-out data in any of the forms of `x`, or `(x, y)` arrays.
            validation_split: float, the last part of arrays to hold out.
            steps_per_epoch: int, steps in an epoch. Default: one pass over the data.

        Returns:
            `keras.callbacks.History` with the means of every metric over each epoch.

        Raises:
            ValueError: for data that does not fit, before anything is computed with it.
            FloatingPointError: if a metric becomes NaN or infinite; the message names it and the step.
        """
        self._assert_compile_called("fit")
        if kwargs.get("class_weight") is not None:
            raise ValueError("`class_weight` is not supported: pass `sample_weight` instead.")
        checks.check_scope(self)
        checks.check_trainable(self)
        if x is None:
            raise ValueError("`fit` needs data: `fit(dataset)` or `fit(images)`.")
        if hasattr(x, "__next__") and steps_per_epoch is None and epochs > 1:
            raise ValueError(
                "A generator needs `steps_per_epoch`: it cannot begin anew for the second epoch."
            )
        if hasattr(validation_data, "__next__") and epochs > 1:
            raise ValueError(
                "A generator can be gone through once, and validation needs it in each epoch: pass arrays, or a data set "
                "that can be iterated anew."
            )
        batches, held_out = training_batches(
            self.takes,
            as_dataset(x, shuffle, self.seed or 0),
            y,
            sample_weight,
            batch_size=batch_size,
            shuffle=shuffle,
            steps_per_epoch=steps_per_epoch,
            validation_split=validation_split,
            validation_data=validation_data,
        )
        validation = HeldOut()
        if held_out is not None:
            held_out = held_out if isinstance(held_out, (tuple, list)) else (held_out,)
            held_out, validation = self._held_out(*held_out)
        elif self.evaluation.metrics:
            names = ", ".join(metric.name for metric in self.evaluation.metrics)
            warnings.warn(
                f"`fit` has no `validation_data`, on which the metrics of `compile` are computed: {names} will be missing "
                "from the history; `evaluate` computes them.",
                stacklevel=2,
            )
        warn_of_leak(batches.stream, validation.stream)
        names = batches.stream.class_names if batches.stream else None
        if "label" in batches.dataset.element_spec:
            checks.check_number_of_classes(names, getattr(self.condition, "num_classes", None))
            checks.check_class_names(names, validation.class_names, "the validation data")
            if names is not None and self.class_names is not None and names != self.class_names:
                warnings.warn(
                    f"The model was trained with the classes {self.class_names}; it goes on with {names}.",
                    stacklevel=2,
                )
        self.dataset_name = batches.name
        # Names set by the user are kept if the data have none.
        self.class_names = names or self.class_names
        levels = getattr(batches.stream, "value_range", None)
        if levels and self.value_range and tuple(levels) != tuple(self.value_range):
            warnings.warn(
                "The model was trained with black and white at {:g} and {:g}; it goes on with {:g} and {:g}.".format(
                    *self.value_range, *levels
                ),
                stacklevel=2,
            )
        self.value_range = levels or self.value_range
        before, session = self.session, FitSession(batches, validation, in_order(batches, callbacks))
        self.session, self._examples = session, session.examples
        try:
            with repeatable_graphs(), checks.readable_errors(), batches.quiet_end():
                return super().fit(
                    batches.dataset,
                    epochs=epochs,
                    callbacks=list(session.callbacks),
                    validation_data=held_out,
                    steps_per_epoch=batches.keras_steps_per_epoch,
                    shuffle=False,
                    **kwargs,
                )
        finally:
            self.session = before

    def _held_out(self, x, y=None, sample_weight=None):
        """Checked held-out data in a form for Keras, and as `HeldOut`."""
        x = as_dataset(x, shuffle=False)
        batches = validation_batches(self.takes, x, y, sample_weight)
        if isinstance(x, tf.data.Dataset):
            stream = stream_of(x)
            held_out = HeldOut(stream, batches=None if stream else batches)
            self.evaluation.prepare(self, batches.element_spec, stream.size if stream else None)
        else:
            held_out = HeldOut(arrays=batches)
            self.evaluation.prepare(self, batches, len(batches["image"]))
        return batches, held_out

    def train_on_batch(self, x, y=None, sample_weight=None, **kwargs):
        """One step on arrays with k x batch_size images; returns the metrics of that step."""
        self._assert_compile_called("train_on_batch")
        arrays = array_batch(self.takes, x, y, sample_weight)
        self.state.epoch_position.assign(0)
        self.enter_stage()
        try:
            with repeatable_graphs():
                return super().train_on_batch(arrays, **kwargs)
        finally:
            self.state.epoch_position.assign(0)

    def unpack(self, data):
        """Turn a batch passed to `fit` into a dict with `image` and the other inputs."""
        return tf.nest.map_structure(tf.convert_to_tensor, unpack(data, self.takes.keys))

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Do nothing: the model is already built, and Keras would draw a batch under a strategy."""

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """Validation values and compiled metrics of one batch of arrays; returns as `evaluate`."""
        self._assert_compile_called("test_on_batch")
        arrays = array_batch(self.takes, x, y, sample_weight)
        self.evaluation.prepare(self, arrays, len(arrays["image"]))
        self.evaluation.reset()
        with repeatable_graphs():
            logs = super().test_on_batch(arrays, return_dict=True)
        logs = {**logs, **self.evaluation.results()}
        return logs if return_dict else list(logs.values())

    def _should_eval(self, epoch, validation_freq):
        # A training that was stopped by hand skips validation.
        return not self.session.stopped_by_hand and super()._should_eval(epoch, validation_freq)

    def evaluate(self, x=None, y=None, *, return_dict=False, sample_weight=None, **kwargs):
        """Compute the values of `validate` on held-out images, and the compiled metrics.

        For a GAN the values are scores and adversarial losses. The fakes are those of `ema_generator`, from
        the same latents at every call. A growing gap between the `real_score` of training and of validation
        shows that the discriminator overfits.

        Args:
            x, y, sample_weight, batch_size, steps, verbose, callbacks: as in `fit` and Keras.
            return_dict: bool, whether to return a dict instead of a list.

        Returns:
            Values by `validation_names` (for a GAN `real_score`, `fake_score`, `d_adversarial`,
            `g_adversarial`), and each compiled metric.
        """
        self._assert_compile_called("evaluate")
        self.evaluation.reset()
        held_out = HeldOut() if self.session is None else self.session.held_out
        if x is not None and not kwargs.get("_use_cached_eval_dataset"):
            x, held_out = self._held_out(x, y, sample_weight)
            y = sample_weight = None
            if held_out.stream is not None and "label" in x.element_spec:
                checks.check_class_names(self.class_names, held_out.class_names, "the data")
        if held_out.stream is not None:
            # The stream may be that of the training data: use all of it, in the order of epoch 0.
            held_out.stream.start(0, 0, held_out.stream.batches)
        with repeatable_graphs(), checks.readable_errors():
            logs = super().evaluate(x, y, sample_weight=sample_weight, return_dict=True, **kwargs)
        logs = {**logs, **self.evaluation.results()}
        return logs if return_dict else list(logs.values())

    def test_step(self, data):
        batch = self.unpack(data)
        # A graph computes operations that do not depend on the data (counts, images of latents) even after
        # the data have ended; the metrics would then include one batch too many.
        with tf.control_dependencies([batch["image"]]):
            return self._test_on(batch)

    def _test_on(self, batch):
        size = tf.shape(batch["image"])[0]
        everyone = replicas.total(size)
        # The last batch may be split unevenly. A replica without a row computes on an empty image,
        # which does not count, because convolutions fail on empty batches.
        batch = replicas.never_empty(batch)
        # Evaluation has its own latents, the same every time: the seed generators of training do not change.
        seed = tf.stack([tf.constant(self.seed or 0, "int64"), self.evaluation.count.value])
        # Values are drawn for the global batch, because replicas may have shares of different sizes.
        first, rows = replicas.rows_before(size), tf.shape(batch["image"])[0]
        with replicas.alone():
            drawn = self.draw(everyone, seed)
        for name, values in drawn.items():
            # One more row, for a replica that has no row of its own.
            batch[name] = tf.concat([values, values[:1]], axis=0)[first : first + rows]
        figures, real, fake = self.validate(batch)
        if not figures or set(figures) != set(self.validation_names):
            raise ValueError(
                f"`validate` of {type(self).__name__} must compute the values that `validation_names` lists, "
                f"{list(self.validation_names)}, at least one. Received: {sorted(figures)}"
            )
        values = tf.stack([tf.cast(figures[name], "float32") for name in self.validation_names])
        values = tf.where(size > 0, values * tf.cast(size, "float32"), 0.0)
        figures = replicas.total(values) / tf.cast(everyone, "float32")
        # The metrics of each replica take the images of all replicas.
        seen = [
            None if x is None else replicas.gather(x)[:everyone] for x in (real, fake, batch.get("label"))
        ]
        return self._named(self.validation_names, self.evaluation.update(figures, everyone, *seen))
