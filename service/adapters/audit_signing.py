"""Signing checkpoints with Ed25519, as C2SP signed-note writes it; the keys never enter the database."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from service.adapters.keys import KeyRing
from service.domain.audit_checkpoints import SIGNATURE

ED25519 = b"\x01"
KEY_ID_BYTES = 4


@dataclass(frozen=True)
class VerifierKey:
    """What checks signatures of one log by one key."""

    origin: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys apart."""
        return hashlib.sha256(self.origin.encode() + b"\n" + ED25519 + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        """The key as signed-note writes it: origin+id+key."""
        return f"{self.origin}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    def signed(self, note: str) -> bool:
        """True when this key made the note's signature."""
        text, _, line = note.rpartition(f"\n{SIGNATURE}")
        origin, _, written = line.removesuffix("\n").partition(" ")
        try:
            signature = base64.b64decode(written, validate=True)
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature[KEY_ID_BYTES:], text.encode())
        except (binascii.Error, InvalidSignature, ValueError):
            return False
        exact = line == f"{self.origin} {base64.b64encode(signature).decode()}\n"
        return origin == self.origin and signature[:KEY_ID_BYTES] == self.id and exact


class Notary:
    """Signs with the ring's current key; what any of its keys signed is known."""

    def __init__(self, ring: KeyRing) -> None:
        self._keys = {name: Ed25519PrivateKey.from_private_bytes(seed) for name, seed in ring.keys.items()}
        self._current = self._keys[ring.current]

    def sign(self, origin: str, text: str) -> str:
        """The signed note of a text that ends in a line feed."""
        signature = verifier_key(origin, self._current).id + self._current.sign(text.encode())
        return f"{text}\n{SIGNATURE}{origin} {base64.b64encode(signature).decode()}\n"

    def signer(self, origin: str, note: str) -> VerifierKey | None:
        """Which of our keys signed a note of this log."""
        return next((key for key in self.verifier_keys(origin) if key.signed(note)), None)

    def verifier_keys(self, origin: str) -> list[VerifierKey]:
        """The public halves, the current one first."""
        ordered = sorted(self._keys.values(), key=lambda key: key is not self._current)
        return [verifier_key(origin, key) for key in ordered]


def verifier_key(origin: str, key: Ed25519PrivateKey) -> VerifierKey:
    """The public half of a signing key."""
    return VerifierKey(origin, key.public_key().public_bytes_raw())
