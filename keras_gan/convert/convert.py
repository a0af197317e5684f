"""A checkpoint file -> the network that it contains."""

import json
import pathlib

import keras

from keras_gan import conditions, export, export_sound
from keras_gan.arguments import check_truncation
from keras_gan.convert import (
    biggan,
    dfgan,
    ganomaly,
    latent,
    sound,
    stackgan,
    stargan,
    state_dict,
    style,
    super_resolution,
    translation,
)
from keras_gan.layers import (
    ConditionalBatchNormalization,
    ImagePyramid,
    ProjectedBatchNormalization,
    PyramidLevels,
)
from keras_gan.models.biggan import BigGAN
from keras_gan.models.checks import classes_of
from keras_gan.models.conditional_gan import ConditionalGAN
from keras_gan.models.gan import GAN
from keras_gan.models.srgan import ESRGAN
from keras_gan.models.stackgan import augmentation_of
from keras_gan.models.stackgan2 import StackGAN2
from keras_gan.models.style_based import kind_of
from keras_gan.models.stylegan2 import StyleGAN2
from keras_gan.models.stylegan3 import StyleGAN3
from keras_gan.networks.outputs import first
from keras_gan.tiles import default_overlap

FAMILIES = (
    *translation.FAMILIES,
    *super_resolution.FAMILIES,
    *style.FAMILIES,
    *stargan.FAMILIES,  # before DCGAN, whose names it has too
    *latent.FAMILIES,
    *biggan.FAMILIES,
    *dfgan.FAMILIES,
    *stackgan.FAMILIES,
    *ganomaly.FAMILIES,
    *sound.FAMILIES,
)
# Families whose images are in [0, 1].
SUPER_RESOLUTION = ("rrdbnet", "msrresnet", "srvggnet")
# Families that make sound from mel spectrograms.
VOCODERS = ("hifigan", "melgan")


def load(path, prefix="", truncation=1.0):
    """Build the network of a published checkpoint, with its weights.

    Family and sizes are recognised from names and shapes; PyTorch is not needed, and nothing in the file
    is run. Known are junyanz' CycleGAN and pix2pix (ResNet, U-Net, PatchGAN, pixel discriminator), xinntao's
    ESRGAN, BasicSR and Real-ESRGAN (RRDBNet under its three sets of names, SRVGGNetCompact), BasicSR's MSRResNet; the
    PyTorch examples' DCGAN; R3GAN; ajbrock's BigGAN and BigGAN-deep, and Hugging Face's port of DeepMind's; tobran's DF-GAN and
    hanzhanggit's StackGAN and StackGAN-v2 (generators); yunjey's StarGAN; samet-akcay's GANomaly; jik876's HiFi-GAN and
    descriptinc's MelGAN (generators);
    state dicts of NVIDIA's StyleGAN2, StyleGAN2-ADA and StyleGAN3 (generators and
    discriminators), and of the PyTorch GAN zoo's ProGAN.

    For training checkpoints with several networks, `{"generator": ..., "optimizer": ...}` or names such as
    `generator_ema.`, the averaged generator is returned, else the generator.

    Args:
        path: `.pth` file, of the current or the older format, `.npz` or `.safetensors` file.
        prefix: str; only names that begin with it are used, without it, such as "G." in a file of two
            networks; or the name of a network in the file, such as "netD_state_dict".
        truncation: float, selects the statistics that a file of Hugging Face's BigGAN-deep has for each
            multiple of 0.02.

    Returns:
        keras.Model, NHWC, in the range of the official network: [0, 1] for super-resolution, else [-1, 1].
        Its `name` is the family's; generators from latents are called "generator".

    Raises:
        ValueError: for a file that is damaged, hostile or of no known family, and for names or shapes that
            differ from the family's; the message lists them.

    Example:
    >>> network = keras_gan.convert.load("latest_net_G.pth")  # doctest: +SKIP
    """
    check_truncation(truncation)
    candidates, problem = state_dict.read(path, prefix), None
    for _, state in candidates:
        try:
            network = _recognized(state, path, truncation)
        except ValueError as error:
            problem = problem or error
            continue
        if network is not None:
            return network
    if problem is not None:
        raise problem
    known = "; ".join(family.__doc__.splitlines()[0].rstrip(".") for family in FAMILIES)
    parts, (_, state) = state_dict.parts_of(path), candidates[0]
    several = f" If it holds several networks, pass the `prefix` of one (--prefix): {', '.join(parts)}."
    raise ValueError(
        f"{path} is of no known family. It begins with the names {sorted(state)[:4]}. Known: {known}."
        + (several if 1 < len(parts) <= 8 else "")
    )


def _recognized(state, path, truncation):
    """Return the network of a state dict, with its weights; None if its family is unknown."""
    for family in FAMILIES:
        cleaned = state_dict.State(state)
        cleaned.truncation = truncation
        try:
            found = family(cleaned)
            if found is not None and isinstance(found[1][0], str):
                found = found[0], state_dict.chain(*found)
        except ValueError as error:
            raise ValueError(f"{path} looks like {family.__name__}, but {error}") from error
        except (IndexError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{path} looks like {family.__name__}, but a tensor is missing or has another rank ({error})"
            ) from error
        if found is not None:
            if truncation != 1 and family is not biggan.huggingface_generator:
                raise ValueError(
                    f"{path} has no statistics for truncations: `truncation` is for Hugging Face's BigGAN-deep. Pass it to "
                    f"`generate` or `sample`. Received: truncation={truncation:g}"
                )
            network, entries = found
            state_dict.assign(network, cleaned, entries, path)
            return network
    return None


