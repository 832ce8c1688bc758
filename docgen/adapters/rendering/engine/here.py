"""Work with LibreOffice inside this process, in the one child that a document has."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any, Final

from docgen.adapters.rendering.engine.documents import Desktop, NotExported, NotLoaded
from docgen.adapters.rendering.engine.frames import Header, put_frame, take_frame
from docgen.adapters.rendering.engine.preloaded import NotFilled, NotSettled, Preloaded
from docgen.adapters.rendering.engine.walls import limit_for_one_document
from docgen.adapters.rendering.engine.zygote import surroundings

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_WRITER = "application/vnd.oasis.opendocument.text"
_TRIAL: Final = {
    "mimetype": _WRITER,
    "content.xml": f'<o:document-content xmlns:o="{_OASIS}:office:1.0" xmlns:t="{_OASIS}:text:1.0"'
    ' o:version="1.3"><o:body><o:text><t:p>Қолтаңба</t:p></o:text></o:body></o:document-content>',
    "META-INF/manifest.xml": f'<m:manifest xmlns:m="{_OASIS}:manifest:1.0" m:version="1.3">'
    f'<m:file-entry m:full-path="/" m:media-type="{_WRITER}"/>'
    '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>',
}
"""The smallest document of ODF 1.3."""


class SelfTestFailed(Exception):
    """This LibreOffice does not do what it was proved to do."""


class Here:
    """The workshop of a zygote that has LibreOffice inside."""

    def __init__(self, context: Any, directory: Path, network: str) -> None:
        self._desktop = Desktop(context)
        self._warm = directory / "warm.pdf"
        self._network = network
        self._preloaded: dict[str, Preloaded] = {}

    def hello(self) -> Header:
        """The engine's name and how it is reached."""
        about = {"engine": self._desktop.version(), "bridge": "inside"}
        return about | surroundings(self._network)

    def try_itself(self, directory: Path) -> None:
        """Make a small document and export it; raises SelfTestFailed, or crashes."""
        source, target = directory / "trial.odt", directory / "trial.pdf"
        source.write_bytes(_trial())
        document = self._desktop.load(source, "odt")
        text = document.getText().getString()
        self._desktop.export(document, target, "pdf")
        document.close(True)  # noqa: FBT003
        if text != "Қолтаңба" or not target.read_bytes().startswith(b"%PDF-1."):
            raise SelfTestFailed(text)
        source.unlink()
        target.unlink()

    def prepare(self, work: Header) -> bool:
        """Load and lay out the template of work that fills one, once."""
        if work["kind"] != "fill" or work["template"] in self._preloaded:
            return False
        folder = Path(work["folder"])
        document = self._desktop.load(folder / "base.odt", "odt")
        plan = json.loads((folder / "plan.json").read_text())
        self._preloaded[work["template"]] = Preloaded(self._desktop, document, plan)
        self._desktop.export(document, self._warm, "pdf")
        return True

    def carry_out(self, work: Header, request: int, answer: int, directory: Path) -> None:
        """Read the request, write the answer."""
        limit_for_one_document(work["limit"])
        _, body = take_frame(request)
        target = directory / "target"
        try:
            if work["kind"] == "fill":
                template = self._preloaded[work["template"]]
                template.fill(json.loads(body), directory)
                self._desktop.export(template.document, target, "pdf")
            else:
                source = directory / "source"
                source.write_bytes(body)
                document = self._desktop.load(source, work["from"])
                self._desktop.export(document, target, work["to"])
        except (NotLoaded, NotExported, NotFilled, NotSettled) as error:
            put_frame(answer, {"error": type(error).__name__, "detail": str(error)[:300]})
            return
        put_frame(answer, {}, target.read_bytes())

    def goes_on(self, *, well: bool) -> bool:  # noqa: ARG002
        """Always: whatever happened, happened in the child."""
        return True


def _trial() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in _TRIAL.items():
            archive.writestr(name, content)
    return stream.getvalue()
