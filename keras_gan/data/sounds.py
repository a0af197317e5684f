"""Sound files -> batches."""

import pathlib
import warnings

import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.data.excerpts import excerpts
from keras_gan.data.folder import check_on_error, files_by_class
from keras_gan.data.stream import Stream

# Extensions of files that libsndfile reads.
ENDINGS = (".wav", ".flac", ".ogg", ".aiff", ".aif", ".mp3", ".w64", ".caf", ".au")
SILENT = 1e-4


def sounds(
    source,
    labels=None,
    *,
    rate=None,
    length=None,
    split="train",
    mono=True,
    part="start",
    level=None,
    trim=False,
    batch_size=64,
    shuffle=True,
    seed=0,
    class_names=None,
    on_error="raise",
    name=None,
):
    """Load sounds as batches of float32 in [-1, 1], of shape (batch, length, channels).

    Args:
        source: path of a folder of files (WAV, FLAC, OGG, AIFF, MP3; needs `pip install 'keras-gan[audio]'`),
            or of one folder of files per class; an array of shape (n, samples) or (n, samples, channels); or
            a list of arrays of any lengths. Arrays have floats in [-1, 1] or 16-bit ints.
        labels: for arrays, n ints; for a folder, True to yield (sounds, labels). Default: neither.
        rate: int, samples a second; files of another rate are resampled. Default: the rate of the files,
            which must be the same for all. For arrays it must be given.
        length: int, samples of an example. Shorter sounds are padded with silence. Default: the longest.
        split: sub-folder, as in `load`: without sub-folders of splits, "train" is the folder itself.
        mono: bool, whether to average the channels. Default True.
        part: "start", the first `length` samples (for drums and notes), or "random", a new random part each
            time (for speech and music). With "random", a sound is drawn in proportion to its length.
        level: float in (0, 1], to which the loudest sample of each sound is scaled; None to keep levels.
        trim: bool, whether to cut off near-silence, 40 dB below the loudest sample, at both ends.
        batch_size, shuffle, seed: as in `from_arrays`.
        class_names: for arrays, list of str by label.
        on_error: "raise" names a file that cannot be read; "skip" leaves such files out with a warning.
        name: str, what the data is called in messages and metadata.

    Returns:
        `tf.data.Dataset` of sounds, or of (sounds, labels), with the attributes `rate` and `class_names`.

    Raises:
        ValueError: for files that cannot be read or are empty, several rates without `rate`, arrays of
            another range, and sounds that are all silent.

    Example:
    >>> hits = np.random.uniform(-1, 1, (20, 4096)).astype("float32")
    >>> data = keras_gan.data.sounds(hits, rate=8000, batch_size=10)
    >>> data.element_spec.shape, data.rate
    (TensorShape([10, 4096, 1]), 8000)
    """
    for option, value in (("rate", rate), ("length", length)):
        check_int(value, option, optional=True)
    if part not in ("start", "random"):
        raise ValueError(f'`part` must be "start" or "random". Received: {part!r}')
    if part == "random" and length is None:
        raise ValueError('`part="random"` needs `length`, samples of a part.')
    if level is not None and not 0.0 < level <= 1.0:
        raise ValueError(f"`level` must be in (0, 1]. Received: {level!r}")
    if isinstance(source, (str, pathlib.Path)):
        if labels not in (None, False, True):
            raise ValueError("`labels` of a folder are its sub-folders: True or False.")
        clips, labels, class_names, rate = _read_folder(source, split, bool(labels), rate, mono, on_error)
        called = f"sounds:{source}" + ("" if split == "train" else f"[{split}]")
    else:
        if rate is None:
            raise ValueError("`rate` must be given with arrays: samples a second.")
        clips = [_checked(clip, i, mono) for i, clip in enumerate(source)]
        labels = None if labels is None else np.asarray(labels)
        if labels is not None and labels.shape != (len(clips),):
            raise ValueError(f"`labels` must be {len(clips)} ints. Received: labels of shape {labels.shape}")
        called = "arrays"
    if not clips:
        raise ValueError("There are no sounds.")
    channels = {clip.shape[1] for clip in clips}
    if len(channels) > 1:
        raise ValueError(f"The sounds have {sorted(channels)} channels: `mono=True` averages them.")
    loud = [i for i, clip in enumerate(clips) if np.abs(clip).max() >= SILENT]
    if len(loud) < len(clips):
        first = min(set(range(len(clips))) - set(loud))
        warnings.warn(
            f"{len(clips) - len(loud)} of {len(clips)} sounds are silent, such as number {first}, and are left out.",
            stacklevel=2,
        )
        labels = None if labels is None else labels[loud]
    clips = [_prepared(clips[i], level, trim) for i in loud]
    if not clips:
        raise ValueError("All sounds are silent.")
    length = length or max(map(len, clips))
    if part == "start":
        cut = sum(len(clip) > length for clip in clips)
        if cut > len(clips) / 2:
            warnings.warn(
                f"{cut} of {len(clips)} sounds are longer than {length} samples, and end there. `length=` takes more of them; "
                '`part="random"` takes parts from anywhere.',
                stacklevel=2,
            )
    levels = [np.clip(clip * 32768.0, -32768, 32767).round().astype("int16") for clip in clips]
    fetch, size, then = excerpts(
        levels, labels, length, part, shuffle, lambda parts: tf.cast(parts, tf.float32) / 32768.0
    )
    stream = Stream(
        fetch,
        size,
        batch_size,
        seed=seed,
        shuffle=shuffle,
        class_names=class_names,
        then=then,
        structure=(lambda b: b["image"]) if labels is None else (lambda b: (b["image"], b["label"])),
        name=name or f"{called}, {rate} Hz, {length} samples",
    )
    stream.rate = rate
    dataset = stream.dataset()
    dataset.rate, dataset.class_names = rate, class_names
    return dataset


