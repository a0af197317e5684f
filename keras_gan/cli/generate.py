"""`keras-gan generate`."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import loaded, model_path, writable

TABLES = (".csv", ".parquet")
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")
# Of slices in the units of medical data.
VOLUMES = (".nii", ".nii.gz")
# Of sounds, shapes, videos and texts.
OTHERS = (".wav", ".npz", ".obj", ".stl", ".ply", ".glb", ".mp4", ".txt")


def generate(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder, .keras file or SavedModel.")],
    n: Annotated[
        int | None,
        typer.Option(
            "-n", min=1, help="Number of images, or of images per text. Default: 64, or 8 per text."
        ),
    ] = None,
    out: Annotated[pathlib.Path, typer.Option(help="Image to write.")] = pathlib.Path("grid.png"),
    seed: Annotated[int, typer.Option()] = 0,
    truncation: Annotated[float, typer.Option(help="Less than 1: more typical, less varied images.")] = 1.0,
    label: Annotated[
        str | None,
        typer.Option(
            help="Class of all images of a conditional model, its number or name (`keras-gan describe` lists "
            "them). Default: random ones."
        ),
    ] = None,
    text: Annotated[
        list[str] | None,
        typer.Option(help='Text that the images show, such as "a red heart"; may be given several times.'),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            help='Tables only: required value of a column, "income=>50K", or range of numbers, "age=30..40"; '
            "may be given several times."
        ),
    ] = None,
    columns: Annotated[int | None, typer.Option(min=1)] = None,
    truncation_cutoff: Annotated[
        int | None, typer.Option(min=0, help="StyleGAN runs only: number of truncated layers. Default: all.")
    ] = None,
    noise: Annotated[
        str | None, typer.Option(help="StyleGAN runs only: const (default), random or none.")
    ] = None,
    mark: Annotated[
        bool,
        typer.Option("--provenance/--no-provenance", help="Whether to store in an image file what made it."),
    ] = True,
):
    """Write a grid of generated images, or the other data that a model makes.

    These are files such as rows.csv, sounds.wav, shapes.npz, clips.gif, series.csv, texts.txt; slices.nii.gz has
    the images of a model of medical volumes in their own units, such as Hounsfield units.
    """
    if text and (label is not None or truncation_cutoff is not None or noise or columns):
        raise ValueError(
            "--text goes with -n, --seed, --truncation and --out: each text has a row of its own."
        )
    if out.suffix.lower() in TABLES:
        if (
            text
            or label is not None
            or columns
            or truncation_cutoff is not None
            or noise
            or truncation != 1.0
        ):
            raise ValueError(f"Rows of a table ({out.name}) go with -n, --seed and --where.")
        return _write_rows(model, n or 1000, out, seed, where or [])
    if out.name.lower().endswith(VOLUMES):
        if text or columns or where:
            raise ValueError(
                f"Slices in their own units ({out.name}) go without --text, --columns and --where."
            )
        styles = {"truncation_cutoff": truncation_cutoff, "noise": noise}
        return _write_volume(model, n or 64, out, seed, truncation, label, styles)
    if where:
        raise ValueError(
            f"--where is of tables, whose --out is a {' or '.join(TABLES)} file. Received: {out}"
        )
    if out.suffix.lower() not in (*PICTURES, *OTHERS):
        raise ValueError(
            f"--out must be an image's name, such as grid.png, of sound .wav, of shapes .npz or a mesh's, such as .obj, of videos .gif, .webp "
            f"or .mp4, of tables and series .csv, of texts .txt, of medical slices .nii.gz. Received: {out}"
        )
    writable(out)
    name, model = model, model_path(model)

    from keras_gan import provenance
    from keras_gan.grid import image_grid
    from keras_gan.runs.generator import Generator

    try:
        generator = Generator(model)
    except ValueError as error:  # in the words of who asks
        raise ValueError(str(error).replace(str(model), str(name))) from error
    styles = {"truncation_cutoff": truncation_cutoff, "noise": noise}
    styles = {name: value for name, value in styles.items() if value is not None}
    if text:
        # A row for each text.
        columns = n or 8
        images = generator.sample_texts([each for each in text for _ in range(columns)], seed, truncation)
    else:
        images = generator.sample(n or 64, seed, truncation, label, **styles)
    out.parent.mkdir(parents=True, exist_ok=True)
    modality = getattr(generator, "modality", None)
    suffix, paths = out.suffix.lower(), [out]
    if modality is not None and suffix in modality.suffixes:
        paths = modality.write_many(out, images)
    elif suffix in OTHERS:
        endings = [*(() if modality is None else modality.suffixes), ".png"]
        raise ValueError(
            f"{model} makes no {out.suffix} files: give --out a name that ends in {' or '.join(endings)}."
        )
    else:
        if modality is not None and modality.suffixes and not modality.drawable:
            raise ValueError(
                f"{model} makes {modality.name}: give --out a name that ends in {' or '.join(modality.suffixes)}."
            )
        pictures = images if modality is None else modality.to_pictures(images)
        if mark and suffix not in provenance.SUFFIXES:
            typer.echo(f"{suffix} files cannot store what made them.", err=True)
        about = generator.about(seed=seed, truncation=truncation, label=label, texts=text)
        provenance.save(image_grid(pictures, columns, row_names=text), out, about if mark else None)
    for path in paths:
        typer.echo(str(path))


def _write_volume(model, n, out, seed, truncation, label, styles):
    """Write grey images in the units of the training data as the slices of a NIfTI file."""
    writable(out)

    from keras_gan.data.volumes import write_nifti
    from keras_gan.runs.generator import Generator

    generator = Generator(model_path(model))
    styles = {name: value for name, value in styles.items() if value is not None}
    shape = getattr(getattr(generator, "modality", None), "shape", (1,))
    if len(shape) != 3 or shape[2] != 1:
        raise ValueError(f"Slices of a NIfTI file are grey images. {model} makes others: give another --out.")
    images = generator.sample(n, seed, truncation, label, units=True, **styles)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_nifti(images[..., 0], out)
    typer.echo(f"{out}: {n} slices in the units of the training data")


def _write_rows(model, n, out, seed, where):
    """Write rows of a model of tables, a run or `.keras` file, as a CSV or Parquet file."""
    asked = {}
    for text in where:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise ValueError(f'--where must be COLUMN=VALUE, such as "income=>50K". Received: {text!r}')
        asked.setdefault(name, []).append(value)
    writable(out)

    if (model / "saved_model.pb").exists():
        raise ValueError(
            f"{model} is a SavedModel, whose `sample` gives vectors: give the run's folder, or its `.keras` file."
        )
    gan = loaded(model)
    if not hasattr(gan, "schema"):
        if where or not hasattr(gan, "generate") or out.suffix.lower() not in gan.modality.suffixes:
            endings = [*getattr(getattr(gan, "modality", None), "suffixes", ()), ".png"]
            raise ValueError(
                f"{model} is a {type(gan).__name__}, which makes no rows: give --out a name that ends in {' or '.join(endings)}."
            )
        # Time series; each row is a time.
        out.parent.mkdir(parents=True, exist_ok=True)
        typer.echo(str(gan.modality.write_many(out, gan.generate(n, seed))[0]))
        return
    for column in gan.schema.numbers:
        if column.name in asked:
            asked[column.name] = _ends_of(column.name, asked[column.name])
    rows = gan.sample(n, where=asked, seed=seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix.lower() == ".csv":
        rows.to_csv(out, index=False)
    else:
        rows.to_parquet(out, index=False)
    typer.echo(str(out))


def _ends_of(name, texts):
    """Return the two ends of "30..40", or one number or date twice."""
    if len(texts) > 1:
        raise ValueError(
            f"--where of the column {name!r} is given {len(texts)} times: give its two ends once, {name}=LOW..HIGH."
        )
    low, dots, high = texts[0].partition("..")
    return low, high if dots else low
