"""Models on the Hugging Face Hub, with a model card."""

import contextlib
import json
import pathlib
import tempfile

import keras

from keras_gan.cache import sha256_of
from keras_gan.export import describe

START = "hf://"
NOTES = "preset.json"


def hub_name(path):
    """Return the name `hf://USER/NAME` that a path stands for, or None for a path on the disk."""
    text = str(path)
    # `pathlib.Path` drops one slash.
    if text.startswith("hf:/") and not text.startswith(START):
        text = text.replace("hf:/", START, 1)
    return text if text.startswith(START) else None


def save(gan, name, licence=None, metadata=None, *, networks=None):
    """Write a model to the Hub: its networks and training state, a model card, samples, and `preset.json`.

    Needs the package huggingface_hub, and a login (`hf auth login`). `keras.saving.load_model(name)` reads it, and
    `keras_gan.from_preset(name)`, which checks its SHA-256 too. All files are one commit.

    Args:
        gan: a `GAN`.
        name: "hf://USER/NAME".
        licence: identifier for the card, such as "cc-by-4.0"; with None the card states that none is given.
        metadata: dict of further entries, as in `GAN.export`.
        networks: model to store in the place of `gan`, such as a copy without optimisers, or None.

    Returns:
        The name.

    Raises:
        ImportError: without huggingface_hub. ValueError: if the name has another form. OSError: for a Hub that
            cannot be reached or refuses.
    """
    if hub_name(name) is None or name.removeprefix(START).count("/") != 1 or name.endswith(".keras"):
        raise ValueError(f"A repository of the Hub is named hf://USER/NAME. Received: {name!r}")
    if not hasattr(gan, "generator"):
        raise ValueError(f"The Hub's card is of a model with a generator, and {type(gan).__name__} has none.")
    api, repository = _hub().HfApi(library_name="keras_gan"), name.removeprefix(START)
    with tempfile.TemporaryDirectory() as folder:
        # Not zipped, as Keras reads models of the Hub.
        keras.saving.save_model(networks or gan, folder, zipped=False)
        load, files = f'keras_gan.from_preset("{name}")', ("model.weights.h5", "config.json")
        write_notes(gan, folder, files, load, licence, metadata)
        with _reaching(name, "written"):
            api.create_repo(repository, exist_ok=True)
            api.upload_folder(
                repo_id=repository,
                folder_path=folder,
                commit_message="A model of keras_gan",
                delete_patterns=["samples.*", "rows.csv", "model.keras"],  # of an earlier model
            )
    return name


def downloaded(name):
    """Download a model of the Hub into the cache of huggingface_hub, where it is not there yet.

    Args:
        name: "hf://USER/NAME".

    Returns:
        The folder, a `pathlib.Path`.

    Raises:
        ImportError: without huggingface_hub. OSError: for a repository that cannot be reached.
    """
    hub = _hub()
    with _reaching(name, "downloaded"):
        return pathlib.Path(hub.snapshot_download(name.removeprefix(START), library_name="keras_gan"))


@contextlib.contextmanager
def _reaching(name, what):
    try:
        yield
    except Exception as error:  # huggingface_hub has a dozen kinds, of two HTTP libraries
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise OSError(
            f"{name} cannot be {what}: {reason}. Check the name, the network and the login (`hf auth login`), which writing and private "
            "repositories need."
        ) from error


def _hub():
    try:
        import huggingface_hub
    except ImportError as error:
        raise ImportError(
            "The Hugging Face Hub needs huggingface_hub. Install it: pip install 'keras-gan[hub]'"
        ) from error
    return huggingface_hub


def write_notes(gan, folder, files, load, licence=None, metadata=None):
    """Write what stands beside a model: its card README.md, samples, and `preset.json` with its SHA-256.

    Args:
        gan: the model that makes the samples.
        folder: folder which contains the file of the model.
        files: names of the files that are loaded, the one with the weights first.
        load: the Python expression that loads the model.
        licence: identifier, or None.
        metadata: dict of further entries, or None.
    """
    folder, samples = pathlib.Path(folder), samples_of(gan)
    for name, content in samples.items():
        (folder / name).write_bytes(content)
    about = {**describe(gan), **(metadata or {})}
    (folder / "README.md").write_text(model_card(about, f"model = {load}", licence, samples))
    file, *others = files
    notes = {
        "file": file,
        "sha256": sha256_of(folder / file),
        "beside": {name: sha256_of(folder / name) for name in others},
        "size": (folder / file).stat().st_size,
        "licence": licence,
        "ema_decay": keras.saving.serialize_keras_object(getattr(gan, "ema_decay", None)),
        "about": about,
    }
    (folder / NOTES).write_text(json.dumps(notes, indent=2) + "\n")


