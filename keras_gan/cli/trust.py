"""`keras-gan trust`."""

import json
import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, left_out, model_path, writable

app = typer.Typer(no_args_is_help=True, help="Detect generated images, and check where an image is from.")


@app.command()
def detect(
    images: Annotated[pathlib.Path, typer.Argument(help="Folder of images to score, or one image.")],
    reference: Annotated[
        pathlib.Path,
        typer.Option(help="Folder of real images of the same kind, at least 80 at the default rate."),
    ],
    model: Annotated[
        pathlib.Path, typer.Option(help="Run folder, .keras file or SavedModel whose images to detect.")
    ],
    out: Annotated[pathlib.Path, typer.Option(help="Folder to write: scores.csv, sheet.png.")] = pathlib.Path(
        "generated"
    ),
    method: Annotated[
        str,
        typer.Option(help="spectrum: quick; residual: a small network, more robust to JPEG and resizing."),
    ] = "spectrum",
    false_positive_rate: Annotated[
        float, typer.Option(min=0.0, max=0.999, help="Share of real images that may be scored as generated.")
    ] = 0.05,
    samples: Annotated[int, typer.Option(min=32, help="Maximum of real, and generated, images.")] = 2000,
    top: Annotated[int, typer.Option(min=1, help="Number of images on the sheet.")] = 24,
    seed: Annotated[int, typer.Option()] = 0,
):
    """Score images by how likely a model made them, and report how reliable the scores are."""
    for path in (images, reference, model):
        existing(path, "")
    writable(out, "--out", folder=True)
    from keras_gan.runs.forensics import detect_generated

    count, found, problems = detect_generated(
        images,
        reference,
        model,
        out,
        method=method,
        false_positive_rate=false_positive_rate,
        samples=samples,
        top=top,
        seed=seed,
        report=typer.echo,
    )
    typer.echo(f"{count} images scored, likeliest first in {out / 'scores.csv'}; sheet: {out / 'sheet.png'}")
    typer.echo(f"Taken for generated: {found} (of real images {false_positive_rate:.0%} would be)")
    left_out(problems)


@app.command()
def inspect(file: Annotated[pathlib.Path, typer.Argument(help="Image file.")]):
    """Print what made an image, if its file contains it, and whether its content credentials are valid."""
    existing(file, "")
    from keras_gan.trust.credentials import inspect

    found = inspect(file)
    if not found["provenance"] and not found["credentials"]:
        typer.echo(
            "The file says nothing of where it is from. That proves nothing: marks are easily removed."
        )
    elif not found["provenance"]:
        typer.echo("No provenance is written in the file.")
    for name, value in found["provenance"].items():
        typer.echo(f"{name}: {value if isinstance(value, str) else json.dumps(value)}")
    credentials = found["credentials"]
    if isinstance(credentials, str):
        typer.echo(f"content credentials: not checked. {credentials}")
    elif credentials:
        unknown = "signingCredential.untrusted" in credentials.get("problems", ())
        state = "intact, of a signer whom nobody known vouches for" if unknown else credentials["state"]
        typer.echo(f"content credentials: {state if credentials['state'] != 'Invalid' else 'Invalid'}")
        for name in ("software", "issuer", "source_types", "problems"):
            if credentials.get(name):
                value = credentials[name]
                typer.echo(f"  {name}: {value if isinstance(value, str) else ', '.join(value)}")


