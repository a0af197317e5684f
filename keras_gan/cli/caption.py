"""`keras-gan caption`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, loaded


def caption(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder or .keras file of clip.")],
    image: Annotated[pathlib.Path, typer.Argument(help="An image, or a folder of images.")],
    texts: Annotated[pathlib.Path, typer.Option(help="Text file to choose from, one text per line.")],
    top: Annotated[int, typer.Option(min=1, help="Number of texts per image.")] = 5,
):
    """Find the texts that fit an image best (clip)."""
    existing(model, " It must be a run folder or a `.keras` file of clip.")
    existing(image, "")
    existing(texts, " It must be a text file with one text per line.")
    try:
        lines = texts.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{texts} is not UTF-8 text: {error}") from error
    lines = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not lines:
        raise ValueError(f"{texts} has no texts.")

    import numpy as np

    from keras_gan.data.folder import files_of
    from keras_gan.data.images import fit_image, open_image

    clip = loaded(model)
    if not hasattr(clip, "caption"):
        raise ValueError(
            f"{model} is a {type(clip).__name__}, which ranks no texts: train one that does, `keras-gan train clip`."
        )
    files = [image] if image.is_file() else files_of(image)
    *size, channels = clip.image_shape
    images = np.stack([fit_image(open_image(file), tuple(size), channels) for file in files])
    for file, found in zip(files, clip.caption(images, lines, top), strict=True):
        typer.echo(str(file))
        for text, cosine in found:
            typer.echo(f"  {cosine:6.3f}  {text}")
