"""Bytes under their hash, on disk and in the tests' own fake."""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docgen.adapters.blobs.disk import DiskBlobs
from docgen.domain.errors import BlobDamaged, BlobNotFound, Unavailable
from docgen.ports import Blobs
from tests.builders import sha256
from tests.contracts.races import at_once
from tests.fakes import MemoryBlobs


@pytest.fixture(params=["disk", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """Either store, empty."""
    return DiskBlobs(tmp_path / "blobs") if request.param == "disk" else MemoryBlobs()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=2000))
def test_bytes_come_back(blobs: Blobs, content: bytes) -> None:
    """What was put is got under its SHA-256."""
    key = blobs.put(content)
    assert key == hashlib.sha256(content).hexdigest()
    assert blobs.get(key) == content


def test_storing_twice_is_storing_once(blobs: Blobs) -> None:
    """The same bytes have the same name."""
    assert blobs.put(b"a paper") == blobs.put(b"a paper")


@pytest.mark.parametrize("key", [sha256("never stored"), "", "../../etc/passwd", "AB" * 32])
def test_unknown_hashes_are_named(blobs: Blobs, key: str) -> None:
    """A hash without bytes, or what is no hash at all, raises BlobNotFound."""
    with pytest.raises(BlobNotFound):
        blobs.get(key)


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_file_lies_under_its_hash(tmp_path: Path) -> None:
    """The path is the hash, fanned out twice, and nothing else is left there."""
    key = DiskBlobs(tmp_path).put(b"a paper")
    assert _files(tmp_path) == [tmp_path / key[:2] / key[2:4] / key]


def test_files_are_their_owners(tmp_path: Path) -> None:
    """Files are 0600 and directories 0700."""
    root = tmp_path / "blobs"
    DiskBlobs(root).put(b"a paper")
    modes = {path.is_dir(): path.stat().st_mode & 0o777 for path in (root, *root.rglob("*"))}
    assert modes == {True: 0o700, False: 0o600}


def test_damaged_bytes_are_not_given_out(tmp_path: Path) -> None:
    """A file that no longer matches its hash raises BlobDamaged."""
    blobs = DiskBlobs(tmp_path)
    key = blobs.put(b"a paper")
    _files(tmp_path)[0].write_bytes(b"a pauper")
    with pytest.raises(BlobDamaged):
        blobs.get(key)


def test_only_a_hash_is_looked_for(tmp_path: Path) -> None:
    """A name that is no SHA-256 never becomes a path."""
    with pytest.raises(BlobNotFound, match="not a SHA-256"):
        DiskBlobs(tmp_path).get("../../etc/passwd")


def test_putting_again_repairs(tmp_path: Path) -> None:
    """Sound bytes put over damaged ones take their place."""
    blobs = DiskBlobs(tmp_path)
    key = blobs.put(b"a paper")
    _files(tmp_path)[0].write_bytes(b"a pap")
    blobs.put(b"a paper")
    assert blobs.get(key) == b"a paper"


def test_parallel_writers_leave_one_file(tmp_path: Path) -> None:
    """The same bytes put by many at once are one sound file."""
    blobs = DiskBlobs(tmp_path)
    content = os.urandom(100_000)
    keys = at_once([partial(blobs.put, content)] * 8)
    assert len(set(map(str, keys))) == 1
    assert len(_files(tmp_path)) == 1
    assert blobs.get(str(keys[0])) == content


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    if os.getuid() != 0:
        pytest.skip("only root can mount a tiny file system")
    disk = tmp_path / "tiny"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_unavailable_and_stays_clean(tiny_disk: Path) -> None:
    """Bytes that do not fit raise Unavailable, leave nothing, and smaller ones still fit."""
    blobs = DiskBlobs(tiny_disk)
    with pytest.raises(Unavailable):
        blobs.put(b"x" * 100_000)
    assert _files(tiny_disk) == []
    assert blobs.get(blobs.put(b"x" * 1000)) == b"x" * 1000


def test_a_disk_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    """A root that is a file, as after a bad mount, raises Unavailable both ways."""
    root = tmp_path / "root"
    root.write_bytes(b"")
    with pytest.raises(Unavailable):
        DiskBlobs(root).put(b"a paper")
    with pytest.raises(Unavailable):
        DiskBlobs(root).get(sha256("a paper"))
