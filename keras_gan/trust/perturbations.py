"""Perturbations of images in distribution: lossy files, resizing, blur."""

import functools
import io

import numpy as np
from scipy import ndimage

from keras_gan.arguments import check_int
from keras_gan.metrics.detection import auroc


def jpeg(images, quality):
    """Images written as JPEG and read again; transparency, which JPEG does not have, is kept."""
    from PIL import Image

    if images.shape[-1] == 4:
        return np.concatenate([jpeg(images[..., :3], quality), images[..., 3:]], axis=-1)
    found = []
    for image in images:
        buffer = io.BytesIO()
        Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(
            buffer, "JPEG", quality=quality
        )
        found.append(np.asarray(Image.open(buffer)).reshape(image.shape))
    return np.stack(found)


def resized(images, share):
    """Images made smaller, by Lanczos, and enlarged again."""
    from PIL import Image

    height, width = images.shape[1:3]
    small = max(1, round(share * width)), max(1, round(share * height))
    found = []
    for image in images:
        picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        again = picture.resize(small, Image.Resampling.LANCZOS).resize(
            (width, height), Image.Resampling.LANCZOS
        )
        found.append(np.asarray(again).reshape(image.shape))
    return np.stack(found)


def blurred(images, deviation):
    """Images under a Gaussian blur."""
    found = ndimage.gaussian_filter(images.astype("float32"), (0, deviation, deviation, 0), mode="nearest")
    return np.round(found).astype("uint8")


def cropped(images, share):
    """The centre of images, a share of each side, enlarged to their original size."""
    from PIL import Image

    height, width = images.shape[1:3]
    cut_y, cut_x = (round((1.0 - share) / 2.0 * side) for side in (height, width))
    found = []
    for image in images[:, cut_y : height - cut_y, cut_x : width - cut_x]:
        picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        found.append(
            np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC)).reshape(images.shape[1:])
        )
    return np.stack(found)


# Functions of uint8 images by name; "none" leaves them as they are.
PERTURBATIONS = {
    "none": lambda images: images,
    "jpeg 90": functools.partial(jpeg, quality=90),
    "jpeg 75": functools.partial(jpeg, quality=75),
    "jpeg 50": functools.partial(jpeg, quality=50),
    "resize .75": functools.partial(resized, share=0.75),
    "resize .5": functools.partial(resized, share=0.5),
    "crop .8": functools.partial(cropped, share=0.8),
    "blur .5": functools.partial(blurred, deviation=0.5),
    "blur 1": functools.partial(blurred, deviation=1.0),
}


def robustness(detector, real, generated, names=tuple(PERTURBATIONS)):
    """How well a detector distinguishes generated from real images after the same perturbation.

    Args:
        detector: with `score(images)`, higher for generated ones.
        real, generated: uint8 images that the detector was not trained on.
        names: of `PERTURBATIONS`.

    Returns:
        dict from name to AUROC.

    Example:
    >>> class Brightness:
    ...     def score(self, images):
    ...         return images.mean(axis=(1, 2, 3))
    >>> dark, bright = (np.full((4, 8, 8, 1), level, "uint8") for level in (20, 200))
    >>> keras_gan.trust.robustness(Brightness(), dark, bright, ["jpeg 75", "blur 1"])
    {'jpeg 75': 1.0, 'blur 1': 1.0}
    """
    unknown = [name for name in names if name not in PERTURBATIONS]
    if unknown:
        raise ValueError(f"There is no perturbation {unknown[0]!r}. There are: {', '.join(PERTURBATIONS)}")
    check_int(min(len(real), len(generated)), "the number of images")
    which = np.repeat([0, 1], [len(real), len(generated)])
    found = {}
    for name in names:
        changed = [PERTURBATIONS[name](images) for images in (real, generated)]
        found[name] = auroc(which, np.concatenate([detector.score(images) for images in changed]))
    return found
