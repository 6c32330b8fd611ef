"""The tree of RFC 6962: the published test vectors, and every proof of small trees against the RFC's own recursion."""

import hashlib

import pytest

from service.domain.audit_tree import Span, Tree, consistency_spans, hash_of, inclusion_spans, leaf_hash, part_of

# The leaves and roots that certificate-transparency implementations test each other with.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def mth(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def grown(leaves: list[bytes]) -> tuple[Tree, dict[int, bytes]]:
    tree = Tree()
    kept = dict(enumerate(tree.extend(leaf_hash(leaf) for leaf in leaves)))
    return tree, kept


def proof(spans: list[Span], kept: dict[int, bytes]) -> list[bytes]:
    known = {one: part_of(kept[one.last_leaf], one.level) for span in spans for one in span.subtrees()}
    return [hash_of(span, known) for span in spans]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    tree, _ = grown(LEAVES[:size])
    assert tree.root().hex() == ROOTS[size]


@pytest.mark.parametrize("size", [*range(1, 34), 100])
def test_a_tree_goes_on_from_what_it_kept(size: int) -> None:
    leaves = [bytes([number]) for number in range(size + 7)]
    _, kept = grown(leaves[:size])
    peaks = [part_of(kept[one.last_leaf], one.level) for one in Span(0, size).subtrees()]
    tree = Tree(size, peaks)
    assert tree.root() == mth(leaves[:size])
    tree.extend(leaf_hash(leaf) for leaf in leaves[size:])
    assert (tree.size, tree.root()) == (size + 7, mth(leaves))


@pytest.mark.parametrize("size", [*range(1, 34), 100])
def test_every_proof_is_that_of_the_rfc(size: int) -> None:
    leaves = [bytes([number]) for number in range(size)]
    _, kept = grown(leaves)
    for index in range(size):
        assert proof(inclusion_spans(index, size), kept) == path(index, leaves)
        assert proof(consistency_spans(index + 1, size), kept) == subproof(index + 1, leaves, True)
