"""What a portal loads and compiles against: small, versioned, and typed as it is."""

import re
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_STATIC = _ROOT / "api" / "web" / "static"
_EMBED = _STATIC / "embed"
_TSC = _ROOT / "tests" / "services" / "typescript" / "node_modules" / "typescript" / "bin" / "tsc"

_PORTAL = """
import { VERSION, type QoltanbaData, type QoltanbaType } from "./embed.js";

const signing = document.createElement("qoltanba-sign");
signing.ticket = "qt_1";
signing.language = "ru";
signing.keepAlive();
const heard: { [T in QoltanbaType]: (data: QoltanbaData[T]) => unknown } = {
  ready: () => {},
  resized: ({ height }) => height + 1,
  "document-viewed": ({ document, number }) => document + number,
  "code-sent": ({ expires_at, resend_at }) => Date.parse(expires_at) - Date.parse(resend_at),
  "code-failed": ({ code, attempts_left }) => `${code} ${attempts_left?.toFixed()}`,
  signed: ({ confirmed_at }) => Date.parse(confirmed_at),
  sealed: ({ sealed_at }) => sealed_at?.trim(),
  declined: () => {},
  expired: () => {},
  "session-expiring": ({ expires_at }) => Date.parse(expires_at),
  error: ({ code, renewable }) => renewable || code.trim(),
};
signing.addEventListener("error", ({ detail }) => heard.error(detail.data));
signing.addEventListener("sealed", ({ detail: { v, id, session } }) => {
  if (v === VERSION) console.log(id + 1, session?.trim());
});
"""
_WRONG = {
    "another language": 'signing.language = "en";',
    "an attribute that there is not": "signing.colour = null;",
    "data of another event": (
        'signing.addEventListener("signed", ({ detail }) => detail.data.height);'
    ),
    "a session that is always there": (
        'signing.addEventListener("ready", ({ detail }) => detail.session.trim());'
    ),
    "another version": "const other: 2 = VERSION;",
}
_SAME = """
import * as real from "./real.js";
import * as told from "./embed.js";

type Own<T> = Exclude<keyof T, keyof HTMLElement | `${string}Callback`>;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const names: Same<keyof typeof real, keyof typeof told> = true;
const members: Same<Own<real.QoltanbaSign>, Own<told.QoltanbaSign>> = true;
"""


def _compiled(folder: Path, source: str) -> str:
    """What the compiler has to say of it."""
    for name in ("embed.js", "embed.d.ts"):
        (folder / name).write_bytes((_EMBED / name).read_bytes())
    (folder / "real.js").write_bytes((_EMBED / "embed.js").read_bytes())
    (folder / "portal.ts").write_text(source, encoding="utf-8")
    done = subprocess.run(
        ["node", _TSC, "--noEmit", "--strict", "--allowJs", "--target", "es2022", "--module",
         "es2022", "--moduleResolution", "bundler", "--lib", "es2022,dom,dom.iterable",
         "portal.ts"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


def test_a_portal_compiles_against_the_types(tmp_path: Path) -> None:
    """Every event with its data; and each mistake is found on its own line."""
    right = _PORTAL.splitlines()
    wrong = "\n".join([*right, *_WRONG.values()])

    said = _compiled(tmp_path, wrong)

    found = {(name, int(line)) for name, line in re.findall(r"^(\S+)\((\d+),", said, re.MULTILINE)}
    assert found == {("portal.ts", len(right) + n) for n in range(1, len(_WRONG) + 1)}, said


def test_the_types_name_what_the_module_has(tmp_path: Path) -> None:
    """Its exports and the element's members, neither more nor fewer."""
    assert _compiled(tmp_path, _SAME) == ""


def test_the_module_is_small_and_passes_on_what_is_typed() -> None:
    """Less than 10 KB; each event it lets through is typed and told of in the guide."""
    module, types = ((_EMBED / name).read_text("utf-8") for name in ("embed.js", "embed.d.ts"))
    guide = (_ROOT / "docs" / "portal.md").read_text("utf-8")

    assert len(module.encode()) < 10_000
    listed = module.partition("new Set([")[2].partition("])")[0].replace("\n", " ").split(",")
    events = [each.strip().strip('"') for each in listed if each.strip()]
    assert events == [
        "ready", "resized", "document-viewed", "code-sent", "code-failed", "signed", "sealed",
        "declined", "expired", "session-expiring", "error",
    ]  # fmt: skip
    for each in events:
        assert f"\n  {each}:" in types or f'\n  "{each}":' in types
        assert f"`{each}`" in guide


@pytest.mark.parametrize("name", ["embed/embed.js", "modules/frame.js"])
def test_both_sides_speak_the_same_version(name: str) -> None:
    """Of one shape; a page of another version would not be heard."""
    found = re.findall(r"const VERSION = (\d+);", (_STATIC / name).read_text("utf-8"))

    assert found == ["1"]
