"""The bench of seals: both sides make good ones, and the figures are what was measured."""

import io
from dataclasses import replace

import pikepdf
import pytest

from bench.seals import KINDS, NotASeal, milliseconds, summary, table, ways
from docgen.adapters.authority.certificates import KeyKind
from docgen.domain.verdict import Verdict
from tests.adapters.sealing.papers import order


@pytest.mark.parametrize("kind", KINDS.values())
def test_both_seal_the_same_file_with_the_same_evidence(kind: KeyKind) -> None:
    """Ours and the sealing process's are valid; pyHanko's covers its file and certifies it."""
    wanted = order()
    with ways(kind) as by:
        for made in (by.ours(wanted), by.asked(wanted)):
            assert by.judge(made).verdict is Verdict.VALID
        plain = by.plain(wanted)

    with pikepdf.open(io.BytesIO(plain)) as pdf:
        assert pdf.attachments["evidence.json"].get_file().read_bytes() == wanted.evidence
        signature = pdf.Root.Perms.DocMDP
        assert int(signature.ByteRange[2]) + int(signature.ByteRange[3]) == len(plain)
        assert "/AP" in pdf.Root.AcroForm.Fields[0]


def test_a_short_run_measures_both_in_turns() -> None:
    """Ours takes at most 0.30 of pyHanko's CPU time with RSA-3072, its own judgement counted."""
    with ways(KeyKind.RSA_3072) as by:
        taken = milliseconds(order(), by, rounds=5, told=lambda _: None)

    found = summary(taken)
    assert {len(each) for each in taken.values()} == {5}
    assert 0 < found["cpu_ms_without_verification"] < found["cpu_ms"]
    assert found["ratio"] == pytest.approx(
        found["cpu_ms"] / found["plain_pyhanko_cpu_ms"], rel=0.01
    )
    assert found["ratio"] <= 0.30


def test_the_table_shows_every_kind_of_key() -> None:
    """With the figure it is judged by."""
    taken = {name: [2.0, 2.0] for name in ("ours", "asked", "verify")} | {"plain": [8.0, 8.0]}
    report = {name: summary(taken) for name in KINDS}

    lines = list(table(report | {"verify_ms": 1.0}))

    assert "at most 0.30" in lines[0]
    assert [line.split()[:4] for line in lines[1:3]] == [
        ["rsa3072", "2.0", "8.0", "0.25"], ["p256", "2.0", "8.0", "0.25"],
    ]  # fmt: skip


def test_what_is_no_seal_does_not_count() -> None:
    """A side that gives its file back unsealed is not fast but wrong."""
    with ways(KeyKind.P_256) as by:
        lazy = replace(by, plain=lambda order: order.frozen)
        with pytest.raises(NotASeal):
            milliseconds(order(), lazy, rounds=1, told=lambda _: None)
