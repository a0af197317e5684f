"""What made an image, in its file."""

import json
import re

import numpy as np
import pytest
from PIL import Image

import keras_gan
from keras_gan import provenance

ABOUT = provenance.about("GAN", step=12, seed=3, label='a "red" <heart> & é', truncation=None)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".gif"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_read_back_as_written(tmp_path, suffix, mode):
    pixels = np.random.default_rng(0).integers(
        0, 256, (16, 16, *([3] if mode == "RGB" else [])), dtype="uint8"
    )
    provenance.save(Image.fromarray(pixels), tmp_path / f"a{suffix}", ABOUT)
    assert provenance.read(tmp_path / f"a{suffix}") == ABOUT
    assert ABOUT["software"] == f"keras_gan {keras_gan.__version__}" and "truncation" not in ABOUT
    if suffix == ".png":
        assert (np.asarray(Image.open(tmp_path / "a.png")) == pixels).all()


def test_other_programs_find_it(tmp_path):
    for suffix in (".png", ".jpg"):
        provenance.save(Image.new("RGB", (8, 8)), tmp_path / f"a{suffix}", ABOUT)
        picture = Image.open(tmp_path / f"a{suffix}")
        packet = picture.info["XML:com.adobe.xmp"] if suffix == ".png" else picture.info["xmp"].decode()
        # The word of IPTC for what a trained model made.
        assert re.search(
            r'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/[a-z/]+/trainedAlgorithmicMedia"', packet
        )
        assert (
            picture.text["Software"] == ABOUT["software"] if suffix == ".png" else picture.getexif()[0x0131]
        )


def test_files_that_say_nothing_or_something_else(tmp_path):
    provenance.save(Image.new("L", (8, 8)), tmp_path / "none.png", None)
    provenance.save(Image.new("L", (8, 8)), tmp_path / "a.bmp", ABOUT)
    assert provenance.read(tmp_path / "none.png") == provenance.read(tmp_path / "a.bmp") == {}
    Image.new("L", (8, 8)).save(tmp_path / "c.gif", comment=b"made by hand")
    assert provenance.read(tmp_path / "c.gif") == {}
    # An element in place of an attribute, as other programs write it.
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:I="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"<I:DigitalSourceType>{source}</I:DigitalSourceType></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    Image.new("L", (8, 8)).save(tmp_path / "b.jpg", xmp=xmp.encode())
    assert provenance.read(tmp_path / "b.jpg") == {"digital_source_type": source}
    for broken in (xmp[:-20], xmp.replace("<I:", "<J:"), "<!DOCTYPE a>" + xmp):
        Image.new("L", (8, 8)).save(tmp_path / "b.jpg", xmp=broken.encode())
        assert provenance.read(tmp_path / "b.jpg") == {}


def test_grids_and_exports_say_what_made_them(tmp_path, images):
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((8, 8, 1), latent_dim=8, filters=4))
    gan.compile()
    grids = [
        keras_gan.callbacks.SampleGrid(tmp_path / str(said), seed=5, gif=False, provenance=said)
        for said in (True, False)
    ]
    gan.fit(images, batch_size=32, epochs=1, verbose=0, callbacks=grids)
    found = provenance.read(tmp_path / "True" / "epoch-0001.png")
    assert {name: found[name] for name in ("model", "step", "seed")} == {"model": "GAN", "step": 2, "seed": 5}
    assert provenance.read(tmp_path / "False" / "epoch-0001.png") == {}
    gan.export(tmp_path / "model")
    about = json.loads((tmp_path / "model" / "metadata.json").read_text())["provenance"]
    assert about["model"] == "GAN" and about["dataset"] == "the arrays" and about["step"] == 2
    gan.export(tmp_path / "silent", metadata={"provenance": None})
    assert json.loads((tmp_path / "silent" / "metadata.json").read_text())["provenance"] is None