def convert(path, to, prefix="", truncation=1.0):
    """Write the network of a published checkpoint as a SavedModel.

    `serving_default` takes `images`, NHWC floats in the network's own range, and returns `images`;
    `translate` (for generators from images) takes uint8 images. Generators from latents are exported as by
    `GAN.export`: `sample(n, seed, truncation)`, and `serving_default` from `latents`. Generators of sound
    take `mel` and return `sound`, and have `vocode(mel)`.

    Args:
        path, prefix, truncation: as in `load`.
        to: folder to write.

    Returns:
        (network, folder): the keras.Model, and the path of the folder.

    Raises:
        ValueError: as in `load`, and for a folder that contains other files.
    """
    network = load(path, prefix, truncation)
    folder = pathlib.Path(to)
    about = {
        "family": network.name,
        "source": pathlib.Path(path).name,
        "output_shape": list(first(network.output_shape)[1:]),
        "parameters": network.count_params(),
        **({} if truncation == 1 else {"statistics_of_truncation": truncation}),
    }
    if network.name == "generator":
        as_gan(network).export(folder, metadata=about)
        return network, folder
    if network.name in VOCODERS:
        export_sound.write_vocoder(network, folder)
        about |= {"input_shape": list(network.input_shape[1:]), "reach": export_sound.reach(network)}
        (folder / "metadata.json").write_text(json.dumps(about, indent=2) + "\n")
        return network, folder
    value_range = [0, 1] if network.name in SUPER_RESOLUTION else [-1, 1]
    # A discriminator's logits are not an image.
    name = (
        None
        if first(network.output_shape)[-1] == 1 and network.name in ("patchgan", "discriminator")
        else "translate"
    )
    export.write_networks({name: network}, folder, value_range)
    about |= {"input_shape": list(first(network.input_shape)[1:]), "range": value_range}
    about["overlap"] = default_overlap(network)
    (folder / "metadata.json").write_text(json.dumps(about, indent=2) + "\n")
    return network, folder


def as_gan(generator):
    """Build a model around a loaded generator, to sample, edit, enlarge images and export; not to train.

    Its discriminator is a stand-in. To continue training, build the model with the generator and your own
    discriminator.

    Args:
        generator: network that `load` returned, from latents or for super-resolution.

    Returns:
        `StyleGAN2` or `StyleGAN3` if the generator has styles, `StackGAN2` if it makes images of several
        sizes, `BigGAN` or `ConditionalGAN` if it takes labels or vectors, else `GAN`. For super-resolution an
        `ESRGAN`, whose generator takes and returns images in [-1, 1] as all models here do.
    """
    if not isinstance(generator, keras.Model):
        raise ValueError(f"`as_gan` takes what `convert.load` gives. Received: {type(generator).__name__}")
    # A discriminator's images have a fixed size.
    images = keras.Input(tuple(side or 64 for side in generator.output_shape[1:]))
    discriminator = keras.Model(images, keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(images)))
    if generator.name in SUPER_RESOLUTION:
        source = keras.Input(generator.input_shape[1:])
        enlarged = generator(keras.layers.Rescaling(0.5, 0.5)(source))
        enlarged = keras.layers.Rescaling(2.0, -1.0)(enlarged)
        return ESRGAN(keras.Model(source, enlarged, name="generator"), discriminator, ema_decay=None)
    if any(isinstance(layer, ImagePyramid) for layer in generator.layers):
        return _pyramid_gan(generator)
    if not any(layer.name == "mapping" for layer in generator.layers):
        if isinstance(generator.input_shape, list):
            if (condition := conditions.read_off(generator)) is not None:
                return ConditionalGAN(generator, discriminator, condition=condition, ema_decay=None)
            normalized = (ConditionalBatchNormalization, ProjectedBatchNormalization)
            model = BigGAN if any(isinstance(x, normalized) for x in generator.layers) else ConditionalGAN
            return model(generator, discriminator, num_classes=max(classes_of(generator)), ema_decay=None)
        return GAN(generator, discriminator, ema_decay=None)
    classes = None
    if isinstance(generator.input_shape, list):
        classes = generator.get_layer("mapping").get_layer("embed").kernel.shape[0]
    model = StyleGAN3 if kind_of(generator) == "StyleGAN3" else StyleGAN2
    return model(generator, discriminator, ema_decay=None, num_classes=classes)


def _pyramid_gan(generator):
    pyramid = next(layer for layer in generator.layers if isinstance(layer, ImagePyramid))
    images = keras.Input(tuple(generator.output_shape[1:]))
    levels = PyramidLevels([tensor.shape[1] for tensor in pyramid.input])(images)
    logits = [keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(level)) for level in levels]
    inputs = images
    if isinstance(generator.input_shape, list):
        inputs = [images, keras.Input((augmentation_of(generator).units,))]
    return StackGAN2(generator, keras.Model(inputs, logits), ema_decay=None)
