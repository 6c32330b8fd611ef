"""Checkpoints of the audit log: what is signed, as text that others can read and check.

The format is that of transparency logs (C2SP tlog-checkpoint in a C2SP signed-note): origin, size and root on the first
three lines, then lines of our own, an empty line and the signature.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

FIRST = "none"
FURTHER = ("number", "epoch", "cluster", "horizon", "at", "previous")
SIGNATURE = "— "  # an em dash and a space (signed-note)


class AuditDamaged(Exception):  # noqa: N818 - what happened, like the service's other failures
    """What is kept of the audit tree is not what was signed; nothing more is sealed upon it."""


@dataclass(frozen=True)
class Checkpoint:
    """The whole log at one moment.

    `horizon`: every transaction below it had ended; its entries are in the tree. `cluster`: the database server that
    counts transactions; another server begins another `epoch`. `previous`: hash of the checkpoint before, with its
    signature.
    """

    origin: str
    size: int
    root: bytes
    number: int
    epoch: int
    cluster: str
    horizon: int
    at: datetime
    previous: str

    @classmethod
    def read(cls, note: str) -> Self:
        """The checkpoint of a signed note, whose signature is not looked at; ValueError when it is none."""
        try:
            text, _ = note.split(f"\n\n{SIGNATURE}")
            origin, size, root, *lines = text.split("\n")
            number, epoch, cluster, horizon, at, previous = (
                line.removeprefix(f"{name} ") for name, line in zip(FURTHER, lines, strict=True)
            )
            found = cls(
                origin,
                int(size),
                base64.b64decode(root, validate=True),
                int(number),
                int(epoch),
                cluster,
                int(horizon),
                datetime.fromisoformat(at),
                previous,
            )
        except (ValueError, binascii.Error) as error:
            raise ValueError("this is no checkpoint of an audit log") from error
        if found.text() != f"{text}\n":
            raise ValueError("this checkpoint is not written as checkpoints are")
        return found

    def text(self) -> str:
        """What is signed."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        values = (self.number, self.epoch, self.cluster, self.horizon, at, self.previous)
        further = [f"{name} {value}" for name, value in zip(FURTHER, values, strict=True)]
        return "\n".join([self.origin, str(self.size), self.root_text, *further, ""])

    @property
    def root_text(self) -> str:
        """The root as it is written: base64."""
        return base64.b64encode(self.root).decode()


def digest_of(note: str) -> str:
    """The hash by which the next checkpoint names a signed one: SHA-256, base64."""
    return base64.b64encode(hashlib.sha256(note.encode()).digest()).decode()
