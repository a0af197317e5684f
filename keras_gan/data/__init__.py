"""Data sources -> shuffled batches, images in [-1, 1]; a resumed run continues in the same order."""

from keras_gan.data.arrays import from_arrays
from keras_gan.data.attributes import attributes
from keras_gan.data.augment import augment
from keras_gan.data.captioned import captioned
from keras_gan.data.conditioned import conditioned
from keras_gan.data.experts import experts
from keras_gan.data.images import from_uint8, to_uint8
from keras_gan.data.load import load, register
from keras_gan.data.moving_digits import moving_digits
from keras_gan.data.pairs import paired_folders, pairs_from_arrays, unpaired_folders, unpaired_from_arrays
from keras_gan.data.patches import patches
from keras_gan.data.semi_supervised import semi_supervised, unlabel
from keras_gan.data.sequences import sequences
from keras_gan.data.series import series, write_series
from keras_gan.data.shapes import mesh_of, read_shape, shapes, write_shape
from keras_gan.data.sounds import read_sound, sounds, write_sound
from keras_gan.data.source import Source, Wanted
from keras_gan.data.spectrograms import Spectrograms
from keras_gan.data.stream import Stream
from keras_gan.data.super_resolution import low_high
from keras_gan.data.table import Schema, read_table, table
from keras_gan.data.videos import next_frames, read_video, videos, write_video
from keras_gan.data.volumes import Volume, read_volumes, slices_of, to_units, write_nifti

__all__ = [
    "Schema",
    "Source",
    "Spectrograms",
    "Stream",
    "Volume",
    "Wanted",
    "attributes",
    "augment",
    "captioned",
    "conditioned",
    "experts",
    "from_arrays",
    "from_uint8",
    "load",
    "low_high",
    "mesh_of",
    "moving_digits",
    "next_frames",
    "paired_folders",
    "pairs_from_arrays",
    "patches",
    "read_shape",
    "read_sound",
    "read_table",
    "read_video",
    "read_volumes",
    "register",
    "semi_supervised",
    "sequences",
    "series",
    "shapes",
    "slices_of",
    "sounds",
    "table",
    "to_uint8",
    "to_units",
    "unlabel",
    "unpaired_folders",
    "unpaired_from_arrays",
    "videos",
    "write_nifti",
    "write_series",
    "write_shape",
    "write_sound",
    "write_video",
]
