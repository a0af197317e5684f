"""Video files -> batches, and back."""

import itertools
import pathlib
import re

import numpy as np
import tensorflow as tf

from keras_gan.arguments import check_int
from keras_gan.data.excerpts import excerpts
from keras_gan.data.folder import check_on_error, files_by_class
from keras_gan.data.images import fit_image, from_uint8, open_image
from keras_gan.data.stream import Stream
from keras_gan.grid import gif_frame, opaque

ANIMATIONS = (".gif", ".webp", ".apng")
FILMS = (".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg")
STILLS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
# Duration that browsers use for a frame of an animation whose own duration is 0 s.
UNTIMED = 0.1


def videos(
    source,
    labels=None,
    *,
    frames=16,
    size=None,
    fps=None,
    channels=3,
    split="train",
    part="random",
    flip=False,
    batch_size=16,
    shuffle=True,
    seed=0,
    class_names=None,
    on_error="raise",
    name=None,
):
    """Load videos as batches of float32 in [-1, 1], of shape (batch, frames, height, width, channels).

    Args:
        source: path of a folder of videos, or of one folder of videos per class. A video is a file (GIF, WebP
            and APNG; MP4, MOV, AVI, MKV, WebM with `pip install 'keras-gan[video]'`), or a folder of still
            images (PNG, JPEG), whose names give the order of the frames. Or an array of shape
            (n, time, height, width, channels) or (n, time, height, width), or a list of such arrays with one
            video each: uint8, or floats in [-1, 1].
        labels: for arrays, n ints; for a folder, True to yield (videos, labels). Default: neither.
        frames: int, frames of an example. Default 16.
        size: int or (height, width), to which frames of files are cropped and resized. Default: their own
            size, which must be the same for all.
        fps: frames a second. Videos of another rate are resampled: each frame is the one that is shown at its
            time. Default: the rate of the files, which must be the same for all; 10 for arrays. For folders
            of stills it must be given.
        channels: 1 for grey, 3 for RGB, for files. Default 3.
        split: sub-folder, as in `load`: without sub-folders of splits, "train" is the folder itself.
        part: "start", the first frames, or "random" (default), a new random part each time; long videos are
            seen more often.
        flip: bool, whether videos are mirrored left-right at random.
        batch_size, shuffle, seed: as in `from_arrays`.
        class_names: for arrays, list of str by label.
        on_error: "raise" names a video that cannot be read or is shorter than `frames`; "skip" leaves such
            videos out with a warning.
        name: str, what the data is called in messages and metadata.

    Returns:
        `tf.data.Dataset` of videos, or of (videos, labels), with the attributes `fps` and `class_names`.

    Raises:
        ValueError: for videos that cannot be read or are too short, and for different sizes or rates without
            `size` or `fps`.

    Example:
    >>> clips = np.random.randint(0, 256, (8, 20, 32, 32, 3), "uint8")
    >>> data = keras_gan.data.videos(clips, frames=16, batch_size=4)
    >>> data.element_spec.shape, data.fps
    (TensorShape([4, 16, 32, 32, 3]), 10)
    """
    clips, labels, class_names, fps, called = _read(
        source, labels, frames, size, fps, channels, split, class_names, on_error
    )
    fetch, count, cut = excerpts(clips, labels, frames, check_part(part), shuffle, from_uint8)

    def then(batch, seed):
        batch = cut(batch, seed)
        if flip:
            drawn = tf.random.stateless_uniform((tf.shape(batch["image"])[0], 1, 1, 1, 1), seed + 7) < 0.5
            # Sample images and validation get the videos unmirrored: their seed is 0.
            drawn = tf.logical_and(drawn, tf.reduce_any(seed != 0))
            batch["image"] = tf.where(drawn, tf.reverse(batch["image"], [3]), batch["image"])
        return batch

    structure = (lambda b: b["image"]) if labels is None else (lambda b: (b["image"], b["label"]))
    name = name or f"{called}, {frames} frames"
    return _dataset(fetch, count, batch_size, seed, shuffle, class_names, then, structure, name, fps)


