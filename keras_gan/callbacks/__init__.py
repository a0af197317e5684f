"""Callbacks for `GAN.fit`, which takes Keras' own callbacks too."""

from keras_gan.callbacks.checkpoint import Checkpoint
from keras_gan.callbacks.csv_logger import CSVLogger
from keras_gan.callbacks.post_hoc_ema import PostHocEMA
from keras_gan.callbacks.progress import Progress
from keras_gan.callbacks.sample_grid import SampleGrid
from keras_gan.callbacks.stop_at_step import StopAtStep
from keras_gan.callbacks.training_monitor import TrainingMonitor

__all__ = ["CSVLogger", "Checkpoint", "PostHocEMA", "Progress", "SampleGrid", "StopAtStep", "TrainingMonitor"]
