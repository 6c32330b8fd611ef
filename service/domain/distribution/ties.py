"""How equal scores are ordered: a keyed hash of account and person, never age, name or place in a list.

Account and person are hashed once each by BLAKE2b under a key of rulebook and cycle; a pair is the finaliser of
SplitMix64 (Steele, Lea, Flood 2014) over both, which numpy,
compiled code and a few lines of anybody's own compute alike.
"""

from collections.abc import Iterable
from hashlib import blake2b, sha256

import numpy as np

from service.domain.distribution.core import Core, Ints, Words

FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
A, B, C = np.uint64(30), np.uint64(27), np.uint64(31)


def tie_words(tie_key: str, cycle: str, kind: str, ids: Iterable[str]) -> Words:
    """The hashes of some ids; `kind`: account or person."""
    key = sha256(f"{tie_key}\n{cycle}".encode()).digest()
    mark = kind.encode()
    digests = b"".join(blake2b(each.encode(), key=key, digest_size=8, person=mark).digest() for each in ids)
    return np.frombuffer(digests, ">u8").astype(np.uint64)


def tie_hashes(core: Core, account: int, people: Ints) -> Words:
    """What orders an account's candidates (an array of people) when their scores are equal: the smallest wins."""
    return mixed(core.tie_account[account], core.tie_person[people])


def mixed(account: np.uint64, people: Words) -> Words:
    """The hash of pairs from the hashes of their two sides."""
    word = account ^ people
    word = (word ^ (word >> A)) * FIRST
    word = (word ^ (word >> B)) * SECOND
    return word ^ (word >> C)
