"""Merkle trees (RFC 6962, 2.1): one hash for many leaves, and short proofs that one is among them.

Leaves and nodes are hashed with different first bytes, so that neither can be taken for the other.
"""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()
"""The root of no leaves."""


def leaf_hash(content: bytes) -> bytes:
    """SHA-256 over a zero byte and the leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 over a byte of one and both halves."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and keeps one hash per level, however many leaves it has."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Take the hash of the next leaf."""
        self._full.append(leaf)
        grown = self.size
        while grown & 1:
            right, left = self._full.pop(), self._full.pop()
            self._full.append(node_hash(left, right))
            grown >>= 1
        self.size += 1

    def root(self) -> bytes:
        """The hash of all leaves so far."""
        if not self._full:
            return EMPTY
        root = self._full[-1]
        for left in reversed(self._full[:-1]):
            root = node_hash(left, root)
        return root


def siblings(index: int, size: int) -> list[range]:
    """Which leaves stand below each hash of the proof for the leaf at `index`, nearest first."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    found: list[range] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + (1 << ((high - low - 1).bit_length() - 1))
        if index < middle:
            found.append(range(middle, high))
            high = middle
        else:
            found.append(range(low, middle))
            low = middle
    return found[::-1]


def proof(index: int, size: int, leaves: Iterable[bytes]) -> list[bytes]:
    """The hashes that lead from the leaf at `index` to the root (RFC 6962, 2.1.1).

    `leaves` are the hashes of all leaves in order; they are read once and not kept.
    """
    wanted = siblings(index, size)
    trees = [Tree() for _ in wanted]
    for place, leaf in enumerate(leaves):
        for below, tree in zip(wanted, trees, strict=True):
            if place in below:
                tree.add(leaf)
    return [tree.root() for tree in trees]


def root_of(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to, None where it fits no such leaf (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node_hash(sibling, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None
