"""Files: staged on their way in, kept in the object store, and those of the archive sealed with a key each."""

from service.adapters.files.key_wrapping import KeyProvider, Place, UnknownKey, Wrapped
from service.adapters.files.sealing import Damaged
from service.adapters.files.store import CHUNK, FileStore, StagedFile, TooLarge, staged
from service.adapters.files.vault import Sealed, Vault

__all__ = [
    "CHUNK",
    "Damaged",
    "FileStore",
    "KeyProvider",
    "Place",
    "Sealed",
    "StagedFile",
    "TooLarge",
    "UnknownKey",
    "Vault",
    "Wrapped",
    "staged",
]
