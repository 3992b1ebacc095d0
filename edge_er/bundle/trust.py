"""Who made a bundle: a pinned checksum, and signatures by ECDSA with the curve P-256 and SHA-256 over its manifest.

The manifest has the checksums of all files, so it stands for the whole bundle. Its signature is over its bytes with
zeros in the places of the signature and of the manifest's own checksum. Keys are PEM files; a key is known by the
SHA-256 of its public half in DER. Checking a signature needs the package `cryptography` (the extra `sign`); a pinned
checksum needs nothing.
"""

from __future__ import annotations

import binascii
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from edge_er.bundle.reader import MANIFEST
from edge_er.errors import BundleError, BundleUntrustedError
from edge_er.installing import install_command

__all__ = [
    "ALGORITHM",
    "DIGITS",
    "NO_TRUST",
    "PublicKey",
    "Signer",
    "Trust",
    "make_keys",
    "trust_of",
    "value_place",
]

ALGORITHM = "ecdsa-p256-sha256"
DIGITS = 128  # of a signature: r and s, 32 bytes each
_VALUE = b'"value": "'
_SEAL, _HASH = b'"manifest_sha256": "', 64
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]*)-----END PUBLIC KEY-----\s*")
_CURVE = bytes.fromhex(
    "3059301306072a8648ce3d020106082a8648ce3d030107034200" + "04"
)  # DER before the point's 64 bytes


