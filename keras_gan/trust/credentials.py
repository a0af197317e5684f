"""Signed content credentials (C2PA) of image files, and all that a file contains about its origin."""

import importlib
import json
import pathlib

from keras_gan import provenance

FORMATS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
ALGORITHMS = ("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519")


def sign(path, out, certificates, key, algorithm="es256", about=None):
    """Copy an image with a signed C2PA manifest, which states that a trained model of this software made it.

    The manifest reveals later changes of pixels, and it names its signer, as far as the certificates are
    trusted. Nothing is sent anywhere, so there is no time stamp.

    Args:
        path: PNG, JPEG or WebP file.
        out: file to write, with the same ending.
        certificates: path of a PEM file: the signer's certificate and its chain, without the root.
        key: path of a PEM file with the signer's private key, PKCS #8, without a password.
        algorithm: the key's algorithm: "es256", "es384", "es512", "ps256", "ps384", "ps512" or "ed25519".
        about: dict from `provenance.about`. Default: the provenance in the file.

    Raises:
        ImportError: without `pip install 'keras-gan[c2pa]'`. ValueError: for other files, files without
        provenance, and keys that do not fit.

    Example:
    >>> keras_gan.trust.sign("a.gif", "b.gif", "chain.pem", "key.pem")
    Traceback (most recent call last):
    ...
    ValueError: A manifest goes into .png, .jpg, .jpeg, .webp files. Received: a.gif

    Reference: C2PA technical specification 2.2, https://c2pa.org/specifications
    """
    path, out = pathlib.Path(path), pathlib.Path(out)
    if path.suffix.lower() not in FORMATS:
        raise ValueError(f"A manifest goes into {', '.join(FORMATS)} files. Received: {path}")
    if FORMATS.get(out.suffix.lower()) != FORMATS[path.suffix.lower()]:
        raise ValueError(f"`out` must end as the file does, in {path.suffix}. Received: {out}")
    if out.exists() and out.resolve() == path.resolve():
        raise ValueError(f"`out` must be another file than the one that is signed. Received: {out}")
    if algorithm not in ALGORITHMS:
        raise ValueError(f"`algorithm` must be one of {', '.join(ALGORITHMS)}. Received: {algorithm!r}")
    c2pa = _c2pa()
    about = about or provenance.read(path)
    if not about:
        raise ValueError(
            f"{path} says nothing of what made it: give `about`, since a manifest would call it generated."
        )
    version = importlib.import_module("keras_gan").__version__
    agent = {"name": "keras_gan", "version": version}
    made = {"action": "c2pa.created", "digitalSourceType": provenance.SOURCE_TYPE, "softwareAgent": agent}
    if about:
        made["description"] = json.dumps(about, ensure_ascii=False)
    manifest = {
        "claim_generator_info": [agent],
        "title": path.name,
        "format": FORMATS[path.suffix.lower()],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [made]}}],
    }
    chain, secret = (pathlib.Path(each).read_bytes() for each in (certificates, key))
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.stem}.partial{out.suffix}")
    partial.unlink(missing_ok=True)
    try:
        with (
            c2pa.Signer.from_info(c2pa.C2paSignerInfo(algorithm, chain, secret, None)) as signer,
            c2pa.Builder(json.dumps(manifest)) as builder,
        ):
            builder.sign_file(path, partial, signer)
        partial.replace(out)
    except c2pa.C2paError as error:
        raise ValueError(
            f"{path} cannot be signed with {certificates} and {key} by {algorithm}: {error}. They must be PEM files of one pair, "
            "the certificate one for signing documents or mail, not one that signs itself."
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def inspect(path):
    """All that an image file contains about its origin.

    Args:
        path: of an image file.

    Returns:
        dict: "provenance", what `provenance.read` finds; "credentials", None without a C2PA manifest, else a
        dict of "state" ("Valid", "Trusted", or "Invalid": the file was changed, or the signer did not make
        it), "problems" (codes of C2PA), "software", "source_types", "issuer". If the package is missing,
        "credentials" is a str that states it.

    Raises:
        OSError: for a file that is not an image.
    """
    path = pathlib.Path(path)
    return {"provenance": provenance.read(path), "credentials": credentials_of(path)}


def credentials_of(path):
    """The value of "credentials" in `inspect`."""
    if path.suffix.lower() not in FORMATS:
        return None
    try:
        c2pa = _c2pa()
    except ImportError as error:
        return str(error)
    try:
        with c2pa.Reader(path) as reader:
            store = json.loads(reader.json())
    except c2pa.C2paError.ManifestNotFound:
        return None
    except c2pa.C2paError as error:
        return {"state": "Invalid", "problems": [str(error)]}
    manifest = store["manifests"][store["active_manifest"]]
    results = store.get("validation_results", {}).get("activeManifest", {})
    actions = [
        action
        for assertion in manifest.get("assertions", ())
        if assertion["label"].startswith("c2pa.actions")
        for action in assertion["data"].get("actions", ())
    ]
    software = [info.get("name", "") for info in manifest.get("claim_generator_info", ())]
    return {
        "state": store.get("validation_state", "Invalid"),
        "problems": sorted({failure["code"] for failure in results.get("failure", ())}),
        "software": ", ".join(filter(None, software)),
        "source_types": sorted({a["digitalSourceType"] for a in actions if a.get("digitalSourceType")}),
        "issuer": (manifest.get("signature_info") or {}).get("issuer"),
    }


def _c2pa():
    try:
        import c2pa
    except ImportError:
        raise ImportError(
            "Content credentials need the package c2pa-python. Install it: pip install 'keras-gan[c2pa]'"
        ) from None
    return c2pa