def _prepared(clip, level, trim):
    """Return a sound without silence at its ends and at a level, if these are requested."""
    if trim:
        loud = np.flatnonzero(np.abs(clip).max(1) > 0.01 * np.abs(clip).max())
        clip = clip[loud[0] : loud[-1] + 1]
    return clip if level is None else clip * (level / np.abs(clip).max())


def _checked(clip, number, mono):
    """Return one sound as a float32 array of shape (samples, channels)."""
    clip = np.asarray(clip)
    if clip.dtype == np.int16:
        clip = clip.astype("float32") / 32768.0
    if not np.issubdtype(clip.dtype, np.floating):
        raise ValueError(
            f"Sounds must be floats in [-1, 1], or ints of 16 bits. Received: dtype={clip.dtype} (number {number})"
        )
    clip = clip[:, None] if clip.ndim == 1 else clip
    if clip.ndim != 2 or not len(clip):
        raise ValueError(
            f"A sound must have shape (samples,) or (samples, channels). Received: shape={clip.shape} (number {number})"
        )
    if clip.shape[1] > 8:
        raise ValueError(
            f"Sound number {number} has {clip.shape[1]} channels: samples come before channels, (samples, channels)."
        )
    if not np.isfinite(clip).all() or np.abs(clip).max() > 1.001:
        raise ValueError(
            f"Sounds must be in [-1, 1], without NaN. Received values from {clip.min():g} to {clip.max():g} (number {number})"
        )
    return clip.mean(1, keepdims=True).astype("float32") if mono else clip.astype("float32")


# === Files ===


