"""Medical volumes: DICOM series and NIfTI files, in their own units."""

import collections
import dataclasses
import os
import pathlib
import warnings

import numpy as np

from keras_gan.data.images import check_overlap, check_value_range, fit_image

NIFTI = (".nii", ".nii.gz")
DICOM = (".dcm", ".dicom", ".ima")
# For a volume in RAS orientation (right, anterior, superior): the axis along which slices are cut.
AXES = {"sagittal": 0, "coronal": 1, "axial": 2}


@dataclasses.dataclass
class Volume:
    """Slices of one volume.

    Attributes:
        values: float32 array of shape (slices, height, width) in own units (CT: Hounsfield units).
        name: str, the file or folder that it comes from.
        spacing: (between slices, between rows, between columns) in mm, or None.
        affine: array (4, 4) from voxels in RAS order to mm, for NIfTI; else None.
        axis: "axial", "coronal" or "sagittal", for NIfTI; else None.
        window: (low, high), the display window that the file asks for, or None.
    """

    values: np.ndarray
    name: str
    spacing: tuple | None = None
    affine: np.ndarray | None = None
    axis: str | None = None
    window: tuple | None = None


def is_volume(path):
    """Whether a file's name is one of NIfTI or DICOM, or its content is DICOM."""
    name = os.path.basename(path).lower()
    if name.endswith((*NIFTI, *DICOM)):
        return True
    if os.path.splitext(name)[1] not in ("", ".0") and not name.rpartition(".")[2].isdigit():
        return False
    with open(path, "rb") as file:
        return file.read(132)[128:] == b"DICM"


def read_volumes(path, axis="axial"):
    """Read a NIfTI file, a DICOM file, or a folder of them; files of one DICOM series become one volume.

    NIfTI slices have the front up and, if axial or coronal, the subject's left on the left. DICOM slices keep
    their stored orientation, in the order of their positions. Rescale slope and intercept are applied. Values
    of MONOCHROME1, whose high values are dark, are mirrored within the range of their bits, and so is their
    window.

    Args:
        path: file or folder. DICOM files without pixels, such as DICOMDIR and reports, are left out with a warning.
        axis: "axial", "coronal" or "sagittal": the direction in which NIfTI is cut into slices.

    Returns:
        List of `Volume`.

    Raises:
        ValueError: for files that cannot be read; the message names them. Reasons are mixed spacings or sizes
            and missing slices in a series, colour, several volumes in a file, NaN, and compressed pixels
            without their plugin.
        ImportError: where pydicom or nibabel is missing.

    Example:
    >>> import nibabel
    >>> scan = nibabel.Nifti1Image(np.random.default_rng(0).normal(size=(8, 9, 10)).astype("float32"), np.diag([2.0, 2, 3, 1]))
    >>> nibabel.save(scan, "/tmp/keras_gan_scan.nii.gz")
    >>> volume = keras_gan.data.read_volumes("/tmp/keras_gan_scan.nii.gz")[0]
    >>> volume.values.shape, volume.spacing
    ((10, 9, 8), (3.0, 2.0, 2.0))
    """
    if axis not in AXES:
        raise ValueError(f"`axis` must be one of {tuple(AXES)}. Received: {axis!r}")
    path = pathlib.Path(path).expanduser()
    if not path.exists():
        raise ValueError(f"There is no {str(path)!r}.")
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    files = [file for file in files if not file.name.startswith(".") and is_volume(file)]
    if not files:
        raise ValueError(f"{str(path)!r} has no DICOM or NIfTI files.")
    nifti = [file for file in files if file.name.lower().endswith(NIFTI)]
    found = [_read_nifti(file, axis) for file in nifti]
    return found + _read_dicom([file for file in files if file not in set(nifti)])


def _given(dataset, name, default=None):
    """Return an element of a DICOM data set, or the default if it is missing or, if anonymised, empty."""
    value = dataset.get(name)
    return (
        default if value is None or value == "" or (hasattr(value, "__len__") and not len(value)) else value
    )


def _needed(name):
    try:
        return __import__(name)
    except ImportError as error:
        raise ImportError(
            f"Medical images need {name}, which is not installed: `pip install 'keras-gan[medical]'`."
        ) from error


