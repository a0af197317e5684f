"""`keras-gan predict`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, loaded, preset_named, writable


def predict(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder or .keras file of next-frame.")],
    videos: Annotated[
        pathlib.Path, typer.Argument(help="A video, a folder of still images, or a folder of videos.")
    ],
    out: Annotated[pathlib.Path, typer.Option(help="Folder to write videos into.")] = pathlib.Path(
        "predicted"
    ),
    frames: Annotated[int, typer.Option(min=1, help="How many frames to predict.")] = 8,
    suffix: Annotated[str, typer.Option("--format", help="gif, webp or mp4.")] = "gif",
    fps: Annotated[
        float | None, typer.Option(help="Frames per second to resample the videos to. Default: their own.")
    ] = None,
):
    """Continue videos: write each video, followed by the frames that a next-frame model predicts."""
    existing(videos, " It must be a video, a folder of still images, or a folder of videos.")
    if suffix not in ("gif", "webp", "mp4"):
        raise ValueError(f"--format must be gif, webp or mp4. Received: {suffix}")
    writable(out, folder=True)

    import numpy as np

    preset_named(model)

    from keras_gan.data.videos import ANIMATIONS, FILMS, is_frames, read_video, write_video
    from keras_gan.models.next_frame import NextFrame

    endings, files = (*ANIMATIONS, *FILMS), [videos]
    if videos.is_dir() and not is_frames(videos):
        files = sorted(p for p in videos.rglob("*") if p.suffix.lower() in endings or is_frames(p))
    if not files or (files[0].is_file() and files[0].suffix.lower() not in endings):
        raise ValueError(f"There are no videos ({', '.join(endings)}) in {videos}.")
    gan = loaded(model)
    if not isinstance(gan, NextFrame):
        raise ValueError(f"{model} is a {type(gan).__name__}, and predicts no frames.")
    height, width, channels = gan.image_shape
    # All are read before the first is written.
    found = [
        read_video(path, (height, width), fps or (10 if path.is_dir() else None), channels) for path in files
    ]
    for path, (video, _) in zip(files, found, strict=True):
        if len(video) < gan.history_length:
            raise ValueError(f"{path} has {len(video)} frames, and the model is given {gan.history_length}.")
    for path, (video, rate) in zip(files, found, strict=True):
        made = np.concatenate([video, gan.continue_videos(video[None], frames)[0]])
        target = out / (path.relative_to(videos).parent if path != videos else "") / f"{path.stem}.{suffix}"
        if path != videos and sum(other.with_suffix("") == path.with_suffix("") for other in files) > 1:
            target = target.with_name(f"{path.name}.{suffix}")
        target.parent.mkdir(parents=True, exist_ok=True)
        write_video(target, made, min(rate, 50) if suffix == "gif" else rate)
        typer.echo(str(target))
