import numpy as np
import pytest
from PIL import Image

from keras_gan.data.images import (
    check_channels,
    fit_image,
    from_uint8,
    image_size_pair,
    label_map,
    open_image,
    to_uint8,
)


def test_round_trip_of_every_grey_level():
    levels = np.arange(256, dtype="uint8")
    np.testing.assert_array_equal(to_uint8(from_uint8(levels)), levels)
    np.testing.assert_array_equal(to_uint8(np.array([-2.0, 2.0])), [0, 255])


def test_transparency_is_white():
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert (fit_image(image, None, 3) == 255).all()
    half = Image.new("RGBA", (4, 4), (255, 0, 0, 128))
    np.testing.assert_allclose(fit_image(half, None, 3)[0, 0], [255, 127, 127], atol=1)
    palette = Image.new("P", (2, 2), 0)
    palette.info["transparency"] = 0
    assert (fit_image(palette, None, 1) == 255).all()


def test_grey_and_colour():
    colour = fit_image(Image.new("RGB", (2, 2), (255, 0, 0)), None, 1)
    assert colour.shape == (2, 2, 1) and colour[0, 0, 0] == 76
    grey = fit_image(Image.new("L", (2, 2), 9), None, 3)
    assert grey.shape == (2, 2, 3) and (grey == 9).all()
    for value, expected in ((0, 0), (257, 1), (30000, 117), (65535, 255)):
        deep = Image.fromarray(np.full((2, 2), value, "uint16"))
        assert (fit_image(deep, None, 1) == expected).all()


def test_crop_and_pad():
    wide = np.zeros((4, 8, 3), "uint8")
    wide[:, 2:6] = 200
    image = Image.fromarray(wide)
    assert (fit_image(image, (4, 4), 3, "crop") == 200).all()
    padded = fit_image(image, (8, 8), 3, "pad")
    assert (padded[:2] == 255).all() and (padded[6:] == 255).all() and (padded[3, 3] == 200).all()
    assert fit_image(image, (6, 10), 3).shape == (6, 10, 3)


def test_exif_orientation_and_first_frame(tmp_path):
    pixels = np.zeros((4, 8, 3), "uint8")
    pixels[:, 4:] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    Image.fromarray(pixels).save(tmp_path / "turned.png", exif=exif)
    turned = np.asarray(open_image(tmp_path / "turned.png"))
    assert turned.shape == (8, 4, 3) and (turned[4:] == 255).all() and (turned[:4] == 0).all()
    frames = [Image.new("L", (4, 4), value) for value in (10, 200)]
    frames[0].save(tmp_path / "two.gif", save_all=True, append_images=frames[1:])
    assert (fit_image(open_image(tmp_path / "two.gif"), None, 1) == 10).all()


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "gif", "bmp"])
def test_formats(tmp_path, ending):
    Image.new("RGB", (8, 8), (250, 250, 250)).save(tmp_path / f"a.{ending}")
    np.testing.assert_allclose(fit_image(open_image(tmp_path / f"a.{ending}"), None, 3), 250, atol=2)


def test_bad_files_are_named(tmp_path):
    (tmp_path / "bad.png").write_bytes(b"not an image")
    with pytest.raises(ValueError, match=r"bad\.png is not a readable image"):
        open_image(tmp_path / "bad.png")


def test_sizes_and_channels():
    assert (
        image_size_pair(32) == (32, 32)
        and image_size_pair((4, 8)) == (4, 8)
        and image_size_pair(None) is None
    )
    for bad in (0, (1, 2, 3), 2.5, "big"):
        with pytest.raises((ValueError, TypeError)):
            image_size_pair(bad)
    with pytest.raises(ValueError, match="channels"):
        check_channels(2)


def test_label_maps_of_more_classes_than_a_byte_holds():
    numbers = np.array([[0, 299], [256, 7]], "int32")
    found = label_map(Image.fromarray(numbers), (4, 4), 300)
    np.testing.assert_array_equal(found.argmax(-1), numbers.repeat(2, axis=0).repeat(2, axis=1))
    assert set(np.unique(found)) == {0, 255}
    for bad, named in ((-1, "-1"), (300, "300")):
        with pytest.raises(ValueError, match=f"the number {named}"):
            label_map(Image.fromarray(np.full((2, 2), bad, "int32")), None, 300)