# === NIfTI ===


def _read_nifti(file, axis):
    nibabel = _needed("nibabel")
    try:
        image = nibabel.as_closest_canonical(nibabel.load(file))
        if image.get_data_dtype().names:
            raise ValueError("its voxels are colours")
        values = image.get_fdata(dtype=np.float32)
    except Exception as error:
        raise ValueError(f"{file} is not a readable NIfTI file: {error}") from error
    values = values.reshape(values.shape[:3]) if values.shape[3:].count(1) == values.ndim - 3 else values
    if values.ndim != 3:
        raise ValueError(
            f"{file} holds several volumes, {values.shape}: write each into a file of its own (`nibabel.four_to_three`)."
        )
    if not np.isfinite(values).all():
        raise ValueError(f"{file} has voxels that are NaN or infinite.")
    low, high = (float(image.header[name]) for name in ("cal_min", "cal_max"))
    order = _order(axis)
    spacing = np.abs(nibabel.affines.voxel_sizes(image.affine))[list(order)]
    return Volume(
        np.ascontiguousarray(values.transpose(order)[:, ::-1]),
        str(file),
        tuple(float(each) for each in spacing),
        image.affine,
        axis,
        (low, high) if low < high else None,
    )


def _order(axis):
    """Return the axes of RAS voxels as (slices, rows, columns); rows run downwards in images."""
    others = [i for i in range(3) if i != AXES[axis]]
    return (AXES[axis], others[1], others[0])


def write_nifti(values, path, like=None):
    """Write slices as a NIfTI file, at the position from which they were read.

    Args:
        values: array of shape (slices, height, width), such as `Volume.values`, in own units (`to_units`).
        path: path of the file, which ends in .nii or .nii.gz.
        like: NIfTI `Volume` with as many slices of the same size, whose affine is kept; None for voxels of 1
            mm and axial slices.

    Raises:
        ValueError: for a shape other than that of `like`.
    """
    nibabel = _needed("nibabel")
    values = np.asarray(values, "float32")
    if not np.isfinite(values).all():
        raise ValueError("`values` contain NaN or infinite values.")
    if not str(path).lower().endswith(NIFTI):
        raise ValueError(f"`path` must end in .nii or .nii.gz. Received: {str(path)!r}")
    if values.ndim != 3 or (like is not None and values.shape != like.values.shape):
        wanted = "(slices, height, width)" if like is None else str(like.values.shape)
        raise ValueError(f"`values` must have shape {wanted}. Received: shape={values.shape}")
    if like is not None and like.affine is None:
        raise ValueError(f"`like` must be of a NIfTI file. Received: {like.name}, of DICOM")
    order = _order(like.axis if like is not None else "axial")
    voxels = values[:, ::-1].transpose(np.argsort(order))
    nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4) if like is None else like.affine), path)


# === DICOM ===


def _read_dicom(files):
    if not files:
        return []
    pydicom, series, without = _needed("pydicom"), collections.defaultdict(list), []
    for file in files:
        try:
            dataset = pydicom.dcmread(file)
            if any(
                name in dataset
                for name in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
            ):
                raise ValueError(
                    "it is an enhanced file of several frames, whose units and places are not read: convert it to NIfTI"
                )
        except Exception as error:
            raise ValueError(f"{file} is not a readable DICOM image: {error}") from error
        if "PixelData" not in dataset:
            without.append(file)
            continue
        series[file.parent, dataset.get("SeriesInstanceUID", str(file))].append((file, dataset))
    if not series:
        raise ValueError(f"{without[0]} is not a readable DICOM image: it holds no pixels.")
    if without:
        names = ", ".join(str(file) for file in without[:3])
        warnings.warn(f"Left out, as they hold no pixels ({len(without)}): {names}", stacklevel=4)
    return [_of_series(parts) for parts in series.values()]


