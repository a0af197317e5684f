"""Pictures of the same latents, as training goes on."""

import importlib.util
import pathlib

import keras
import numpy as np

from keras_gan import provenance
from keras_gan.arguments import check_int
from keras_gan.grid import gif_frame, image_grid


class SampleGrid(keras.callbacks.Callback):
    """Writes a PNG grid of generated images, and in the end a GIF of all of them.

    The latents are fixed, so that each cell shows one image growing up. Drawn by the EMA
    generator; training's randomness is not touched. Of a conditional model each row shows a class
    (of an InfoGAN a category), with its name where the data set has names, and the rows share
    their latents. Sounds are drawn as spectrograms, and `epoch-0001.wav` ... has them one after another; videos are filmstrips of four
    frames, and `epoch-0001.gif` ... (and `.mp4`, with imageio-ffmpeg) shows all frames; shapes turn in a GIF.

    Args:
        directory: where `epoch-0001.png` ... and `samples.gif` go. Made if it is not there.
        rows: int. Default 8, or the number of classes (at most 32).
        columns: int. Default 8.
        every_steps: int, to write `step-000100.png` every n generator steps instead of each epoch; and one where
            the training is stopped by hand.
        seed: int, of the latents. Default 0.
        truncation: float, as in `GAN.generate`. Default 1.
        gif: bool, whether to write `samples.gif` (at most 100 frames of this run) when training ends.
        tensorboard: folder of TensorBoard logs to write the grids to as well, or None.
        provenance: bool, whether each PNG says what made it (`keras_gan.provenance`). Default True.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (32, 28, 28, 1)).astype("float32")
    >>> grid = keras_gan.callbacks.SampleGrid("/tmp/keras_gan_example/samples", rows=2, columns=4)
    >>> _ = gan.fit(images, epochs=1, callbacks=[grid], verbose=0)
    >>> sorted(path.name for path in grid.directory.iterdir())
    ['epoch-0001.png', 'samples.gif']
    """

    def __init__(
        self,
        directory,
        *,
        rows=None,
        columns=8,
        every_steps=None,
        seed=0,
        truncation=1.0,
        gif=True,
        tensorboard=None,
        provenance=True,
    ):
        super().__init__()
        if tensorboard is not None and importlib.util.find_spec("tensorboard") is None:
            raise ImportError(
                "`tensorboard` needs the package TensorBoard. Install it: pip install 'keras-gan[tensorboard]'"
            )
        for name, value in (("rows", rows), ("columns", columns), ("every_steps", every_steps)):
            check_int(value, name, optional=True)
        self.directory = pathlib.Path(directory)
        self.rows = rows
        self.columns = columns
        self.every_steps = every_steps
        self.seed = seed
        self.truncation = truncation
        self.provenance = provenance
        self.gif = gif
        self.tensorboard = tensorboard
        # Names of the grids of this run, oldest first; a checkpoint keeps them.
        self.written = []

    def on_train_begin(self, logs=None):
        modality = self.model.modality
        if not modality.drawable:
            raise ValueError(
                f"SampleGrid draws sounds, shapes, videos, and grey, RGB or RGBA images. This model makes {modality.name} of shape {modality.shape}."
            )
        self.directory.mkdir(parents=True, exist_ok=True)
        rows = self.rows or self.model.grid_rows
        self._inputs = self.model.grid_inputs(rows, self.columns, self.seed, self.truncation)
        self._row_names = self.model.row_names(rows)
        self._writer = None
        if self.tensorboard is not None:
            import tensorflow as tf

            self._writer = tf.summary.create_file_writer(str(self.tensorboard))

    def on_epoch_begin(self, epoch, logs=None):
        # Here, and not when training begins: a checkpoint may be restored after that.
        self._last_step = self._step()

    def on_train_batch_end(self, batch, logs=None):
        step = self._step()
        if self.every_steps and step // self.every_steps > self._last_step // self.every_steps:
            self._write(f"step-{step:06d}.png", f"step {step}", step)
        self._last_step = step

    def on_epoch_end(self, epoch, logs=None):
        step = self._step()
        if not self.every_steps:
            self._write(f"epoch-{epoch + 1:04d}.png", f"epoch {epoch + 1}, step {step}", step)
        elif self.model.session.stopped_by_hand:
            self._write(f"step-{step:06d}.png", f"step {step}", step)

    def on_train_end(self, logs=None):
        frames = self.pictures()
        if self.gif and frames:
            from PIL import Image

            chosen = np.unique(np.linspace(0, len(frames) - 1, min(100, len(frames))).round().astype(int))
            images = [gif_frame(Image.open(frames[i])) for i in chosen]
            durations = [200] * (len(images) - 1) + [2000]
            images[0].save(
                self.directory / "samples.gif",
                save_all=True,
                append_images=images[1:],
                duration=durations,
                loop=0,
                **(provenance.options(self._about(), ".gif") if self.provenance else {}),
            )

    def pictures(self):
        """The grids that this run wrote and that are there, oldest first."""
        return [path for name in self.written if (path := self.directory / name).exists()]

    def _about(self, step=None):
        name = type(self.model).__name__
        return provenance.about(name, step=step, seed=self.seed, truncation=self.truncation)

    def _step(self):
        return int(self.model.state.step.numpy())

    def _write(self, name, caption, step):
        if not self.model.distribute_strategy.extended.should_checkpoint:
            return  # the chief of several workers draws
        images, columns = self.model.grid_images(self._inputs, self.columns)
        caption = ": ".join(filter(None, (caption, self.model.grid_caption)))
        modality = self.model.modality
        picture = image_grid(modality.to_pictures(images), columns, caption, row_names=self._row_names)
        # Moved into place whole: a viewer never sees half a picture.
        partial = self.directory / f".{name}"
        provenance.save(picture, partial, self._about(step) if self.provenance else None)
        partial.replace(self.directory / name)
        modality.write_all(self.directory / name, images)
        if name not in self.written:
            self.written.append(name)
        if self._writer is not None:
            import tensorflow as tf

            image = np.atleast_3d(np.asarray(picture))[None]
            with self._writer.as_default():
                tf.summary.image("samples", image, step=step)
            self._writer.flush()
