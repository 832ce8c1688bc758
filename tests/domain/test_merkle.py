"""Merkle trees as RFC 6962 describes them."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docgen.domain import merkle

_LEAVES = [bytes.fromhex(each) for each in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""Test vectors of Certificate Transparency's own implementation."""


def _tree(hashes: list[bytes]) -> merkle.Tree:
    tree = merkle.Tree()
    for each in hashes:
        tree.add(each)
    return tree


@pytest.mark.parametrize("size", _ROOTS)
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    """The published vectors, from no leaf to eight."""
    tree = _tree([merkle.leaf_hash(leaf) for leaf in _LEAVES[:size]])
    assert tree.root().hex() == _ROOTS[size]


def _by_definition(hashes: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return merkle.node_hash(_by_definition(hashes[:k]), _by_definition(hashes[k:]))


@given(st.integers(0, 200))
def test_a_growing_tree_has_the_root_of_the_definition(size: int) -> None:
    """However many leaves there are."""
    hashes = [merkle.leaf_hash(bytes([n])) for n in range(size)]
    assert _tree(hashes).root() == _by_definition(hashes)


@given(st.integers(1, 150), st.data())
def test_every_leaf_has_a_proof(size: int, data: st.DataObject) -> None:
    """It leads to the root from that place, and from no other."""
    index = data.draw(st.integers(0, size - 1))
    hashes = [merkle.leaf_hash(bytes([n])) for n in range(size)]
    root = _tree(hashes).root()
    path = merkle.proof(index, size, iter(hashes))
    assert merkle.root_of(hashes[index], index=index, size=size, path=path) == root
    other = data.draw(st.integers(0, size - 1).filter(lambda each: each != index) | st.none())
    if other is not None:
        assert merkle.root_of(hashes[other], index=index, size=size, path=path) != root
        assert merkle.root_of(hashes[index], index=other, size=size, path=path) != root


@given(st.integers(2, 60), st.data())
def test_a_changed_proof_leads_elsewhere(size: int, data: st.DataObject) -> None:
    """A hash too many, too few or altered."""
    index = data.draw(st.integers(0, size - 1))
    hashes = [merkle.leaf_hash(bytes([n])) for n in range(size)]
    root = _tree(hashes).root()
    path = merkle.proof(index, size, hashes)
    place = data.draw(st.integers(0, len(path) - 1))
    altered = [*path[:place], merkle.EMPTY, *path[place + 1 :]]
    for wrong in (path[:-1], [*path, merkle.EMPTY], altered):
        assert merkle.root_of(hashes[index], index=index, size=size, path=wrong) != root


def test_a_node_is_no_leaf() -> None:
    """What two leaves hash to cannot be given out as the content of one."""
    left, right = merkle.leaf_hash(b"l"), merkle.leaf_hash(b"r")
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    """Neither made nor believed."""
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.proof(index, size, [])
    assert merkle.root_of(merkle.EMPTY, index=index, size=size, path=[]) is None