def samples_of(gan):
    """Write samples as files: a PNG, and what a PNG does not show, such as samples.wav; for tables rows.csv.

    Returns:
        dict from file name to bytes; empty if the model needs more than latents, such as data for its rows.
    """
    if hasattr(gan, "schema"):
        return {"rows.csv": gan.sample(100, seed=0).to_csv(index=False).encode()}
    if not hasattr(gan, "grid_inputs") or gan.from_images or not gan.modality.drawable:
        return {}
    try:
        inputs = gan.grid_inputs(gan.grid_rows, 8, 0)
    except ValueError:  # the conditions come from the data of `fit`, which was not called
        return {}
    from keras_gan.grid import image_grid

    examples, columns = gan.grid_images(inputs, 8)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "samples.png")
        image_grid(gan.modality.to_pictures(examples), columns).save(path)
        gan.modality.write_all(path, examples[:16])
        return {file.name: file.read_bytes() for file in pathlib.Path(folder).iterdir()}


def model_card(about, load, licence=None, samples=()):
    """A model card in Markdown.

    Args:
        about: dict as in the `metadata.json` of an export; "command" is the training command, "figures" its
            metrics.
        load: the line of Python that loads the model into a variable `model`.
        licence: identifier, or None.
        samples: names of the files of samples in the same folder.

    Returns:
        str.

    Example:
    >>> from keras_gan.hub import model_card
    >>> print(model_card({"class": "WGANGP", "image_shape": [28, 28, 1], "dataset": "mnist"}, "model = ...")[:20])
    ---
    library_name: ke
    """
    name, shape = about.get("class", "GAN"), about.get("image_shape", [])
    kind = "variational-autoencoder" if name in ("VAE", "TVAE") else "gan, generative-adversarial-network"
    head = ["---", "library_name: keras", "tags: [keras, " + kind + ", keras_gan]"]
    head += [f"license: {licence}"] if licence else []
    modality = (about.get("modality") or {}).get("class_name", "Images" if len(shape) == 3 else "vectors")
    size = (
        f"images of {shape[0]} x {shape[1]} with {shape[2]} channels"
        if modality == "Images" and len(shape) == 3
        else "rows of a table"
        if modality == "Rows"
        else f"sounds, as spectra of {shape[0]} x {shape[1]}"
        if modality == "Spectra"
        else f"{modality.lower()} of {shape}"
    )
    lines = [*head, "---", "", f"# {name} of {about.get('dataset') or 'unnamed data'}", ""]
    lines += [
        f"A `{name}` of keras_gan whose generator of {about.get('parameters', 0):,} weights makes {size}."
    ]
    lines += ["", "![Samples](samples.png)"] if "samples.png" in samples else []
    others = ", ".join(f"[{file}]({file})" for file in sorted(samples) if file != "samples.png")
    lines += ["", f"Samples: {others}."] if others else []
    lines += ["", "## Data", "", f"{about.get('dataset') or 'Not named.'}"]
    if about.get("class_names"):
        lines += ["", f"Classes, from 0: {', '.join(about['class_names'])}."]
    lines += [
        "",
        "## Training",
        "",
        f"{about.get('generator_steps', 0)} generator steps, {about.get('epochs', 0)} epochs.",
    ]
    figures = about.get("training_figures") or {}
    if figures:
        lines += ["", "Means of the last epoch:", "", "| quantity | value |", "|---|---|"]
        lines += [f"| {figure} | {value:.5g} |" for figure, value in figures.items()]
    if about.get("command"):
        lines += ["", "Made by", "", "```bash", about["command"], "```"]
    measured = about.get("figures") or {}
    lines += ["", "## Metrics", ""]
    if about.get("reference"):
        lines += [f"Against {about['reference']}, split {about.get('split')}:", ""]
    for name, found in measured.items():
        beside = [f"{found['n_generated']} samples"] if "n_generated" in found else []
        beside += [f"features of {found['extractor']}"] if found.get("extractor") else []
        lines.append(f"- {name}: {found['value']:.5g}" + (f" ({', '.join(beside)})" if beside else ""))
    lines += [] if measured else ["Not measured."]
    lines += ["", "## Use", "", "```python", "import keras_gan", "", load]
    lines += [
        "images = model.translate(images)"
        if "source" in (about.get("inputs") or {})
        else "rows = model.sample(100, seed=0)"
        if modality == "Rows"
        else "samples = model.generate(16, seed=0)"
    ]
    lines += ["```", "", "## Licence", "", licence or "Not given."]
    return "\n".join(lines) + "\n"


def card_beside(run):
    """Read the metrics in a run's `evaluation.json`, for its card."""
    path = pathlib.Path(run) / "evaluation.json"
    if not path.exists():
        return {}
    found = json.loads(path.read_text())
    reference = str(found.get("reference", ""))
    if reference.startswith("folder:"):  # its name says enough of where it was
        found["reference"] = f"folder:{pathlib.Path(reference.removeprefix('folder:')).name}"
    return {name: found[name] for name in ("figures", "reference", "split") if name in found}