def _of_series(parts):
    """Return one volume from the files of a series, each with its data set."""
    name = str(parts[0][0] if len(parts) == 1 else parts[0][0].parent)
    for what, values in (
        ("sizes", [(d.Rows, d.Columns) for _, d in parts]),
        ("spacings", [tuple(map(float, _given(d, "PixelSpacing", ()))) for _, d in parts]),
        ("orientations", [tuple(map(float, _given(d, "ImageOrientationPatient", ()))) for _, d in parts]),
    ):
        others = (
            [i for i, value in enumerate(values) if not np.allclose(value, values[0], atol=1e-4)]
            if len({len(value) for value in values}) == 1
            else [1]
        )
        if others:
            raise ValueError(
                f"The series in {name} mixes {what}: {values[0]} in {parts[0][0].name}, {values[others[0]]} in "
                f"{parts[others[0]][0].name}. Put each into a folder of its own, with a SeriesInstanceUID of its own."
            )
    parts, between = _in_order(parts, name)
    values = np.concatenate([_values_of(file, dataset) for file, dataset in parts])
    dataset, windows = parts[0][1], {_window_of(dataset) for _, dataset in parts}
    spacing = tuple(map(float, _given(dataset, "PixelSpacing", ())))
    # Slices with windows of their own have none in common.
    window = windows.pop() if len(windows) == 1 else None
    return Volume(values, name, (between, *spacing) if spacing else None, window=window)


def _shortened(numbers):
    return ", ".join(map(str, numbers[:8])) + (", ..." if len(numbers) > 8 else "")


def _in_order(parts, name):
    """Return the parts in the order of their positions in space, and the distance between them, or None."""
    if len(parts) == 1:
        return parts, None
    needed = ("ImagePositionPatient", "ImageOrientationPatient")
    placed = all(_given(d, name) is not None for _, d in parts for name in needed)
    if not placed:
        if not all(_given(d, "InstanceNumber") is not None for _, d in parts):
            raise ValueError(f"The slices in {name} have neither positions nor numbers, and no order.")
        parts = sorted(parts, key=lambda part: int(part[1].InstanceNumber))
        numbers = [int(d.InstanceNumber) for _, d in parts]
        if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            raise ValueError(
                f"The slices in {name} have no positions, and their numbers (InstanceNumber) are not consecutive: {_shortened(numbers)}."
                " A slice is missing or there twice."
            )
        return parts, None
    orientation = np.array(parts[0][1].ImageOrientationPatient, float)
    normal = np.cross(orientation[:3], orientation[3:])
    places = [float(np.dot(normal, np.array(d.ImagePositionPatient, float))) for _, d in parts]
    order = np.argsort(places)
    parts, places = [parts[i] for i in order], np.array(places)[order]
    gaps = np.diff(places)
    usual = float(np.median(gaps))
    if (gaps < 1e-3).any():
        i = int(np.argmin(gaps))
        raise ValueError(
            f"Two slices in {name} are at one place: {parts[i][0].name} and {parts[i + 1][0].name}."
        )
    if gaps.max() - gaps.min() > max(0.04 * usual, 0.02):
        i, least = int(np.argmax(gaps)), float(gaps.min())
        raise ValueError(
            f"Slices are missing in {name}: {gaps[i]:g} mm between {parts[i][0].name} and {parts[i + 1][0].name}, {least:g} mm "
            "between others."
        )
    # A series of which every second slice is missing is even, too.
    numbers = [int(d.InstanceNumber) for _, d in parts if _given(d, "InstanceNumber") is not None]
    said = _given(parts[0][1], "SpacingBetweenSlices")
    steps = np.abs(np.diff(numbers)) if len(numbers) == len(parts) else np.ones(1)
    if said is not None and usual > 1.5 * abs(float(said)) and steps.min() > 1:
        raise ValueError(
            f"Slices are missing in {name}: {usual:g} mm between them, and SpacingBetweenSlices is {float(said):g} mm; their numbers "
            f"(InstanceNumber) are {_shortened(numbers)}."
        )
    return parts, usual


