"""Content credentials signed with keys made here."""

import datetime

import numpy as np
import pytest
from PIL import Image

from keras_gan import provenance
from keras_gan.trust import inspect, sign

pytest.importorskip("c2pa")
x509 = pytest.importorskip("cryptography.x509")


def certificate(name, key, issuer, issuer_key, of_signer):
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(text):
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, text),
                x509.NameAttribute(NameOID.COMMON_NAME, text),
            ]
        )

    now = datetime.datetime.now(datetime.UTC)
    usage = dict.fromkeys(
        (
            *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("encipher_only", "decipher_only"),
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=not of_signer, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=of_signer, key_cert_sign=not of_signer, crl_sign=not of_signer, **usage
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if of_signer:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
    return builder.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A folder with the chain and the key of a signer, and the key of another."""
    from cryptography.hazmat.primitives import serialization as write
    from cryptography.hazmat.primitives.asymmetric import ec

    folder = tmp_path_factory.mktemp("keys")
    root, signer, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    chain = [
        certificate("A studio", signer, "A root", root, of_signer=True),
        certificate("A root", root, "A root", root, of_signer=False),
    ]
    (folder / "chain.pem").write_bytes(b"".join(each.public_bytes(write.Encoding.PEM) for each in chain))
    for name, key in (("key", signer), ("other", other)):
        text = key.private_bytes(write.Encoding.PEM, write.PrivateFormat.PKCS8, write.NoEncryption())
        (folder / f"{name}.pem").write_bytes(text)
    return folder


@pytest.fixture
def picture(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype="uint8")
    provenance.save(Image.fromarray(pixels), tmp_path / "a.png", provenance.about("GAN", seed=3))
    return tmp_path / "a.png"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_signed_file_is_valid_and_says_what_made_it(keys, tmp_path, picture, suffix):
    path, out = tmp_path / f"b{suffix}", tmp_path / f"signed{suffix}"
    provenance.save(Image.open(picture), path, provenance.read(picture))
    sign(path, out, keys / "chain.pem", keys / "key.pem")
    found = inspect(out)
    assert found["provenance"]["seed"] == 3
    credentials = found["credentials"]
    # Nobody vouches for keys made here.
    assert credentials["state"] == "Valid" and credentials["problems"] == ["signingCredential.untrusted"]
    assert credentials["source_types"] == [provenance.SOURCE_TYPE] and credentials["issuer"] == "A studio"
    assert "keras_gan" in credentials["software"]
    assert (np.asarray(Image.open(out)) == np.asarray(Image.open(path))).all()


def test_a_changed_bit_is_seen(keys, tmp_path, picture):
    out = tmp_path / "signed.png"
    sign(picture, out, keys / "chain.pem", keys / "key.pem")
    written = bytearray(out.read_bytes())
    # In the compressed pixels; the checksum of the chunk is not what is relied on.
    written[written.rindex(b"IDAT") + 20] ^= 1
    out.write_bytes(bytes(written))
    found = inspect(out)["credentials"]
    assert found["state"] == "Invalid" and "assertion.dataHash.mismatch" in found["problems"]


def test_files_without_a_manifest(tmp_path, picture):
    assert inspect(picture)["credentials"] is None
    Image.new("L", (8, 8)).save(tmp_path / "a.gif")
    assert inspect(tmp_path / "a.gif") == {"provenance": {}, "credentials": None}
    with pytest.raises(OSError):
        inspect(__file__)


def test_wrong_keys_leave_no_file(keys, tmp_path, picture):
    out = tmp_path / "signed.png"
    for chain, key, algorithm in (
        ("chain", "other", "es256"),
        ("key", "chain", "es256"),
        ("chain", "key", "ps256"),
    ):
        with pytest.raises(ValueError, match="They must be PEM files of one pair"):
            sign(picture, out, keys / f"{chain}.pem", keys / f"{key}.pem", algorithm)
    Image.new("L", (8, 8)).save(tmp_path / "photo.png")
    with pytest.raises(ValueError, match="says nothing of what made it"):
        sign(tmp_path / "photo.png", out, keys / "chain.pem", keys / "key.pem")
    (tmp_path / "photo.png").unlink()
    with pytest.raises(ValueError, match="`algorithm` must be one of"):
        sign(picture, out, keys / "chain.pem", keys / "key.pem", "rsa")
    with pytest.raises(ValueError, match="must end as the file does"):
        sign(picture, tmp_path / "b.jpg", keys / "chain.pem", keys / "key.pem")
    with pytest.raises(ValueError, match="must be another file"):
        sign(picture, picture, keys / "chain.pem", keys / "key.pem")
    with pytest.raises(FileNotFoundError):
        sign(picture, out, keys / "nothing.pem", keys / "key.pem")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
