"""Signed notes (c2sp.org/signed-note) with Ed25519: a text, an empty line, and who signed it.

The parser is strict: whatever is not byte for byte what a signer of such notes writes is refused, because two readers
who disagree about a note can be shown two histories.
"""

import base64
import binascii
import hmac
import re
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from typing_extensions import override

ED25519: Final = b"\x01"
"""The signature type of plain Ed25519 (c2sp.org/signed-note, Signature types)."""

MOST_SIGNATURES: Final = 64
"""How many signature lines a note may have; the specification asks for 16 at least."""

_CONTROL = re.compile("[\0-\x09\x0b-\x1f]")
_DASH = "\N{EM DASH} "
_KEY_BYTES = 32
_KEY_ID_BYTES = 4


class NoteError(ValueError):
    """The note, key or name is malformed, or no trusted key has signed it."""


class Signature(msgspec.Struct, frozen=True):
    """One signature line: the key's name, its 4-byte id, and what it made of the text."""

    name: str
    key_id: bytes
    signature: bytes


class Note(msgspec.Struct, frozen=True):
    """A parsed note; the text means nothing before ``LogVerifier.open`` has found a trusted signature under it."""

    text: str
    signatures: tuple[Signature, ...]


class PublicKey(msgspec.Struct, frozen=True):
    """What a vkey says: whose key, its 4-byte id, the type of its signatures (one byte), and the key itself."""

    name: str
    key_id: bytes
    kind: bytes
    material: bytes


def parse_vkey(vkey: str) -> PublicKey:
    """Read ``<name>+<key id in hex>+<base64 of type and public key>`` (c2sp.org/signed-note, Verifier keys).

    Raises:
        NoteError: the text is malformed, or its id isn't that of its key.

    """
    name, identifier, material = ([*vkey.split("+", 2), "", ""])[:3]
    decoded = _decode(material)
    kind, key = decoded[:1], decoded[1:]
    if not key or identifier != key_id(_checked_name(name), key, kind).hex():
        raise NoteError("The verifier key's id does not belong to its name and key.")
    return PublicKey(name, bytes.fromhex(identifier), kind, key)


def write_vkey(name: str, kind: bytes, material: bytes) -> str:
    """Return the vkey of a public key (c2sp.org/signed-note, Verifier keys)."""
    return f"{name}+{key_id(name, material, kind).hex()}+{base64.b64encode(kind + material).decode()}"


class LogVerifier:
    """A public key that notes are checked against, known by its vkey."""

    def __init__(self, vkey: str) -> None:
        """Read a vkey.

        Raises:
            NoteError: the text is malformed, of another type than Ed25519, or its id isn't that of its key.

        """
        key = parse_vkey(vkey)
        if key.kind != ED25519 or len(key.material) != _KEY_BYTES:
            raise NoteError("The verifier key is not an Ed25519 vkey.")
        self.name, self.key_id, self.vkey = key.name, key.key_id, vkey
        self._key = Ed25519PublicKey.from_public_bytes(key.material)

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """Tell whether the key made ``signature`` over ``message`` (RFC 8032)."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def open(self, text: str) -> str:
        """Return the text of a signed note that this key has signed (c2sp.org/signed-note, Signatures).

        Signatures of other keys are passed over, also those that share only the name or only the id.

        Raises:
            NoteError: malformed, not signed by this key, or a signature under its name and id doesn't verify.

        """
        note = parse_note(text)
        ours = [each for each in note.signatures if (each.name, each.key_id) == (self.name, self.key_id)]
        if not ours:
            raise NoteError("The note is not signed by this key.")
        if not all(self.is_signed(note.text.encode(), each.signature) for each in ours):
            raise NoteError("A signature under the note is wrong.")
        return note.text


class LogKey:
    """The private key of one log."""

    def __init__(self, origin: str, seed: bytes) -> None:
        """Take the log's name (a URL without scheme, such as ``laurel.example/audit``) and the 32-byte Ed25519 seed.

        Raises:
            NoteError: the name is empty or has a space or a plus, or the seed is not 32 bytes.

        """
        if len(seed) != _KEY_BYTES:
            raise NoteError(f"An Ed25519 seed has {_KEY_BYTES} bytes.")
        self.origin = _checked_name(origin)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._key.public_key().public_bytes_raw()
        self.key_id = key_id(origin, public)
        self.vkey = write_vkey(origin, ED25519, public)

    @override
    def __repr__(self) -> str:
        """Show the public half: the other must not reach a log through a traceback."""
        return f"LogKey({self.vkey})"

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature over ``message`` (RFC 8032); the same message gives the same bytes."""
        return self._key.sign(message)

    def seed(self, domain: bytes) -> bytes:
        """Return 32 bytes for a key of another kind of signature: made from this one, of no use in its place."""
        return hmac.digest(self._key.private_bytes_raw(), domain, "sha256")

    def derived(self, name: str, domain: bytes) -> "LogKey":
        """Return another key for another kind of signature."""
        return LogKey(name, self.seed(domain))

    def sign_note(self, text: str) -> str:
        """Return ``text``, which ends in a newline, as a note signed by this key (c2sp.org/signed-note, Format).

        Raises:
            NoteError: the text doesn't end in a newline, or has other control characters or lone surrogates.

        """
        return f"{text}\n{write_signature(self.origin, self.key_id, self.sign(_checked_text(text)))}"


