"""`keras-gan vocode`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, loaded, preset_named, writable


def vocode(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder or .keras file of hifigan.")],
    sounds: Annotated[
        pathlib.Path,
        typer.Argument(
            help="A sound file or a folder of them, or .npy files of mel spectrograms (frames, bands)."
        ),
    ],
    out: Annotated[pathlib.Path, typer.Option(help="Folder to write WAV files into.")] = pathlib.Path(
        "vocoded"
    ),
    frames: Annotated[
        int,
        typer.Option(min=1, help="Frames made at once, so that memory does not grow with a sound's length."),
    ] = 1000,
):
    """Make sound from mel spectrograms, or from the spectrograms of sound files."""
    existing(sounds, " It must be a sound file, a .npy file or a folder of such.")
    writable(out, folder=True)
    preset_named(model)

    from keras_gan.data.sounds import ENDINGS

    endings = (*ENDINGS, ".npy")
    files = (
        sorted(p for p in sounds.rglob("*") if p.suffix.lower() in endings) if sounds.is_dir() else [sounds]
    )
    if not files or files[0].suffix.lower() not in endings:
        raise ValueError(f"There are no files that end in {', '.join(endings)} in {sounds}.")

    import numpy as np

    from keras_gan.data import read_sound, write_sound
    from keras_gan.models.hifigan import HiFiGAN

    gan = loaded(model)
    if not isinstance(gan, HiFiGAN):
        raise ValueError(f"{model} is a {type(gan).__name__}, and no vocoder.")
    written = set()
    for path in files:
        if path.suffix.lower() == ".npy":
            made = gan.vocode(np.load(path, allow_pickle=False)[None], frames)
        else:
            sound, _ = read_sound(path, gan.mel.rate)
            if len(sound) < gan.mel.fft:
                raise ValueError(f"{path} has {len(sound)} samples, fewer than a frame of {gan.mel.fft}.")
            made = gan.reconstruct(sound[None], frames)
        # The folders are kept. If two files have the same name, both are written.
        beside = path.relative_to(sounds).parent if sounds.is_dir() else pathlib.Path()
        target = out / beside / f"{path.stem}.wav"
        if target in written:
            target = target.with_name(f"{path.name}.wav")
        written.add(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_sound(target, made[0], gan.mel.rate)
        typer.echo(str(target))