def next_frames(
    source,
    history=4,
    *,
    size=None,
    fps=None,
    channels=3,
    split="train",
    batch_size=16,
    shuffle=True,
    seed=0,
    on_error="raise",
    name=None,
):
    """Load videos as pairs of some frames and the frame that follows them, for `NextFrame`.

    Args:
        source: as in `videos`; videos need one frame more than `history`.
        history: int, number of given frames. Default 4.
        others: as in `videos`.

    Returns:
        `tf.data.Dataset` of dicts: `condition`, float32 of shape (batch, height, width, history x channels),
        the given frames stacked along the channels, and `image`, (batch, height, width, channels). The
        attribute `fps` is there too.

    Raises:
        ValueError: as in `videos`.

    Example:
    >>> clips = np.random.randint(0, 256, (8, 20, 32, 32, 1), "uint8")
    >>> pairs = keras_gan.data.next_frames(clips, history=4, batch_size=4)
    >>> pairs.element_spec["condition"].shape, pairs.element_spec["image"].shape
    (TensorShape([4, 32, 32, 4]), TensorShape([4, 32, 32, 1]))
    """
    check_int(history, "history")
    clips, _, _, fps, called = _read(source, None, history + 1, size, fps, channels, split, None, on_error)
    fetch, count, cut = excerpts(clips, None, history + 1, "random", shuffle, from_uint8)

    def then(batch, seed):
        videos = cut(batch, seed)["image"]
        return {"condition": in_channels(videos[:, :-1]), "image": videos[:, -1]}

    name = name or f"{called}, {history} frames and the next"
    return _dataset(fetch, count, batch_size, seed, shuffle, None, then, None, name, fps)


def in_channels(videos):
    """Stack frames along the channels: (batch, time, h, w, channels) -> (batch, h, w, time x channels)."""
    return tf.concat(tf.unstack(videos, axis=1), axis=-1)


def _dataset(fetch, count, batch_size, seed, shuffle, class_names, then, structure, name, fps):
    stream = Stream(
        fetch,
        count,
        batch_size,
        seed=seed,
        shuffle=shuffle,
        class_names=class_names,
        then=then,
        structure=structure,
        name=name,
    )
    stream.fps = fps
    dataset = stream.dataset()
    dataset.fps, dataset.class_names = fps, class_names
    return dataset


def check_part(part):
    """Return the part; raise a ValueError for another word."""
    if part not in ("start", "random"):
        raise ValueError(f'`part` must be "start" or "random". Received: {part!r}')
    return part


def check_fps(fps):
    """Return the frames a second; raise a ValueError unless they are a positive number."""
    if isinstance(fps, bool) or not isinstance(fps, (int, float)) or not 0 < fps < 1000:
        raise ValueError(f"`fps` must be frames a second, more than 0. Received: {fps!r}")
    return fps


# === Videos of a source ===


def _read(source, labels, frames, size, fps, channels, split, class_names, on_error):
    """Return uint8 videos of one frame size, labels or None, class names or None, their rate, and a name."""
    check_int(frames, "frames", least=2)
    if size is not None and not isinstance(size, (tuple, list)):
        size = (check_int(size, "size", least=4),) * 2
    if fps is not None:
        check_fps(fps)
    if channels not in (1, 3):
        raise ValueError(f"`channels` must be 1 or 3. Received: {channels!r}")
    if isinstance(source, (str, pathlib.Path)):
        if labels not in (None, False, True):
            raise ValueError("`labels` of a folder are its sub-folders: True or False.")
        check_on_error(on_error)
        read, paths, labels, class_names = files_by_class(
            source,
            split,
            (*ANIMATIONS, *FILMS),
            bool(labels),
            lambda path: _long_enough(path, *read_video(path, size, fps, channels), frames),
            on_error,
            is_example=is_frames,
        )
        rates = {rate: path.name for (_, rate), path in zip(read, paths, strict=True)}
        # A file's clock rounds the rates.
        if len(rates) > 1 and max(rates) > 1.03 * min(rates):
            listed = ", ".join(f"{name} has {rate:g}" for rate, name in sorted(rates.items())[:5])
            raise ValueError(
                f"The videos have several rates ({listed}): give `fps=`, to which they are brought."
            )
        clips, fps = [clip for clip, _ in read], float(np.median([rate for _, rate in read]))
        called = f"videos:{source}" + ("" if split == "train" else f"[{split}]")
    else:
        if isinstance(source, np.ndarray) and source.ndim == 4 and source.shape[-1] in (1, 3):
            raise ValueError(
                f"The array of shape {np.shape(source)} looks like one video of (time, height, width, channels): write `videos[None]`."
            )
        clips = [_checked(clip, f"number {i}") for i, clip in enumerate(source)]
        clips = [_long_enough(f"Video number {i}", clip, None, frames)[0] for i, clip in enumerate(clips)]
        labels = None if labels is None else np.asarray(labels)
        if labels is not None and labels.shape != (len(clips),):
            raise ValueError(f"`labels` must be {len(clips)} ints. Received: labels of shape {labels.shape}")
        if labels is not None and labels.dtype.kind not in "iu":
            raise ValueError(f"`labels` must be ints. Received: labels of {labels.dtype}")
        called, fps = "arrays", fps or 10
    if not clips:
        raise ValueError("There are no videos.")
    shapes = sorted({clip.shape[1:] for clip in clips})
    if len(shapes) > 1:
        raise ValueError(
            f"The videos have several sizes, such as {shapes[0]} and {shapes[-1]} (height, width, channels): give `size=`."
        )
    return clips, labels, class_names, fps, called


