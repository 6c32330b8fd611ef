"""The Merkle tree of RFC 6962 over the audit log: growing it, its root, and which subtrees a proof is made of.

A leaf is known by its index, from 0; a full subtree by its level and its index among those of its level: (0, i) is leaf
i, (level, i) covers the leaves from i * 2**level to (i + 1) * 2**level - 1. Hashes are SHA-256, 32 bytes.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

HASH_BYTES = 32
LEAF, NODE = b"\x00", b"\x01"


@dataclass(frozen=True, slots=True)
class Subtree:
    """A full subtree: 2**level leaves from index * 2**level on."""

    level: int
    index: int

    @property
    def last_leaf(self) -> int:
        """The index of the leaf that completes it."""
        return ((self.index + 1) << self.level) - 1


class Span(NamedTuple):
    """The leaves from `start` to before `end`, where a proof needs one hash over all of them."""

    start: int
    end: int

    def subtrees(self) -> Iterator[Subtree]:
        """The full subtrees that it consists of, from the left; the start is a multiple of the largest one's size."""
        start, end = self
        while start < end:
            level = (end - start).bit_length() - 1
            yield Subtree(level, start >> level)
            start += 1 << level


class Tree:
    """A tree that grows leaf by leaf; it remembers the roots of its full subtrees only, O(log n) of them."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """The tree of `size` leaves; `peaks` are the hashes of the subtrees of Span(0, size), from the left."""
        self.size = size
        self._peaks = list(peaks)

    def extend(self, leaves: Iterable[bytes]) -> list[bytes]:
        """More leaves by their hashes; answers for each that hash and those of the subtrees it completes, by level."""
        made, peaks, size = [], self._peaks, self.size
        for leaf in leaves:
            top = completed = leaf
            number = size
            while number & 1:
                top = node_hash(peaks.pop(), top)
                completed += top
                number >>= 1
            peaks.append(top)
            made.append(completed)
            size += 1
        self.size = size
        return made

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves."""
        return folded(self._peaks) if self._peaks else hashlib.sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """The hash of one leaf (RFC 6962, section 2.1)."""
    return hashlib.sha256(LEAF + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side (RFC 6962, section 2.1)."""
    return hashlib.sha256(NODE + left + right).digest()


def folded(peaks: list[bytes]) -> bytes:
    """One hash over full subtrees side by side, the largest at the left."""
    *others, root = peaks
    for peak in reversed(others):
        root = node_hash(peak, root)
    return root


def part_of(hashes: bytes, level: int) -> bytes:
    """The hash of one level out of those that a leaf completes."""
    return hashes[level * HASH_BYTES : (level + 1) * HASH_BYTES]


def hash_of(span: Span, hashes: Mapping[Subtree, bytes]) -> bytes:
    """The hash of a span from those of its subtrees."""
    return folded([hashes[subtree] for subtree in span.subtrees()])


def inclusion_spans(index: int, size: int) -> list[Span]:
    """What proves that a leaf is in the tree of `size` leaves (RFC 6962, section 2.1.1), from the leaf upwards."""
    start, end, spans = 0, size, []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(earlier: int, size: int) -> list[Span]:
    """What proves that the tree of `size` leaves begins with the `earlier` ones (RFC 6962, section 2.1.2)."""
    start, end, spans, known = 0, size, [], True
    while earlier < end:
        middle = start + split(end - start)
        if earlier <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(start, middle))
            start, known = middle, False
    return ([] if known else [Span(start, end)]) + spans[::-1]


def split(leaves: int) -> int:
    """The largest power of two below a number of leaves."""
    return 1 << ((leaves - 1).bit_length() - 1)
