"""The commands of `keras-gan` on the latent space."""

import pathlib
from typing import Annotated

import typer

from keras_gan.cli.options import existing, loaded, model_path, numbers, preset_named, writable

STYLE_MODEL = "Run folder or .keras file of a StyleGAN."


def interpolate(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder, .keras file or SavedModel.")],
    out: Annotated[
        pathlib.Path, typer.Option(help="walk.gif or .mp4 for a walk; .png for a sheet, one path per row.")
    ] = pathlib.Path("walk.gif"),
    rows: Annotated[int, typer.Option(min=1, help="Rows of images.")] = 4,
    columns: Annotated[int, typer.Option(min=2, help="Images in a row.")] = 8,
    keys: Annotated[int, typer.Option(min=2, help="Number of latents that a walk passes through.")] = 4,
    frames: Annotated[int, typer.Option(min=2, help="Frames of a walk.")] = 80,
    fps: Annotated[int, typer.Option(min=1, help="Frames per second.")] = 20,
    path: Annotated[
        str | None,
        typer.Option(help="slerp, along great circles, or lerp, straight. Default: slerp, and lerp in w."),
    ] = None,
    space: Annotated[
        str | None, typer.Option(help="z, or w of a StyleGAN run. Default: w if there is one.")
    ] = None,
    seed: Annotated[int, typer.Option()] = 0,
    label: Annotated[
        str | None, typer.Option(help="Class of a conditional model, its number or name.")
    ] = None,
):
    """Interpolate between latents: a walk as GIF or MP4, or a sheet as PNG."""
    model = model_path(model)

    from keras_gan import latent
    from keras_gan.grid import image_grid
    from keras_gan.runs.generator import Generator

    if out.suffix not in (".gif", ".mp4", ".png"):
        raise ValueError(f"--out must end in .gif, .mp4 or .png. Received: {out}")
    writable(out)
    generator = Generator(model)
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".png":
        image_grid(
            latent.interpolation_sheet(generator, rows, columns, path, seed, label, space), columns
        ).save(out)
    else:
        pictures = latent.walk_frames(generator, rows * columns, keys, frames, path, seed, label, space)
        latent.save_animation([image_grid(images, columns) for images in pictures], out, fps)
    typer.echo(str(out))


def truncate(
    model: Annotated[pathlib.Path, typer.Argument(help="Run folder, .keras file or SavedModel.")],
    out: Annotated[pathlib.Path, typer.Option(help="Image to write.")] = pathlib.Path("truncation.png"),
    values: Annotated[str, typer.Option(help="Truncations, a row for each.")] = "0,0.25,0.5,0.75,1,1.25",
    columns: Annotated[int, typer.Option(min=1, help="Images in a row.")] = 8,
    seed: Annotated[int, typer.Option()] = 0,
    label: Annotated[
        str | None, typer.Option(help="Class of a conditional model, its number or name.")
    ] = None,
):
    """Show the same images under several truncations."""
    model = model_path(model)

    from keras_gan import latent
    from keras_gan.grid import image_grid
    from keras_gan.runs.generator import Generator

    writable(out)
    chosen = numbers(values, float, "--values", "0,0.5,1")
    images = latent.truncation_sweep(Generator(model), chosen, columns, seed, label)
    _save(image_grid(images, columns), out)


