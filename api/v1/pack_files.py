"""Files of notary packs: papers are brought along, looked at page by page, and fetched as one."""

import hashlib

from api.route import MEGABYTE, Answer, Call, FileBody, Repeat, Reply, Route
from api.v1.bodies import PageQuery
from api.v1.documents import page_number
from api.v1.pack_shapes import PACKS, BroughtShape
from api.v1.signing_shapes import PageTextShape
from docgen.domain.caller import Scope
from docgen.domain.errors import (
    BlobDamaged,
    BlobNotFound,
    Busy,
    DocumentNotFound,
    PackNotFound,
    UnreadableDocument,
)

LARGEST = 20 * MEGABYTE
_PDF, _ZIP = "application/pdf", "application/zip"
_KEPT = {"Cache-Control": "private, max-age=31536000, immutable"}


def bring_paper(call: Call) -> Reply:
    """A PDF, kept for packs of its owner; the same file again is the same paper."""
    paper = call.docgen.packs.bring(call.file, caller=call.caller)
    shape = BroughtShape(sha256=paper.sha256, size=paper.size, pages=paper.pages)
    return Reply(body=shape, status=201)


def download_pack(call: Call) -> Reply:
    """The archive: volume, originals, manifest, results of the day."""
    number = call.path["pack_id"]
    content = call.docgen.packs.show.package(number, caller=call.caller)
    tag = hashlib.sha256(content).hexdigest()
    headers = {
        "ETag": f'"{tag}"',
        "Content-Disposition": f'attachment; filename="{number}.zip"',
        **_KEPT,
    }
    if tag in call.etags:
        return Reply(body=b"", status=304, headers=headers)
    return Reply(body=content, media_type=_ZIP, headers=headers)


def fetch_pack_file(call: Call) -> Reply:
    """A paper of the case, or the volume."""
    sha256 = call.path["sha256"]
    named = f'attachment; filename="{call.path["pack_id"]}-{sha256[:8]}.pdf"'
    return Reply(body=_file(call), media_type=_PDF, headers={"Content-Disposition": named, **_KEPT})


def fetch_pack_page(call: Call) -> Reply:
    """A page of one as an image."""
    query, page = call.query_as(PageQuery), page_number(call)
    image = call.docgen.packs.show.images.image(_file(call), page, width=query.width)
    return Reply(body=image, media_type="image/webp", headers=_KEPT)


def fetch_pack_words(call: Call) -> Reply:
    """A page's words, for whoever hears it instead of seeing it."""
    text = call.docgen.packs.show.images.text(_file(call), page_number(call))
    return Reply(body=PageTextShape(lines=tuple(text.splitlines())))


def _file(call: Call) -> bytes:
    return call.docgen.packs.show.file(
        call.path["pack_id"], call.path["sha256"], caller=call.caller
    )


_FILE = f"{PACKS}/{{pack_id}}/files/{{sha256}}"
_LOST = (PackNotFound, DocumentNotFound, BlobNotFound, BlobDamaged)

ROUTES = (
    Route(
        method="POST",
        path="/v1/pack-papers",
        view=bring_paper,
        summary="Bring a paper along for notary packs: a PDF, named by its hash in a case",
        tag="packs",
        scope=Scope.PACKS,
        body=FileBody(limit=LARGEST),
        repeat=Repeat.MAY,
        answer=Answer(status=201, says="The paper", model=BroughtShape),
        refusals=(UnreadableDocument, Busy),
    ),
    Route(
        method="GET",
        path=f"{PACKS}/{{pack_id}}/download",
        view=download_pack,
        summary="Fetch a sealed pack as one archive",
        tag="packs",
        scope=Scope.PACKS_READ,
        answer=Answer(says="The ZIP", media_type=_ZIP),
        refusals=(PackNotFound, BlobNotFound, BlobDamaged),
    ),
    Route(
        method="GET",
        path=_FILE,
        view=fetch_pack_file,
        summary="Fetch a paper of a pack, or its volume",
        tag="packs",
        scope=Scope.PACKS_READ,
        answer=Answer(says="The PDF", media_type=_PDF),
        refusals=_LOST,
    ),
    Route(
        method="GET",
        path=f"{_FILE}/pages/{{page}}",
        view=fetch_pack_page,
        summary="Fetch a page of it as an image",
        tag="packs",
        scope=Scope.PACKS_READ,
        query=PageQuery,
        answer=Answer(says="The page", media_type="image/webp"),
        refusals=(Busy, UnreadableDocument, *_LOST),
    ),
    Route(
        method="GET",
        path=f"{_FILE}/pages/{{page}}/text",
        view=fetch_pack_words,
        summary="Fetch the words of a page of it",
        tag="packs",
        scope=Scope.PACKS_READ,
        answer=Answer(says="The words, line by line", model=PageTextShape),
        refusals=(Busy, UnreadableDocument, *_LOST),
    ),
)
