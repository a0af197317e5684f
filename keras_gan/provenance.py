"""What made an image, written into its file and read back."""

import contextlib
import importlib
import json
import pathlib
from xml.sax import saxutils

# IPTC's term for media made by a trained model, https://cv.iptc.org/newscodes/digitalsourcetype
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
KEYWORD = "keras_gan"
# Endings of the file formats that can store it.
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif")

_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:keras_gan="https://pypi.org/project/keras-gan/" Iptc4xmpExt:DigitalSourceType={source}'
    ' xmp:CreatorTool={tool} keras_gan:About={about}/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)


def about(model, **more):
    """Describe what made an image: a dict for JSON.

    Args:
        model: str, name of the model's class.
        **more: further entries, such as step, seed, truncation; None is left out.

    Example:
    >>> keras_gan.provenance.about("GAN", step=100, seed=3, label=None)["seed"]
    3
    """
    version = importlib.import_module("keras_gan").__version__
    known = {name: value for name, value in more.items() if value is not None}
    return {"software": f"keras_gan {version}", "model": model, **known, "digital_source_type": SOURCE_TYPE}


def save(picture, path, about=None):
    """Write a PIL image and, in formats that can store it, what made it: PNG, JPEG, WebP and GIF.

    Args:
        picture: PIL image.
        path: of the file; for an unknown ending Pillow raises an error.
        about: dict of `about`, or None to store nothing.

    Example:
    >>> from PIL import Image
    >>> keras_gan.provenance.save(Image.new("L", (8, 8)), "/tmp/keras_gan_p.png", keras_gan.provenance.about("GAN", seed=3))
    >>> keras_gan.provenance.read("/tmp/keras_gan_p.png")["seed"]
    3
    """
    path = pathlib.Path(path)
    picture.save(path, **({} if about is None else options(about, path.suffix.lower())))


def read(path):
    """Read what `save` wrote into an image file: a dict, which is empty if there is nothing.

    Raises:
        OSError: if the file is not an image.
    """
    from PIL import Image

    with Image.open(path) as picture:
        with contextlib.suppress(
            OSError, SyntaxError
        ):  # damaged pixels do not affect the metadata before them
            picture.load()
        texts, comment = getattr(picture, "text", {}), picture.info.get("comment")
        xmp = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
        given = texts.get(KEYWORD) or (
            comment.decode("utf-8", "replace") if isinstance(comment, bytes) else comment
        )
    xmp = xmp.decode("utf-8", "replace") if isinstance(xmp, bytes) else xmp
    found = _json(given) or _json(_attribute(xmp, "keras_gan:About"))
    source = _attribute(xmp, "Iptc4xmpExt:DigitalSourceType")
    return found or ({"digital_source_type": source} if source else {})


def options(about, suffix):
    """Return the options, a dict, with which Pillow's `save` writes `about` into a file of an ending."""
    from PIL import Image, PngImagePlugin

    text = json.dumps(about, ensure_ascii=False)
    quoted = {"source": SOURCE_TYPE, "tool": about["software"], "about": text}
    xmp = _XMP.format(**{name: saxutils.quoteattr(value) for name, value in quoted.items()})
    if suffix == ".png":
        chunks = PngImagePlugin.PngInfo()
        for name, value in (("Software", about["software"]), ("Source", SOURCE_TYPE)):
            chunks.add_text(name, value)
        chunks.add_itxt(KEYWORD, text)
        chunks.add_itxt("XML:com.adobe.xmp", xmp)
        return {"pnginfo": chunks}
    if suffix in (".jpg", ".jpeg", ".webp"):
        exif = Image.Exif()
        exif[0x0131] = about["software"]
        return {"xmp": xmp.encode(), "exif": exif}
    return {"comment": text.encode()} if suffix == ".gif" else {}


def _json(text):
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return None
    return found if isinstance(found, dict) and "software" in found else None


def _attribute(xmp, name):
    """Return the value of an attribute, or of an element, of an XMP packet, or None."""
    from xml.etree import ElementTree

    start, end = xmp.find("<x:xmpmeta"), xmp.find("</x:xmpmeta>")
    # Entities are not needed, and nested ones could fill the memory.
    if start < 0 or end < 0 or "<!" in xmp:
        return None
    try:
        tree = ElementTree.fromstring(xmp[start : end + len("</x:xmpmeta>")])
    except ElementTree.ParseError:
        return None
    _, _, local = name.partition(":")
    for node in tree.iter():
        for key, value in node.attrib.items():
            if key.rpartition("}")[2] == local:
                return value
        if node.tag.rpartition("}")[2] == local:
            return "".join(node.itertext()).strip()
    return None
