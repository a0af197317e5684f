"""Image grids of fixed latents during training."""

import importlib.util
import pathlib

import keras
import numpy as np

from keras_gan import provenance
from keras_gan.arguments import check_int
from keras_gan.grid import gif_frame, image_grid


class SampleGrid(keras.callbacks.Callback):
    """Writes PNG grids of generated images during training, and a GIF of all grids at its end.

    The first grid shows the generator before its first step, so that what does not fit is seen at once. The
    latents are fixed, so that each cell shows how one image develops. The EMA generator makes the
    images; the random state of the training is not changed. With a conditional model each row shows a class
    (with an InfoGAN a category), with its name if the data set has names, and the rows share their latents.
    Sounds are drawn as spectrograms, and `epoch-0001.wav` ... contains them one after another. Videos are
    drawn as filmstrips of four frames, and `epoch-0001.gif` ... (and `.mp4`, with imageio-ffmpeg) shows all
    frames. Shapes rotate in a GIF.

    Args:
        directory: folder for `epoch-0000.png` ... and `samples.gif`, created if it does not exist.
        rows: int. Default 8, or the number of classes (at most 32).
        columns: int. Default 8.
        every_steps: int, to write `step-000100.png` every n generator steps instead of each epoch, and when
            the training is stopped by hand.
        seed: int, of the latents. Default 0.
        truncation: float, as in `GAN.generate`. Default 1.
        gif: bool, whether to write `samples.gif` (at most 100 frames of this run) when training ends.
        tensorboard: folder of TensorBoard logs to write the grids to as well, or None.
        provenance: bool, whether each PNG states what made it (`keras_gan.provenance`). Default True.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), latent_dim=64, filters=8))
    >>> gan.compile()
    >>> images = np.random.uniform(-1, 1, (32, 28, 28, 1)).astype("float32")
    >>> grid = keras_gan.callbacks.SampleGrid("/tmp/keras_gan_example/samples", rows=2, columns=4)
    >>> _ = gan.fit(images, epochs=1, callbacks=[grid], verbose=0)
    >>> sorted(path.name for path in grid.directory.iterdir())
    ['epoch-0000.png', 'epoch-0001.png', 'samples.gif']
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
        # Names of the grids of this run, oldest first; a checkpoint saves them.
        self.written = []

    def on_train_begin(self, logs=None):
        modality = self.model.modality
        if not modality.drawable:
            raise ValueError(
                "SampleGrid draws sounds, shapes, videos, and grey, RGB or RGBA images. "
                f"This model makes {modality.name} of shape {modality.shape}."
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
        # Not in `on_train_begin`: a checkpoint may be restored after it.
        self._last_step = self._step()
        if self._last_step == 0:
            self._write("step-000000.png" if self.every_steps else "epoch-0000.png", "step 0", 0)

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
        """Paths of the existing grids that this run wrote, oldest first."""
        return [path for name in self.written if (path := self.directory / name).exists()]

    def _about(self, step=None):
        name = type(self.model).__name__
        return provenance.about(name, step=step, seed=self.seed, truncation=self.truncation)

    def _step(self):
        return int(self.model.state.step.numpy())

    def _write(self, name, caption, step):
        if not self.model.distribute_strategy.extended.should_checkpoint:
            return  # with several workers only the chief draws
        images, columns = self.model.grid_images(self._inputs, self.columns)
        caption = ": ".join(filter(None, (caption, self.model.grid_caption)))
        modality = self.model.modality
        picture = image_grid(modality.to_pictures(images), columns, caption, row_names=self._row_names)
        # Written to a temporary file and renamed: a viewer never sees an incomplete image.
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