def mix(
    model: Annotated[pathlib.Path, typer.Argument(help=STYLE_MODEL)],
    out: Annotated[pathlib.Path, typer.Option(help="Image to write.")] = pathlib.Path("mixing.png"),
    rows: Annotated[str, typer.Option(help="Seeds of the images that set all other layers.")] = "0,1,2,3",
    columns: Annotated[str, typer.Option(help="Seeds of the images that set --layers.")] = "10,11,12,13,14",
    layers: Annotated[
        str, typer.Option(help="The first ones control shape, the last ones colour (StyleGAN, StyleGAN2).")
    ] = "0-3",
    label: Annotated[
        str | None, typer.Option(help="Class of a conditional model, its number or name.")
    ] = None,
    truncation: Annotated[float, typer.Option()] = 0.7,
):
    """Write a sheet of images that take some layers' styles from one image, and the rest from another."""
    preset_named(model)

    from keras_gan import latent
    from keras_gan.grid import image_grid

    writable(out)
    seeds = [numbers(text, int, name, "0,1,2") for name, text in (("--rows", rows), ("--columns", columns))]
    sheet = latent.style_mixing_sheet(loaded(model), *seeds, _layers(layers), label, truncation)
    _save(image_grid(sheet, 1 + len(seeds[1])), out)


def project(
    model: Annotated[pathlib.Path, typer.Argument(help=STYLE_MODEL)],
    picture: Annotated[
        pathlib.Path, typer.Argument(help="An image; it is cropped and resized to the model's size.")
    ],
    out: Annotated[
        pathlib.Path | None, typer.Option(help="Folder to write. Default: projections/IMAGE.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps of the search.")] = 1000,
    extractor: Annotated[
        str, typer.Option(help="Extractor of the distance: as in `evaluate`, but not 'trained'.")
    ] = "inception",
    weights: Annotated[pathlib.Path | None, typer.Option(help="File of the extractor's weights.")] = None,
    pixel_weight: Annotated[float, typer.Option(help="Weight of the pixel difference in the loss.")] = 0.0,
    every_layer: Annotated[bool, typer.Option("--every-layer", help="A w for each layer (W+).")] = False,
    label: Annotated[
        str | None, typer.Option(help="Class of a conditional model, its number or name.")
    ] = None,
    video: Annotated[str, typer.Option(help="Format of the video of the search: gif or mp4.")] = "gif",
    seed: Annotated[int, typer.Option()] = 0,
):
    """Find the w whose image is nearest to a given one: writes w.npy, both images, a video of the search."""
    if video not in ("gif", "mp4"):
        raise ValueError(f"--video must be gif or mp4. Received: {video}")
    existing(picture, "")
    out = out or pathlib.Path("projections") / picture.stem
    writable(out, folder=True)

    import numpy as np

    preset_named(model)

    from keras_gan import latent
    from keras_gan.data.images import fit_image, open_image
    from keras_gan.grid import image_grid
    from keras_gan.latent.styles import check_style_model
    from keras_gan.metrics import Extractor

    gan = loaded(model)
    check_style_model(gan)
    height, width, channels = gan.image_shape
    target = fit_image(open_image(picture), (height, width), channels)
    found = latent.project(
        gan,
        target,
        Extractor(extractor, weights=weights),
        steps,
        pixel_weight=pixel_weight,
        every_layer=every_layer,
        seed=seed,
        label=label,
    )
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / "w.npy", found.w)
    image_grid(np.stack([target, found.image]), 2, "target | projection").save(out / "projection.png")
    frames = [image_grid(np.stack([target, frame]), 2) for frame in found.frames]
    latent.save_animation(frames, out / f"projection.{video}", fps=10)
    typer.echo(f"{out}: distance {found.distance:.4f}, {found.distances[0]:.4f} at the mean of w")