def read_sound(path, rate=None, mono=True):
    """Read one file.

    Args:
        path: WAV, FLAC, OGG, AIFF or MP3 file.
        rate: int, samples a second to resample to; None keeps the file's rate.
        mono: bool, whether to average the channels.

    Returns:
        float32 array of shape (samples, channels) in [-1, 1], and its rate.

    Raises:
        ImportError: if the extra `audio` is missing.
        ValueError: for a file that cannot be read, or has no samples.

    Example:
    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "tone.wav")
    >>> keras_gan.data.write_sound(path, np.sin(np.arange(8000) / 5)[:, None] / 2, 8000)
    >>> sound, rate = keras_gan.data.read_sound(path, rate=16000)
    >>> sound.shape, rate
    ((16000, 1), 16000)
    """
    soundfile, soxr = _soundfile()
    if not pathlib.Path(path).is_file():
        raise FileNotFoundError(f"There is no file {str(path)!r}.")
    try:
        sound, own = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise ValueError(f"{path} cannot be read as sound: {error}") from error
    if not len(sound):
        raise ValueError(f"{path} has no samples.")
    if not np.isfinite(sound).all():
        raise ValueError(f"{path} has samples that are NaN or infinite.")
    # Compression and resampling exceed the range a little.
    if np.abs(sound).max() > 2.0:
        raise ValueError(
            f"{path} has samples up to {np.abs(sound).max():g}: files of floats must be in [-1, 1]. Divide them by 32768, if they are of 16 bits."
        )
    if mono:
        sound = sound.mean(1, keepdims=True)
    if rate is not None and rate != own:
        sound = soxr.resample(sound, own, rate)
        if not len(sound):
            raise ValueError(f"{path} has no samples at {rate} Hz.")
    # Files of floats may be louder, and so may resampled sounds.
    return np.clip(sound, -1.0, 1.0).astype("float32"), rate or own


def write_sound(path, sound, rate):
    """Write a sound of shape (samples, channels) in [-1, 1].

    `.wav` files have 16 bits; `.flac`, `.ogg` and `.aiff` need the extra `audio`.

    Raises:
        ValueError: for another shape or ending, and for NaN.

    Example:
    >>> keras_gan.data.write_sound("/tmp/keras_gan_tone.wav", np.sin(np.arange(8000) / 5)[:, None] / 2, 8000)
    """
    path, sound = pathlib.Path(path), np.asarray(sound, "float32")
    if sound.ndim != 2 or not len(sound):
        raise ValueError(f"`sound` must have shape (samples, channels). Received: shape={sound.shape}")
    if not np.isfinite(sound).all():
        raise ValueError("The sound has samples that are NaN or infinite.")
    sound = np.clip(sound, -1.0, 1.0)
    if path.suffix.lower() == ".wav":
        path.write_bytes(tf.audio.encode_wav(sound, rate).numpy())
    elif path.suffix.lower() in (".flac", ".ogg", ".aiff", ".aif"):
        _soundfile()[0].write(path, sound, rate)
    else:
        raise ValueError(f"Sounds are written as .wav, .flac, .ogg or .aiff. Received: {path.name}")


def _soundfile():
    """Return the modules that read and resample."""
    try:
        import soundfile
        import soxr
    except ImportError as error:
        raise ImportError(
            "Sound files need soundfile and soxr. Install them: pip install 'keras-gan[audio]'"
        ) from error
    return soundfile, soxr


def joined(sounds, rate):
    """Join sounds of shape (samples, channels), each followed by a quarter of a second of silence."""
    gap = np.zeros((rate // 4, np.shape(sounds[0])[1]), "float32")
    return np.concatenate([part for sound in sounds for part in (np.asarray(sound), gap)])


def _read_folder(source, split, with_labels, rate, mono, on_error):
    """Return sounds, labels or None, class names or None, and the rate of a folder."""
    check_on_error(on_error)
    read, paths, labels, classes = files_by_class(
        source, split, ENDINGS, with_labels, lambda path: read_sound(path, rate, mono), on_error
    )
    rates = {own: path.name for (_, own), path in zip(read, paths, strict=True)}
    if len(rates) > 1:
        listed = ", ".join(f"{name} has {value}" for value, name in sorted(rates.items()))
        raise ValueError(
            f"The files have several rates ({listed}): give `rate=`, to which they are resampled."
        )
    return [clip for clip, _ in read], labels, classes, next(iter(rates))