def _values_of(file, dataset):
    """Return the slices of a file, (n, height, width), in own units."""
    kind = _given(dataset, "PhotometricInterpretation", "MONOCHROME2")
    if not kind.startswith("MONOCHROME"):
        raise ValueError(f"{file} is in colour ({kind}): only grey DICOM images are read.")
    try:
        stored = dataset.pixel_array
    except Exception as error:
        syntax = dataset.file_meta.TransferSyntaxUID
        if not syntax.is_compressed:
            raise ValueError(f"{file} cannot be decoded: {str(error).splitlines()[0]}") from error
        syntax = syntax.name
        raise ValueError(
            f"{file} cannot be decoded ({syntax}): `pip install pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg` reads compressed "
            f"ones. {str(error).splitlines()[0]}"
        ) from error
    values = stored.astype("float32").reshape(-1, *stored.shape[-2:])
    slope, intercept = _rescale_of(dataset)
    values = values * slope + intercept
    return _mirror_of(dataset) - values if kind == "MONOCHROME1" else values


def _rescale_of(dataset):
    return float(_given(dataset, "RescaleSlope", 1)), float(_given(dataset, "RescaleIntercept", 0))


def _mirror_of(dataset):
    """Return the sum of a file's lowest and highest possible value: v and this - v are mirror images."""
    slope, intercept = _rescale_of(dataset)
    ends = -1.0 if dataset.PixelRepresentation else 2.0 ** int(dataset.BitsStored) - 1.0
    return slope * ends + 2 * intercept


def _window_of(dataset):
    """Return the first window of a file, (low, high) in own units, or None."""
    center, width = (_given(dataset, name) for name in ("WindowCenter", "WindowWidth"))
    if center is None or width is None:
        return None
    center, width = (float(np.ravel(np.asarray(each, float))[0]) for each in (center, width))
    if _given(dataset, "PhotometricInterpretation") == "MONOCHROME1":
        center = _mirror_of(dataset) - center
    return (center - width / 2, center + width / 2) if width > 0 else None


# === Images ===


def window_of(volumes, value_range=None):
    """Return the (low, high) that become -1 and 1: the given range, the files' common window, or all values.

    Returns:
        (low, high), and a sentence on their source, or None if they were given.
    """
    value_range = check_value_range(value_range)
    if value_range is not None:
        low, high = map(float, value_range)
        check_overlap((low, high), [(v.values.min(), v.values.max()) for v in volumes])
        return (low, high), None
    asked = {volume.window for volume in volumes}
    if len(asked) == 1 and None not in asked:
        low, high = asked.pop()
        return (low, high), f"the window that the files ask for, {low:g} to {high:g}"
    low = min(float(volume.values.min()) for volume in volumes)
    high = max(float(volume.values.max()) for volume in volumes)
    if low == high:
        raise ValueError(f"All values of {volumes[0].name} are {low:g}.")
    return (low, high), f"all values, {low:g} to {high:g}"


def slices_of(volume, value_range, size=None, fit="crop", channels=1):
    """Return the slices of a volume as uint8 images, (n, height, width, channels), clipped to the range."""
    from PIL import Image

    check_value_range(value_range)
    pictures = [Image.fromarray(each, "F") for each in np.asarray(volume.values, "float32")]
    return np.stack([fit_image(each, size, channels, fit, value_range) for each in pictures])


def to_units(images, value_range):
    """Convert images to the units of the training data, such as Hounsfield units.

    Args:
        images: uint8, or floats in [-1, 1].
        value_range: (low, high) that was black and white; `load` and the run record it.

    Returns:
        float32 array of the same shape. For uint8 images, its values are in steps of (high - low) / 255.

    Example:
    >>> keras_gan.data.to_units(np.array([0, 255], "uint8"), (-1000, 1000)).tolist()
    [-1000.0, 1000.0]
    """
    low, high = check_value_range(value_range) or (None, None)
    if low is None:
        raise ValueError("`value_range` must be (low, high). Received: None")
    images = np.asarray(images)
    if images.dtype != np.uint8 and not (
        np.issubdtype(images.dtype, np.floating) and abs(images).max(initial=0) <= 1.001
    ):
        raise ValueError(
            f"`images` must be uint8, or floats in [-1, 1]. Received: {images.dtype}, from {images.min()} to {images.max()}"
        )
    share = images.astype("float32") / 255.0 if images.dtype == np.uint8 else (images + 1.0) / 2.0
    return (low + share * (high - low)).astype("float32")
