"""A checkpoint file -> the network that it is of."""

import json
import pathlib

from keras_gan import export
from keras_gan.convert import state_dict, translation

FAMILIES = translation.FAMILIES


def load(path):
    """Build the network of a published checkpoint, with its weights.

    Family and sizes are recognised from names and shapes; PyTorch is not needed, and nothing in the file
    is run. Known are junyanz' CycleGAN and pix2pix (ResNet, U-Net, PatchGAN, pixel discriminator), xinntao's
    ESRGAN, BasicSR and Real-ESRGAN (RRDBNet), BasicSR's MSRResNet.

    Args:
        path: of a `.pth` file, of today's format or the older one.

    Returns:
        keras.Model, NHWC, in the range of the official network: [-1, 1] for CycleGAN and pix2pix, [0, 1]
        for super-resolution. Its `name` says the family.

    Raises:
        ValueError: for a file that is damaged or hostile, of no known family, or whose names or shapes
            differ from the family's, which it lists.

    Example:
    >>> network = keras_gan.convert.load("latest_net_G.pth")  # doctest: +SKIP
    """
    state = state_dict.read(path)
    for family in FAMILIES:
        cleaned = dict(state)
        try:
            found = family(cleaned)
        except ValueError as error:
            raise ValueError(f"{path} looks like {family.__name__}: {error}") from error
        if found is not None:
            network, names = found
            state_dict.assign(network, cleaned, names, path)
            return network
    known = "; ".join(family.__doc__.splitlines()[0].rstrip(".") for family in FAMILIES)
    raise ValueError(
        f"{path} is of no known family. It begins with the names {sorted(state)[:4]}. Known: {known}."
    )


def convert(path, to):
    """Write the network of a published checkpoint as a SavedModel.

    `serving_default` takes `images`, NHWC floats in the network's own range, and gives `images`;
    `translate` (of generators) is of uint8 images.

    Args:
        path: as in `load`.
        to: folder to write.

    Returns:
        (network, folder): the keras.Model, and the path.

    Raises:
        ValueError: as `load`, and for a folder with other things in it.
    """
    network = load(path)
    folder = pathlib.Path(to)
    value_range = [0, 1] if network.name in ("rrdbnet", "msrresnet") else [-1, 1]
    # A discriminator's logits are no image.
    name = None if network.name == "patchgan" else "translate"
    export.write_networks({name: network}, folder, value_range)
    about = {
        "family": network.name,
        "source": pathlib.Path(path).name,
        "input_shape": list(network.input_shape[1:]),
        "output_shape": list(network.output_shape[1:]),
        "range": value_range,
        "parameters": network.count_params(),
    }
    (folder / "metadata.json").write_text(json.dumps(about, indent=2) + "\n")
    return network, folder