@app.command()
def watermark(
    model: Annotated[
        pathlib.Path, typer.Argument(help="Run folder or .keras file whose images are to carry a message.")
    ],
    message: Annotated[
        str, typer.Option(help="Bits, 0 and 1, such as 32 of them; at most one for each 16 pixels.")
    ],
    out: Annotated[
        pathlib.Path,
        typer.Option(
            help="Folder to write: watermark.keras, which reads it; model.keras, saved_model; sheet.png."
        ),
    ] = pathlib.Path("watermarked"),
    images: Annotated[
        pathlib.Path | None, typer.Option(help="Folder of real images. Default: the run's data.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps of the watermark.")] = 2000,
    generator_steps: Annotated[int, typer.Option(min=1, help="Steps of the generator.")] = 2500,
    distortion: Annotated[
        float,
        typer.Option(
            min=0.0, help="Weight of the changes: a higher one makes the message fainter, and easier to lose."
        ),
    ] = 30.0,
    batch_size: Annotated[int, typer.Option(min=1)] = 32,
    data_dir: Annotated[str | None, typer.Option(help="TFDS folder of the run's data.")] = None,
    seed: Annotated[int, typer.Option()] = 0,
):
    """Fine-tune a generator until all its images carry a message, and train a reader of the message."""
    if images is not None:
        existing(images, "")
    writable(out, "--out", folder=True)
    model = model_path(model)

    from keras_gan.watermarking import watermark_run

    watermark_run(
        model,
        out,
        message,
        images=images,
        steps=steps,
        generator_steps=generator_steps,
        distortion=distortion,
        batch_size=batch_size,
        data_dir=data_dir,
        seed=seed,
        report=typer.echo,
    )
    for name in ("watermark.keras", "model.keras", "saved_model", "sheet.png"):
        typer.echo(str(out / name))


@app.command()
def read(
    images: Annotated[pathlib.Path, typer.Argument(help="Folder of images, or one image.")],
    watermark: Annotated[
        pathlib.Path,
        typer.Option(
            help='watermark.keras of `keras-gan trust watermark`, or "rivagan" for `keras-gan trust embed`.'
        ),
    ],
    message: Annotated[str, typer.Option(help="The bits to find.")],
    out: Annotated[pathlib.Path, typer.Option(help="CSV file to write.")] = pathlib.Path("bits.csv"),
):
    """Read the message in images: how many bits agree, and how likely that is by chance."""
    existing(images, "")
    if str(watermark) != "rivagan":
        existing(watermark, "")
    writable(out)
    from keras_gan.watermarking import read_folder

    count, found, problems = read_folder(images, watermark, message, out, report=typer.echo)
    typer.echo(
        f"{found} of {count} images carry the message, with a chance of 1 in 10,000 that any is wrongly found: {out}"
    )
    left_out(problems)


@app.command()
def sign(
    file: Annotated[pathlib.Path, typer.Argument(help="PNG, JPEG or WebP file.")],
    out: Annotated[pathlib.Path, typer.Option(help="File to write.")],
    certificates: Annotated[
        pathlib.Path, typer.Option(help="PEM file: the signer's certificate, and those of its issuers.")
    ],
    key: Annotated[pathlib.Path, typer.Option(help="PEM file: the private key.")],
    model: Annotated[
        str | None, typer.Option(help="What made the image, if the file does not contain it.")
    ] = None,
    algorithm: Annotated[
        str, typer.Option(help="es256, es384, es512, ps256, ps384, ps512 or ed25519.")
    ] = "es256",
):
    """Copy an image and add signed content credentials (C2PA): a trained model made it."""
    for path in (file, certificates, key):
        existing(path, "")
    writable(out)
    from keras_gan import provenance
    from keras_gan.trust.credentials import sign

    sign(file, out, certificates, key, algorithm, provenance.about(model) if model else None)
    typer.echo(str(out))


@app.command()
def embed(
    images: Annotated[
        pathlib.Path, typer.Argument(help="Folder of images, or one image, of at least 128 pixels.")
    ],
    message: Annotated[str, typer.Option(help="32 bits, 0 and 1.")],
    out: Annotated[
        pathlib.Path, typer.Option(help="Folder to write: PNG files of the images' names.")
    ] = pathlib.Path("marked"),
):
    """Embed a message in images that exist already, by RivaGAN's published networks.

    Needs pip install onnxruntime && pip install --no-deps invisible-watermark.
    """
    existing(images, "")
    writable(out, "--out", folder=True)
    from keras_gan.watermarking import embed_folder

    count, problems = embed_folder(images, message, out, report=typer.echo)
    typer.echo(f"{count} images carry the message: {out}")
    left_out(problems)