class PublicKey(NamedTuple):
    """A public key in DER; `id` is how bundles name it."""

    der: bytes

    @property
    def id(self) -> str:
        """The SHA-256 of the key."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def pem(self) -> str:
        """The key as a text of PEM."""
        import base64  # only keys need it

        lines = base64.encodebytes(self.der).decode()
        return f"-----BEGIN PUBLIC KEY-----\n{lines}-----END PUBLIC KEY-----\n"

    @classmethod
    def read(cls, key: str | os.PathLike[str]) -> PublicKey:
        """The key in a text of PEM, or in a file.

        Raises:
            BundleError: it cannot be read, or is no public key of P-256.
        """
        text = os.fspath(key)
        if "-----BEGIN" not in text:
            try:
                text = Path(key).read_text(encoding="ascii")
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or error
                raise BundleError(f"{key}: the key cannot be read ({reason})") from error
        found = _PEM.fullmatch(text.strip())
        try:
            import base64

            der = base64.b64decode("".join(found[1].split()), validate=True) if found else b""
        except binascii.Error:
            der = b""
        if not der.startswith(_CURVE) or len(der) != len(_CURVE) + 64:
            raise BundleError(
                f"{text.strip()[:60]!r}: expected a public key of P-256 in PEM, as edge-er keygen writes it"
            )
        return cls(der)

    def verifies(self, signature: str, message: bytes) -> bool:
        """Whether `signature`, in hexadecimal digits, is one of this key over `message`.

        Raises:
            BundleError: the package `cryptography` is not installed.
        """
        parts = _cryptography()
        r, s = int(signature[:64], 16), int(signature[64:], 16)
        try:
            key = parts.load_der_public_key(self.der)
            key.verify(parts.encode_dss_signature(r, s), message, parts.ECDSA(parts.SHA256()))
        except (parts.InvalidSignature, ValueError):
            return False
        return True


class Signer(NamedTuple):
    """A private key that signs."""

    key: Any

    @classmethod
    def read(cls, file: str | os.PathLike[str]) -> Signer:
        """The private key in a file.

        Raises:
            BundleError: it cannot be read, is no private key of P-256, or `cryptography` is not installed.
        """
        parts = _cryptography()
        try:
            key = parts.load_pem_private_key(Path(file).read_bytes(), None)
        except OSError as error:
            raise BundleError(f"{file}: the key cannot be read ({error.strerror or error})") from error
        except (ValueError, TypeError) as error:
            raise BundleError(
                f"{file}: expected a private key in PEM without a password ({error})"
            ) from error
        if getattr(getattr(key, "curve", None), "name", "") != "secp256r1":
            raise BundleError(f"{file}: expected a private key of P-256, as edge-er keygen writes it")
        return cls(key)

    @property
    def public(self) -> PublicKey:
        """The public half."""
        parts = _cryptography()
        info = parts.PublicFormat.SubjectPublicKeyInfo
        return PublicKey(self.key.public_key().public_bytes(parts.Encoding.DER, info))

    def sign(self, message: bytes) -> str:
        """A signature over `message`, in hexadecimal digits."""
        parts = _cryptography()
        r, s = parts.decode_dss_signature(self.key.sign(message, parts.ECDSA(parts.SHA256())))
        return f"{r:064x}{s:064x}"


class Trust(NamedTuple):
    """What a bundle must be: the one of a checksum, and signed by one of some keys. None asks for nothing."""

    sha256: str | None = None
    keys: tuple[PublicKey, ...] | None = None

    def check(self, manifest: Mapping[str, Any], data: bytes, place: object) -> None:
        """Check a verified manifest and its bytes.

        Raises:
            BundleUntrustedError: it is another bundle, unsigned, or signed by nobody who is trusted.
            BundleError: the package `cryptography` is not installed.
        """
        if self.sha256 is not None and manifest["manifest_sha256"] != self.sha256:
            raise BundleUntrustedError(
                f"{place}: another bundle than the pinned one: expected sha256 {self.sha256}, found "
                f"{manifest['manifest_sha256']}"
            )
        if self.keys is None:
            return
        signature = manifest.get("signature")
        if signature is None:
            raise BundleUntrustedError(
                f"{place}: the bundle is not signed, and trusted_keys asks for a signature"
            )
        key = next((key for key in self.keys if key.id == signature["key"]), None)
        if key is None:
            raise BundleUntrustedError(
                f"{place}: signed by the key {signature['key']}, which is none of the {len(self.keys)} trusted ones"
            )
        at = value_place(data)
        fits = data[at : at + DIGITS] == signature["value"].encode()
        if not fits or not key.verifies(signature["value"], signed_bytes(data)):
            raise BundleUntrustedError(f"{place}: {MANIFEST}: the signature is not one of the key {key.id}")


NO_TRUST = Trust()


def trust_of(
    sha256: str | None = None, trusted_keys: Iterable[str | os.PathLike[str]] | None = None
) -> Trust:
    """What `sha256` and `trusted_keys` of `load` ask for.

    Raises:
        ValueError: `sha256` is no SHA-256, or there is no key at all.
        BundleError: a key cannot be read.
    """
    if sha256 is not None and not (isinstance(sha256, str) and re.fullmatch("[0-9a-f]{64}", sha256)):
        raise ValueError(f"expected sha256 as 64 hexadecimal digits, found {sha256!r:.100}")
    if trusted_keys is None:
        return Trust(sha256)
    given = [trusted_keys] if isinstance(trusted_keys, (str, os.PathLike)) else list(trusted_keys)
    if not given:
        raise ValueError("expected one key in trusted_keys at least, found none")
    return Trust(sha256, tuple(PublicKey.read(key) for key in given))


def make_keys(out: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Make a new key: the private half goes to `out`, for its owner's eyes alone, the public half to `out`.pub.

    Raises:
        BundleError: one of the files exists already, or `cryptography` is not installed.
    """
    parts = _cryptography()
    private, public = Path(out), Path(f"{os.fspath(out)}.pub")
    key = parts.generate_private_key(parts.SECP256R1())
    pem, info = parts.Encoding.PEM, parts.PublicFormat.SubjectPublicKeyInfo
    contents = (
        (private, 0o600, key.private_bytes(pem, parts.PrivateFormat.PKCS8, parts.NoEncryption())),
        (public, 0o644, key.public_key().public_bytes(pem, info)),
    )
    for file in (private, public):
        if file.exists():
            raise BundleError(f"{file}: exists already; a key is never replaced: give another name")
    for file, mode, data in contents:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as out_file:
            out_file.write(data)
    return private, public


def value_place(data: bytes) -> int:
    """Where the digits of the signature stand in the bytes of a manifest."""
    return data.find(_VALUE) + len(_VALUE)


def signed_bytes(data: bytes) -> bytes:
    """What a signature is over: the manifest with zeros in the places of the signature and the checksum."""
    at, seal = value_place(data), data.find(_SEAL) + len(_SEAL)
    blank = bytearray(data)
    blank[seal : seal + _HASH] = b"0" * _HASH
    blank[at : at + DIGITS] = b"0" * DIGITS
    return bytes(blank)


def _cryptography() -> Any:
    try:
        import edge_er.bundle.ecdsa as ecdsa
    except ImportError as error:
        raise BundleError(
            "signatures need the package cryptography, which is not installed; install it with: "
            f"{install_command('sign')}"
        ) from error
    return ecdsa