def _long_enough(path, video, fps, frames):
    if len(video) < frames:
        rate = f" at {fps:g} a second" if fps else ""
        raise ValueError(
            f"{path} has {len(video)} frame{'s' if len(video) > 1 else ''}{rate}, and an example has {frames}."
        )
    return video, fps


def _checked(clip, where):
    """Return one video as a uint8 array of shape (time, height, width, channels)."""
    clip = np.asarray(clip)
    clip = clip[..., None] if clip.ndim == 3 else clip
    if clip.ndim != 4 or clip.shape[-1] not in (1, 3):
        raise ValueError(
            f"A video must have shape (time, height, width), or (time, height, width, 1 or 3). Received: shape={clip.shape} ({where})"
        )
    if clip.dtype == np.uint8:
        return clip
    if not np.issubdtype(clip.dtype, np.floating) or not (clip.size and np.abs(clip).max() <= 1.001):
        raise ValueError(
            f"Videos must be uint8, or floats in [-1, 1] without NaN. Received: dtype={clip.dtype} ({where}). Of levels 0 to 255 write "
            "`videos.astype('uint8')`."
        )
    return np.round((np.clip(clip, -1.0, 1.0) + 1.0) * 127.5).astype("uint8")


# === Files ===


def is_frames(path):
    """Whether a path is a folder of still images."""
    return path.is_dir() and any(
        file.suffix.lower() in STILLS for file in path.iterdir() if file.name[0] != "."
    )


def read_video(path, size=None, fps=None, channels=3):
    """Read one video.

    Args:
        path: animation (GIF, WebP, APNG), film (MP4 and others, with the extra `video`), or folder of still
            images.
        size: (height, width) to which frames are cropped and resized; None keeps their size.
        fps: frames a second to resample to; None keeps the file's rate. If an animation's frames differ in
            duration, its rate is that of the shortest. For a folder of stills it must be given.
        channels: 1 or 3. Transparent pixels are composited over white.

    Returns:
        uint8 array of shape (time, height, width, channels), and its rate.

    Raises:
        ImportError: for a film, if the extra `video` is missing.
        ValueError: for a file that cannot be read or has no frames.

    Example:
    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "clip.gif")
    >>> keras_gan.data.write_video(path, np.random.randint(0, 256, (6, 16, 16, 3), "uint8"), fps=10)
    >>> video, fps = keras_gan.data.read_video(path)
    >>> video.shape, fps
    ((6, 16, 16, 3), 10.0)
    """
    path = pathlib.Path(path)
    if path.is_dir():
        if fps is None:
            raise ValueError(f"The still images of {path} have no rate: give `fps=`, frames a second.")
        stills = [file for file in path.iterdir() if file.suffix.lower() in STILLS and file.name[0] != "."]
        stills.sort(key=_in_order)
        frames = [fit_image(open_image(still), size, channels) for still in stills]
        if len({frame.shape for frame in frames}) > 1:
            raise ValueError(f"The still images of {path} have several sizes: give `size=`.")
        return np.stack(frames), float(fps)
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {str(path)!r}.")
    if path.suffix.lower() in FILMS:
        return _film(path, size, fps, channels)
    frames, seconds = _animation(path, size, channels)
    rate = float(fps or _rate_of(seconds, 0.01 if path.suffix.lower() == ".gif" else 0.001))
    # Frame k is the one that is shown at the middle of its time.
    ends = np.cumsum(seconds)
    count = max(1, round(ends[-1] * rate))
    shown = np.searchsorted(ends, (np.arange(count) + 0.5) / rate, side="right")
    return np.stack(frames)[np.minimum(shown, len(frames) - 1)], rate


