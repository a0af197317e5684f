"""Load a model from a preset, and save a model as a preset."""

import os
import pathlib
import shutil

from keras_gan import convert, hub
from keras_gan.presets.preset import PRESETS, preset_of
from keras_gan.runs.load import load_model, notes_of


def from_preset(name):
    """Load a pretrained model.

    Files that do not come with keras_gan are downloaded once into the cache folder (`$XDG_CACHE_HOME`,
    ~/.cache/keras_gan/presets), and their SHA-256 is checked; no code in them is run.

    Args:
        name: a name from `keras-gan presets`; or the path of a folder that `save_to_preset` wrote; or
            "hf://USER/NAME" on the Hugging Face Hub.

    Returns:
        A model of keras_gan. Models of latents have `generate`, super-resolution has `upscale`; `compile` and
        `fit` continue the training of a model that keras_gan trained.

    Raises:
        ValueError: for an unknown name, and for a file with another SHA-256 than the registered one.
        OSError: without a network; the message names the file to fetch by hand and where to put it.

    Example:
    >>> model = keras_gan.from_preset("digits")
    >>> model.generate(16, seed=0).shape
    (16, 28, 28, 1)
    """
    if hub.hub_name(name):
        return _of_folder(hub.downloaded(hub.hub_name(name)))
    folder = pathlib.Path(name).expanduser()
    if folder.is_dir() and (name not in PRESETS or (folder / hub.NOTES).exists()):
        if not (folder / hub.NOTES).exists():
            raise ValueError(
                f"{folder} has no {hub.NOTES}: it is no preset, which `save_to_preset` writes. A run, a checkpoint or a `.keras` file is "
                "loaded by `keras_gan.runs.load_model`."
            )
        return _of_folder(folder)
    preset = preset_of(name)
    path = preset.fetch()
    return convert.as_gan(convert.load(path, preset.prefix)) if preset.address else _of_folder(path.parent)


def _of_folder(folder):
    model, decay = load_model(folder), notes_of(folder).get("ema_decay")
    return model if decay is None or model.ema_decay is not None else _with_averages(model, decay)


def save_to_preset(model, target, licence=None, metadata=None, optimizers=False):
    """Write a model as a preset: `model.keras`, a model card (README.md), samples, and `preset.json` with the SHA-256.

    Args:
        model: a model of keras_gan.
        target: folder to write, new, empty or a preset; or "hf://USER/NAME" on the Hugging Face Hub, see
            `keras_gan.hub.save`.
        licence: identifier for the card, such as "cc-by-4.0"; with None the card states that none is given.
        metadata: dict of further entries, such as
            {"command": "keras-gan train", "figures": {"fid": {"value": 7.2}}}.
        optimizers: bool, whether the preset gets everything that training needs, three times as large; `fit` then
            continues where it was. Default False: networks with the averaged weights, and no optimisers.

    Returns:
        The target, as a str.

    Raises:
        ValueError: for a folder with other files in it, and for AnoGAN, GAIL and Watermark; nothing is written.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2))
    >>> folder = keras_gan.save_to_preset(gan, "/tmp/keras_gan_preset", licence="cc0-1.0")
    >>> keras_gan.from_preset(folder).generate(3, seed=0).shape
    (3, 2)
    """
    if not hasattr(model, "generate") and not (hasattr(model, "networks") and hasattr(model, "described")):
        raise ValueError(
            f"A preset is of a model that has its own networks for data, and {type(model).__name__} has none: `save` writes it."
        )
    if hub.hub_name(target):
        networks = None if optimizers else _for_use(model)
        return hub.save(model, hub.hub_name(target), licence, metadata, networks=networks)
    folder = pathlib.Path(target).expanduser()
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file: give the name of a folder.")
    folder = folder.resolve()
    others = [path.name for path in folder.iterdir() if not _is_ours(path.name)] if folder.is_dir() else []
    if others:
        raise ValueError(
            f"{folder} holds other files, such as {others[0]}: a preset has a folder of its own."
        )
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        (model if optimizers else _for_use(model)).save(partial / "model.keras")
        load = f'keras_gan.from_preset("{folder.name}")'
        hub.write_notes(model, partial, ["model.keras"], load, licence, metadata)
        # Whole, in place of an earlier one.
        before = partial.with_suffix(".before")
        if folder.exists():
            folder.rename(before)
        partial.rename(folder)
        shutil.rmtree(before, ignore_errors=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return str(target)


def _is_ours(name):
    return name in (hub.NOTES, "model.keras", "README.md", "rows.csv") or name.startswith("samples.")


def _with_averages(model, decay):
    """Copy a model into one with moving averages, which begin at its weights."""
    copy = type(model).from_config({**model.get_config(), "ema_decay": decay})
    for name in model.networks:
        for network in {getattr(copy, name), getattr(copy, f"ema_{name}", getattr(copy, name))}:
            network.set_weights(getattr(model, name).get_weights())
    return _with_state(copy, model)


def _with_state(copy, model):
    stored, own = {}, {}
    model.save_own_variables(stored)
    copy.save_own_variables(own)
    seeds = lambda store: {name for name in store if name.startswith("seed_")}
    if seeds(stored) != seeds(own):
        # Seeds of layers are numbered: with or without a set of averages a number is another layer's.
        stored = {name: value for name, value in stored.items() if name not in seeds(stored)}
        stored |= {name: own[name] for name in seeds(own)}
    copy.load_own_variables(stored)
    copy.dataset_name, copy.class_names = model.dataset_name, model.class_names
    return copy


def _for_use(model):
    """Copy a model without optimisers and, where all its weights are those of its networks, without a second set of averages.

    The copy is not compiled, and its networks have the averaged weights.
    """
    if not hasattr(model, "networks"):  # made of trained models
        return model
    config = model.get_config()
    copy = type(model).from_config({**config, **({"ema_decay": None} if "ema_decay" in config else {})})
    networks = {name: getattr(copy, name) for name in model.networks}
    if len(copy.weights) == sum(len(network.weights) for network in networks.values()):
        for name, network in networks.items():
            network.set_weights(getattr(model, f"ema_{name}", getattr(model, name)).get_weights())
    else:  # such as a text encoder's
        # Anew: building a model uses its configuration up.
        copy = type(model).from_config(model.get_config())
        for variable, value in zip(copy.weights, model.weights, strict=True):
            variable.assign(value)
    return _with_state(copy, model)