def key_id(name: str, public_key: bytes, kind: bytes = ED25519) -> bytes:
    """Return SHA-256(name || 0x0A || type || public key)[:4] (c2sp.org/signed-note, Signatures)."""
    return sha256(name.encode() + b"\n" + kind + public_key).digest()[:_KEY_ID_BYTES]


def write_signature(name: str, identifier: bytes, signature: bytes) -> str:
    """Return a signature line, with its newline (c2sp.org/signed-note, Format)."""
    return f"{_DASH}{name} {base64.b64encode(identifier + signature).decode()}\n"


def parse_note(text: str) -> Note:
    """Return the parts of a signed note, nothing verified yet (c2sp.org/signed-note, Format).

    The text itself may hold empty lines: the LAST empty line separates it from the signatures.

    Raises:
        NoteError: any deviation from the format.

    """
    _checked_text(text)
    separator = text.rfind("\n\n")
    if separator < 0:
        raise NoteError("The note has no empty line before its signatures.")
    lines = text[separator + 2 : -1].split("\n")
    if not 1 <= len(lines) <= MOST_SIGNATURES or not lines[0]:
        raise NoteError(f"A note has 1 to {MOST_SIGNATURES} signatures.")
    return Note(text[: separator + 1], tuple(map(_parse_signature, lines)))


def _parse_signature(line: str) -> Signature:
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not separator:
        raise NoteError("A signature line is malformed.")
    decoded = _decode(encoded)
    if len(decoded) <= _KEY_ID_BYTES:
        raise NoteError("A signature is too short.")
    return Signature(_checked_name(name), decoded[:_KEY_ID_BYTES], decoded[_KEY_ID_BYTES:])


def _checked_name(name: str) -> str:
    if not name or "+" in name or any(map(_is_foreign, name)):
        raise NoteError("A key name is not empty and has no spaces, control characters or plus signs.")
    return name


def _is_foreign(character: str) -> bool:
    """Tell whether no name has it; half a surrogate pair is what Python makes of an argument that is not UTF-8."""
    return character.isspace() or character < " " or "\ud800" <= character <= "\udfff"


def _checked_text(text: str) -> bytes:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("A note ends in a newline and has no other control characters.")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NoteError("A note is valid UTF-8.") from error


def _decode(encoded: str) -> bytes:
    """Decode base64 (RFC 4648 section 4) and refuse every second spelling of the same bytes, as padding bits allow."""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("Something that should be base64 is not.") from error
    if base64.b64encode(decoded).decode() != encoded:
        raise NoteError("The base64 has padding bits that are not zero.")
    return decoded