def edit(
    model: Annotated[pathlib.Path, typer.Argument(help=STYLE_MODEL)],
    method: Annotated[
        str, typer.Option(help="sefa (from weights), ganspace (from ws) or attribute (by a classifier).")
    ] = "sefa",
    direction: Annotated[
        int | None, typer.Option(min=0, help="Index of one direction. Default: a sheet for each of --count.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Number of directions, without --direction.")] = 6,
    classifier: Annotated[
        pathlib.Path | None, typer.Option(help="For --method attribute: .keras file from images to logits.")
    ] = None,
    attribute: Annotated[int, typer.Option(min=0, help="The attribute: a class of the classifier.")] = 0,
    w: Annotated[pathlib.Path | None, typer.Option(help="w.npy of `project`. Default: by --seed.")] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="Number of images to edit.")] = 4,
    reach: Annotated[
        float, typer.Option(help="How far, in standard deviations of w along the direction.")
    ] = 3.0,
    columns: Annotated[int, typer.Option(min=2, help="Images in a row.")] = 7,
    layers: Annotated[str | None, typer.Option(help="Layers to edit, such as 0-3. Default: all.")] = None,
    truncation: Annotated[float, typer.Option(help="Truncation of the images to edit.")] = 0.7,
    label: Annotated[
        str | None, typer.Option(help="Class of a conditional model, its number or name.")
    ] = None,
    seed: Annotated[int, typer.Option()] = 0,
    out: Annotated[
        pathlib.Path, typer.Option(help="Folder to write; with --direction or for an attribute, an image.")
    ] = pathlib.Path("edits"),
):
    """Edit images along latent directions, each of which changes one property."""
    import numpy as np

    preset_named(model)

    from keras_gan import latent
    from keras_gan.grid import image_grid
    from keras_gan.metrics import Extractor

    if method not in ("sefa", "ganspace", "attribute"):
        raise ValueError(f"--method must be sefa, ganspace or attribute. Received: {method}")
    # One direction gives one file, several give a folder of files.
    writable(out, folder=direction is None and method != "attribute")
    if (method == "attribute") != (classifier is not None):
        raise ValueError("--method attribute and --classifier go together.")
    if method == "attribute":
        if direction is not None:
            raise ValueError("--direction is of sefa and ganspace: an attribute has one.")
        direction = 0
    gan, chosen = loaded(model), _layers(layers)
    ws = latent.styles_of(gan, range(seed, seed + n), label, truncation) if w is None else _ws(w)
    wanted = count if direction is None else direction + 1
    if method == "attribute":
        network = Extractor(classifier)

        def has(images):
            logits = np.asarray(network(images))
            if attribute >= logits.shape[-1]:
                raise ValueError(
                    f"{classifier} has {logits.shape[-1]} classes. Received: --attribute {attribute}"
                )
            return logits.argmax(axis=-1) == attribute

        found, accuracy = latent.attribute_direction(gan, has, label=label)
        directions, name = found[None], f"class {attribute}"
        typer.echo(f"The direction separates {accuracy:.0%} of held-out images correctly.")
    else:
        options = {"label": label} if method == "ganspace" else {}
        directions, _ = getattr(latent, method)(gan, wanted, **options)
        name = None
    if len(directions) < wanted:
        raise ValueError(f"w has {len(directions)} directions, from 0. Received: --direction {direction}")
    deviations = np.std(latent.styles_of(gan, range(200), label)[:, 0] @ directions.T, axis=0)
    for i in range(wanted) if direction is None else [direction]:
        amounts = np.linspace(-reach, reach, columns) * deviations[i]
        images = latent.edit(gan, ws, directions[i], amounts, chosen)
        path = out / f"{method}_{i}.png" if direction is None else out.with_suffix(out.suffix or ".png")
        _save(image_grid(images, columns, f"{method} {name or i}"), path)


def _save(picture, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    typer.echo(str(path))


def _ws(path):
    import numpy as np

    if not path.is_file():
        raise ValueError(f"There is no file {path}: --w is the w.npy that `keras-gan project` writes.")
    try:
        return np.load(path, allow_pickle=False)
    except (ValueError, EOFError):
        raise ValueError(f"{path} is not the w.npy that `keras-gan project` writes.") from None


def _layers(text):
    """Parse a layer, or a range of layers, as a range; None for all."""
    if text is None:
        return None
    first, _, last = text.partition("-")
    if not (first.isdigit() and (last or first).isdigit()) or int(last or first) < int(first):
        raise ValueError(f"--layers must be a number or two that rise, such as 0-3. Received: {text}")
    return range(int(first), int(last or first) + 1)
