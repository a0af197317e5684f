"""DICOM and NIfTI, written by pydicom and nibabel."""

import json
import sys

import keras
import numpy as np
import pytest

from keras_gan import networks
from keras_gan.data import load, read_volumes, slices_of, to_uint8, to_units, write_nifti
from tests.cli.test_cli import here
from tests.conftest import SHARED
from tests.helpers import tiny_gan

nibabel, pydicom = pytest.importorskip("nibabel"), pytest.importorskip("pydicom")
from pydicom.dataset import Dataset, FileMetaDataset  # noqa: E402
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless, generate_uid  # noqa: E402

SERIES = generate_uid(entropy_srcs=["series"])


def write_slice(path, pixels, place=0.0, series=SERIES, **elements):
    """A CT slice of whole numbers, with an intercept of -1000."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.SeriesInstanceUID, dataset.Modality = series, "CT"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    dataset.RescaleSlope, dataset.RescaleIntercept = 2, -1000
    dataset.PixelSpacing = [0.5, 0.75]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.ImagePositionPatient = [0, 0, place]
    dataset.PixelData = pixels.astype("uint16").tobytes()
    for name, value in elements.items():
        if value is None:
            delattr(dataset, name)
        else:
            setattr(dataset, name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 1000, (4, 6, 8))


def test_a_series_in_the_order_of_its_positions_in_hounsfield_units(tmp_path, pixels):
    for i, place in enumerate((6.0, 0.0, 2.0, 4.0)):
        write_slice(tmp_path / f"{i}.dcm", pixels[i], place, WindowCenter=[40, 500], WindowWidth=[400, 2000])
    (volume,) = read_volumes(tmp_path)
    np.testing.assert_array_equal(volume.values, 2.0 * pixels[[1, 2, 3, 0]] - 1000)
    assert volume.spacing == (2.0, 0.5, 0.75) and volume.window == (-160.0, 240.0)
    with pytest.warns(UserWarning, match="the window that the files ask for, -160 to 240"):
        data = load(f"folder:{tmp_path}", batch_size=2)
    assert data.value_range == (-160.0, 240.0) and data.stream.name.endswith(", -160 to 240")
    levels = to_uint8(next(iter(data.stream.whole()))).numpy()[..., 0]
    expected = ((volume.values[:2] + 160) / 400 * 255).round().clip(0, 255)
    np.testing.assert_array_equal(levels, expected)
    back = to_units(levels, data.value_range)
    np.testing.assert_allclose(back, volume.values[:2].clip(-160, 240), atol=0.5 * 400 / 255 + 1e-3)
    wide = load(f"folder:{tmp_path}", batch_size=2, value_range=(-1000, 1000))
    assert wide.stream.name != data.stream.name
    np.testing.assert_allclose(
        to_units(next(iter(wide.stream.whole())).numpy()[..., 0], (-1000, 1000)), volume.values[:2], atol=4
    )


def test_generated_images_come_back_in_hounsfield_units(tmp_path, pixels):
    for i in range(4):
        write_slice(tmp_path / f"{i}.dcm", pixels[i, :6, :6], 2.0 * i)
    data = load(f"folder:{tmp_path}", batch_size=2, image_size=8, value_range=(-1000, 1000))
    narrower = load(f"folder:{tmp_path}", batch_size=2, image_size=8, value_range=(0, 100))
    gan = tiny_gan()
    with pytest.raises(ValueError, match="has no units: it was trained on data without a `value_range`"):
        gan.generate(2, units=True)
    gan.fit(data, verbose=0)
    made = gan.generate(3, seed=0, units=True)
    expected = 1000.0 * gan.synthesize(gan.sample_latents(3, 0)).numpy()
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-2)
    np.testing.assert_allclose(made, to_units(gan.generate(3, seed=0), (-1000, 1000)), atol=4.0)
    # Further training on data without a range leaves it.
    gan.fit(np.zeros((8, 8, 8, 1), "float32"), batch_size=8, verbose=0)
    assert gan.value_range == (-1000, 1000)
    made = gan.generate(3, seed=0, units=True)
    gan.save(tmp_path / "gan.keras")
    again = keras.models.load_model(tmp_path / "gan.keras")
    assert again.value_range == (-1000, 1000)
    np.testing.assert_allclose(again.generate(3, seed=0, units=True), made, rtol=1e-4, atol=1e-2)
    gan.export(tmp_path / "exported")
    assert json.loads((tmp_path / "exported" / "metadata.json").read_text())["value_range"] == [-1000, 1000]
    # And from the command line, of the file and of the SavedModel.
    for model, atol in (("gan.keras", 1e-2), ("exported", 4.0)):
        code, text = here("generate", tmp_path / model, "-n", 3, "--out", tmp_path / "made.nii.gz")
        assert code == 0, text
        (volume,) = read_volumes(tmp_path / "made.nii.gz")
        np.testing.assert_allclose(volume.values, made[..., 0], rtol=1e-4, atol=atol)
    tiny_gan().save(tmp_path / "plain.keras")
    code, text = here("generate", tmp_path / "plain.keras", "--out", tmp_path / "made.nii")
    assert code == 1 and "The model has no units" in text
    colour = networks.dcgan((8, 8, 3), 4, filters=4)
    tiny_gan(networks=colour).save(tmp_path / "colour.keras")
    code, text = here("generate", tmp_path / "colour.keras", "--out", tmp_path / "made.nii")
    assert code == 1 and "Slices of a NIfTI file are grey images" in text
    with pytest.warns(UserWarning, match="black and white at -1000 and 1000; it goes on with 0 and 100"):
        gan.fit(narrower, verbose=0)
    assert gan.value_range == (0, 100)


def test_monochrome1_is_turned(tmp_path, pixels):
    write_slice(
        tmp_path / "a.dcm", pixels[0], PhotometricInterpretation="MONOCHROME1", BitsStored=12, HighBit=11
    )
    np.testing.assert_array_equal(read_volumes(tmp_path)[0].values[0], 2.0 * (4095 - pixels[0]) - 1000)


def test_slices_without_positions_are_ordered_by_number(tmp_path, pixels):
    for i in range(3):
        write_slice(tmp_path / f"{i}.dcm", pixels[i], InstanceNumber=10 - i, ImagePositionPatient=None)
    np.testing.assert_array_equal(read_volumes(tmp_path)[0].values, 2.0 * pixels[2::-1] - 1000)
    write_slice(tmp_path / "3.dcm", pixels[3], InstanceNumber=12, ImagePositionPatient=None)
    with pytest.raises(ValueError, match="not consecutive: 8, 9, 10, 12"):
        read_volumes(tmp_path)


def test_series_of_different_spacings_are_named(tmp_path, pixels):
    for name, between, size in (("a", 1.0, 0.5), ("b", 5.0, 0.5), ("c", 1.0, 0.8)):
        for i in range(3):
            write_slice(
                tmp_path / name / f"{i}.dcm",
                pixels[i],
                between * i,
                f"1.2.{ord(name)}",
                PixelSpacing=[size, size],
            )
    with pytest.warns(UserWarning, match="mix spacings") as told:
        load(f"folder:{tmp_path}", batch_size=2, value_range=(-1000, 1000))
    texts = " ".join(str(each.message) for each in told)
    assert "slices of 1 mm" in texts and "of 5 mm" in texts and "of 0.8 x 0.8 mm" in texts


def test_windows_that_differ_within_a_series_are_not_one(tmp_path, pixels):
    for i in range(3):
        write_slice(tmp_path / f"{i}.dcm", pixels[i], float(i), WindowCenter=40 + i, WindowWidth=400)
    assert read_volumes(tmp_path)[0].window is None
    with pytest.warns(UserWarning, match="black and white are all values"):
        load(f"folder:{tmp_path}", batch_size=2)


def test_classes_splits_and_mixed_series(tmp_path, pixels):
    for split, count in (("train", 3), ("test", 2)):
        for name, series in (("ill", "1.2.3"), ("well", "1.2.4")):
            for i in range(count):
                write_slice(tmp_path / split / name / f"{i}.dcm", pixels[i], float(i), series + f".{count}")
    data = load(f"folder:{tmp_path}", splits="test", labels=True, batch_size=4, value_range=(-1000, 1000))
    assert data.class_names == ["ill", "well"]
    assert sorted(next(iter(data))[1].numpy().tolist()) == [0, 0, 1, 1]
    assert load(f"folder:{tmp_path}", batch_size=6, value_range=(-1000, 1000)).stream.size == 6
    write_slice(tmp_path / "train" / "unlabelled" / "0.dcm", pixels[0], 0.0, "1.2.9")
    data = load(f"folder:{tmp_path}", labels=True, batch_size=7, value_range=(-1000, 1000))
    assert data.class_names == ["ill", "well"]
    assert sorted(next(iter(data))[1].numpy().tolist()) == [-1, 0, 0, 0, 1, 1, 1]
    with pytest.raises(ValueError, match="no split 'val'"):
        load(f"folder:{tmp_path}", splits="val", batch_size=1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"PixelSpacing": [0.5, 0.5]}, r"mixes spacings.*2\.dcm"),
        ({"ImageOrientationPatient": [0, 1, 0, 0, 0, 1]}, "mixes orientations"),
        ({"place": 7.0}, r"Slices are missing.*2 mm between 1\.dcm and 3\.dcm, 1 mm"),
        ({"place": 1.0}, r"at one place: 1\.dcm and 2\.dcm"),
        ({"place": 20.0}, r"Slices are missing.*15 mm between 5\.dcm and 2\.dcm, 1 mm between others"),
        ({"PhotometricInterpretation": "RGB"}, "in colour"),
    ],
)
def test_bad_series_are_named(tmp_path, pixels, change, message):
    for i in range(6):
        mine = dict(change) if i == 2 else {}
        write_slice(tmp_path / f"{i}.dcm", pixels[i % 4], mine.pop("place", float(i)), **mine)
    with pytest.raises(ValueError, match=message):
        read_volumes(tmp_path)


def test_compressed_pixels_without_a_plugin_are_named(tmp_path, pixels):
    path = tmp_path / "a.dcm"
    write_slice(path, pixels[0])
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    dataset.PixelData = pydicom.encaps.encapsulate([b"\x00\x00"])
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(path)
    with pytest.raises(ValueError, match=r"a\.dcm cannot be decoded \(JPEG 2000.*pip install"):
        read_volumes(path)
    # Cut off, but not compressed: no plugin helps.
    write_slice(path, pixels[0])
    dataset = pydicom.dcmread(path)
    dataset.PixelData = dataset.PixelData[:20]
    dataset.save_as(path)
    with pytest.raises(ValueError, match=r"a\.dcm cannot be decoded: ") as error:
        read_volumes(path)
    assert "pip install" not in str(error.value)


@pytest.mark.parametrize("axis", ["axial", "coronal", "sagittal"])
def test_nifti_lies_front_up_and_goes_back(tmp_path, axis):
    """Whatever the orientation that it is stored in."""
    voxels = np.random.default_rng(0).normal(size=(5, 6, 7)).astype("float32")
    affine = np.array([[2.0, 0, 0, -5], [0, 3, 0, 1], [0, 0, 4, 2], [0, 0, 0, 1]])
    image = nibabel.Nifti1Image(voxels, affine)
    nibabel.save(image, tmp_path / "ras.nii.gz")
    turned = nibabel.orientations.axcodes2ornt("LPS")
    other = image.as_reoriented(
        nibabel.orientations.ornt_transform(nibabel.orientations.axcodes2ornt("RAS"), turned)
    )
    nibabel.save(other, tmp_path / "lps.nii")
    volumes = [read_volumes(tmp_path / name, axis)[0] for name in ("ras.nii.gz", "lps.nii")]
    np.testing.assert_array_equal(volumes[0].values, volumes[1].values)
    place = {"axial": voxels[:, ::-1, 3].T, "coronal": voxels[:, 3, ::-1].T, "sagittal": voxels[3, :, ::-1].T}
    np.testing.assert_array_equal(volumes[0].values[3], place[axis])
    assert volumes[0].spacing == {"axial": (4, 3, 2), "coronal": (3, 4, 2), "sagittal": (2, 4, 3)}[axis]
    write_nifti(volumes[1].values, tmp_path / "back.nii.gz", like=volumes[1])
    back = nibabel.load(tmp_path / "back.nii.gz")
    np.testing.assert_array_equal(back.get_fdata(), voxels)
    np.testing.assert_allclose(back.affine, affine)


def test_bad_nifti_and_folders(tmp_path):
    nibabel.save(nibabel.Nifti1Image(np.zeros((3, 3, 3, 2), "float32"), np.eye(4)), tmp_path / "a.nii")
    with pytest.raises(ValueError, match=r"a\.nii holds several volumes"):
        read_volumes(tmp_path)
    nibabel.save(nibabel.Nifti1Image(np.full((3, 3, 3), np.nan, "float32"), np.eye(4)), tmp_path / "a.nii")
    with pytest.raises(ValueError, match="NaN"):
        read_volumes(tmp_path)
    (tmp_path / "a.nii").write_bytes(b"not a scan")
    with pytest.raises(ValueError, match=r"a\.nii is not a readable NIfTI file"):
        read_volumes(tmp_path)
    nibabel.save(nibabel.Nifti1Image(np.ones((3, 3, 3), "float32"), np.eye(4)), tmp_path / "a.nii")
    with pytest.raises(ValueError, match="All values"):
        load(f"folder:{tmp_path}", batch_size=1)
    from PIL import Image

    Image.new("L", (4, 4)).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match="both medical volumes"):
        load(f"folder:{tmp_path}", batch_size=1)
    with pytest.raises(ValueError, match="`axis` must be one of"):
        read_volumes(tmp_path, axis="z")
    with pytest.raises(ValueError, match="no DICOM or NIfTI"):
        (tmp_path / "empty").mkdir()
        read_volumes(tmp_path / "empty")
    with pytest.raises(ValueError, match="must have shape"):
        write_nifti(np.zeros((2, 2)), tmp_path / "c.nii")


def test_real_files():
    """A CT slice that comes with pydicom, and the brain of MNI152 of 4 mm."""
    folder = SHARED / "data" / "brain"
    if not folder.exists():
        pytest.skip("../shared/data is not at hand")
    (slice_,) = read_volumes(folder / "CT_small.dcm")
    assert slice_.values.shape == (1, 128, 128)
    assert (slice_.values.min(), slice_.values.max()) == (128 - 1024, 2191 - 1024)
    (brain,) = read_volumes(folder / "mni152_t1_4mm.nii.gz")
    assert brain.values.shape == (47, 58, 49) and brain.values.mean() == pytest.approx(39.008, abs=1e-3)
    assert brain.spacing == (4.0, 4.0, 4.0)
    assert slices_of(brain, (0, 255), size=(32, 32)).shape == (47, 32, 32, 1)


def test_every_second_slice_missing_is_named(tmp_path, pixels):
    """The positions are even then: only the spacing that the files state, and their numbers, tell."""
    for i in range(4):
        told = {"SpacingBetweenSlices": 1.0, "InstanceNumber": 2 * i + 1}
        write_slice(tmp_path / f"{i}.dcm", pixels[i], 2.0 * i, **told)
    with pytest.raises(ValueError, match=r"2 mm between them, and SpacingBetweenSlices is 1 mm.*1, 3, 5, 7"):
        read_volumes(tmp_path)


def test_what_the_values_do_not_allow(tmp_path, pixels):
    write_slice(tmp_path / "a.dcm", pixels[0])
    with pytest.raises(ValueError, match="fits none of the values, which are from"):
        load(f"folder:{tmp_path}", batch_size=1, value_range=(1e6, 2e6))
    for bad in (np.full(2, 200), np.full(2, 3.0), np.arange(3)):
        with pytest.raises(ValueError, match=r"uint8, or floats in \[-1, 1\]"):
            to_units(bad, (0, 1))
    with pytest.raises(ValueError, match="NaN"):
        write_nifti(np.full((2, 4, 4), np.nan), tmp_path / "a.nii")


def test_missing_packages_are_named(tmp_path, pixels, monkeypatch):
    write_slice(tmp_path / "a.dcm", pixels[0])
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(ImportError, match=r"pip install 'keras-gan\[medical\]'"):
        load(f"folder:{tmp_path}", batch_size=1)
