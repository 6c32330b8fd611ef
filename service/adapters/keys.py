"""Keys with ids: old ones still verify and open, the current one signs and wraps."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from service.adapters.state_folder import StateFolder
from service.domain.archives import Confidentiality
from service.settings import Settings

CLASSES = tuple(Confidentiality)
SIGNING = ("cursor", "token", "audit", "watermark")
PURPOSES = (*SIGNING, *(f"archive_{name}" for name in CLASSES))
FILE = "keys.json"


@dataclass(frozen=True)
class KeyRing:
    """The keys of one purpose by id, 32 bytes each."""

    current: str
    keys: dict[str, bytes]

    def sign(self, message: bytes) -> bytes:
        """Key id (length-prefixed) and a 16-byte HMAC-SHA-256."""
        name = self.current.encode()
        return bytes([len(name)]) + name + self._mac(self.current, message)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """True when one of the ring's keys made the signature."""
        size = signature[0] if signature else 0
        name = signature[1 : 1 + size].decode("ascii", "replace")
        return name in self.keys and hmac.compare_digest(self._mac(name, message), signature[1 + size :])

    def _mac(self, name: str, message: bytes) -> bytes:
        return hmac.new(self.keys[name], message, hashlib.sha256).digest()[:16]


@dataclass(frozen=True)
class Keys:
    """One ring a purpose, from EVENHAND_KEYS: a file's path or the JSON itself; of the archive one a class."""

    cursor: KeyRing
    token: KeyRing
    audit: KeyRing
    watermark: KeyRing
    archive: dict[str, KeyRing]

    @classmethod
    def read(cls, source: str) -> Self:
        """Keys from JSON text or from the file it names; ValueError when a ring is missing or a key is not 32 bytes."""
        text = source if source.lstrip().startswith("{") else Path(source).read_text(encoding="utf-8")
        rings = json.loads(text)
        signing = {purpose: ring(purpose, rings) for purpose in SIGNING}
        return cls(**signing, archive={str(name): ring(f"archive_{name}", rings) for name in CLASSES})


def kept_keys(settings: Settings, state: Path | None = None) -> Keys:
    """EVENHAND_KEYS, or else the keys in the state folder: made where they are missing, completed by new purposes."""
    if settings.keys is not None:
        return Keys.read(settings.keys.get_secret_value())
    folder = StateFolder(state or settings.state)
    kept = folder.secret_file(FILE, new_keys)
    if missing := [purpose for purpose in PURPOSES if purpose not in json.loads(kept)]:
        fresh = json.loads(new_keys())
        kept = json.dumps(json.loads(kept) | {purpose: fresh[purpose] for purpose in missing}, indent=1)
        folder.replace_secret(FILE, kept)
    return Keys.read(kept)


def archive_rings(settings: Settings, state: Path | None = None) -> dict[str, KeyRing]:
    """The archive's rings as they are kept at this moment."""
    return kept_keys(settings, state).archive


def rotate_archive(settings: Settings, state: Path | None = None) -> None:
    """A fresh current key in each of the archive's rings in the state folder; the old ones still open."""
    kept_keys(settings, state)
    folder = StateFolder(state or settings.state)
    rings, fresh = json.loads(folder.secret_file(FILE, new_keys)), json.loads(new_keys())
    for purpose in PURPOSES:
        if purpose not in SIGNING:
            rings[purpose]["keys"] |= fresh[purpose]["keys"]
            rings[purpose]["current"] = fresh[purpose]["current"]
    folder.replace_secret(FILE, json.dumps(rings, indent=1))


def ring(purpose: str, rings: Any) -> KeyRing:
    """One purpose's ring out of the parsed JSON."""
    try:
        keys = {name: base64.b64decode(value, validate=True) for name, value in rings[purpose]["keys"].items()}
        current = rings[purpose]["current"]
    except (KeyError, TypeError, ValueError) as error:
        message = f"EVENHAND_KEYS: the ring {purpose!r} is missing or unreadable"
        raise ValueError(message) from error
    if current not in keys or any(len(key) != 32 for key in keys.values()):
        message = f"EVENHAND_KEYS: the ring {purpose!r} needs its current key, and 32 bytes a key"
        raise ValueError(message)
    return KeyRing(current, keys)


def new_keys() -> str:
    """Fresh keys as JSON text, for a first start."""
    name = f"k{secrets.token_hex(4)}"
    fresh = {
        purpose: {"current": name, "keys": {name: base64.b64encode(secrets.token_bytes(32)).decode()}}
        for purpose in PURPOSES
    }
    return json.dumps(fresh, indent=1)