def _in_order(path):
    """Sort key that orders names by the numbers in them: 2 before 10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.name)]


def _rate_of(seconds, clock):
    """Return the frames a second from the frames' durations in seconds, which a file rounds to its clock.

    If all durations are whole multiples of one duration, as when a file merges equal frames, that duration
    gives the rate; else the shortest does.
    """
    shortest = max(clock, min(seconds))
    counts = [max(1, round(each / shortest)) for each in seconds]
    time = sum(seconds) / sum(counts)
    even = all(abs(each - count * time) <= 1.01 * clock for each, count in zip(seconds, counts, strict=True))
    return round(1.0 / (time if even else shortest), 3)


def _animation(path, size, channels):
    """Return the frames of a GIF, WebP or APNG file, and the duration of each in seconds."""
    from PIL import Image, ImageSequence

    try:
        with Image.open(path) as file:
            frames, seconds = [], []
            for frame in ImageSequence.Iterator(file):
                # Transparent pixels are composited over white.
                frames.append(fit_image(frame.convert("RGBA"), size, channels))
                seconds.append(frame.info.get("duration", 0) / 1000.0 or UNTIMED)
    except Exception as error:
        raise ValueError(f"{path} cannot be read as an animation: {error}") from error
    return frames, seconds


def _film(path, size, fps, channels):
    """Return the frames of a video file, and their rate."""
    from PIL import Image

    ffmpeg = _ffmpeg(f"{path.suffix} files need")
    try:
        if fps is None:
            reader = ffmpeg.read_frames(str(path))
            fps = next(reader)["fps"]
            reader.close()
        # Frames at equal intervals, whatever times the file has; rotated as the file states.
        reader = ffmpeg.read_frames(str(path), output_params=["-vf", f"fps={fps:g}"])
        width, height = next(reader)["size"]
        frames = []
        for data in reader:
            frame = Image.frombytes("RGB", (width, height), bytes(data))
            frames.append(fit_image(frame, size, channels))
    except Exception as error:
        # The last line has the reason; the lines before it list the program's build options.
        reason = str(error).strip().splitlines()[-1].strip()
        raise ValueError(f"{path} cannot be read as a video: {reason}") from error
    if not frames:
        raise ValueError(f"{path} has no frames.")
    return np.stack(frames), float(fps)


def _ffmpeg(what):
    try:
        import imageio_ffmpeg
    except ImportError as error:
        raise ImportError(
            f"{what} imageio-ffmpeg. Install it: pip install 'keras-gan[video]', or take .gif files."
        ) from error
    return imageio_ffmpeg


def write_video(path, video, fps):
    """Write a video: `.gif`, `.webp`, or, with the extra `video`, `.mp4`.

    Args:
        path: path whose ending determines the format.
        video: uint8 array of shape (time, height, width, channels), channels 1, 3 or 4, or a list of PIL
            images of one size; transparent pixels are composited over white. For an MP4, an odd last row or
            column is cut off.
        fps: frames a second; at most 50 for a GIF.

    Raises:
        ImportError: for an MP4, if the extra `video` is missing.
        ValueError: for another ending, shape or rate.

    Example:
    >>> keras_gan.data.write_video("/tmp/keras_gan_clip.gif", np.zeros((4, 16, 16, 1), "uint8"), fps=10)
    """
    from PIL import Image

    path, suffix = pathlib.Path(path), pathlib.Path(path).suffix.lower()
    check_fps(fps)
    if isinstance(video, np.ndarray):
        if video.ndim != 4 or video.shape[-1] not in (1, 3, 4) or video.dtype != np.uint8:
            raise ValueError(
                "`video` must be uint8 of shape (time, height, width, 1, 3 or 4). "
                f"Received: shape={video.shape}, dtype={video.dtype}"
            )
        video = [Image.fromarray(frame[..., 0] if frame.shape[-1] == 1 else frame) for frame in video]
    frames = list(video)
    if not frames:
        raise ValueError("A video needs a frame at least. Received none.")
    if suffix in (".gif", ".webp"):
        # Whole hundredths or thousandths of a second, so that the total duration is right.
        unit = 10 if suffix == ".gif" else 1
        if fps > 500 / unit:
            raise ValueError(f"A {suffix} shows {500 // unit} frames a second at most. Received: fps={fps:g}")
        ends = [round(1000 / unit * i / fps) * unit for i in range(len(frames) + 1)]
        durations = [end - start for start, end in itertools.pairwise(ends)]
        frames = [gif_frame(frame) if suffix == ".gif" else opaque(frame).convert("RGB") for frame in frames]
        options = {} if suffix == ".gif" else {"quality": 90, "method": 4}
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=durations, loop=0, **options)
    elif suffix == ".mp4":
        # Video codecs require even sides.
        size = frames[0].width // 2 * 2, frames[0].height // 2 * 2
        writer = _ffmpeg("MP4 needs").write_frames(str(path), size, fps=fps, macro_block_size=2, quality=8)
        writer.send(None)
        for frame in frames:
            writer.send(np.ascontiguousarray(opaque(frame).convert("RGB").crop((0, 0, *size))))
        writer.close()
    else:
        raise ValueError(f"Videos are written as .gif, .webp or .mp4. Received: {path.name}")
