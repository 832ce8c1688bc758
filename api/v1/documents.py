"""A document's bytes and pages."""

import re
from io import BytesIO

import segno

from api.route import Answer, Call, Reply, Route
from api.v1.bodies import PageQuery, PdfQuery
from api.v1.signing_shapes import PageTextShape
from docgen.domain.caller import Scope
from docgen.domain.errors import BlobDamaged, BlobNotFound, Busy, DocumentNotFound, NotReady
from docgen.usecases.fetch_document import Located, Version

_HELD = 304
_FOR_A_YEAR = "max-age=31536000, immutable"
"""As long as stores keep anything (RFC 9111)."""
_UNCHANGING = {"frozen", "sealed"}
_PAGE = re.compile("[1-9][0-9]{0,3}")
_CMS = "application/pkcs7-signature"
"""RFC 8551, 3.2.1."""
_TAGGED = {"ETag": "Changes with the bytes, and only with them"}


def fetch_pdf(call: Call) -> Reply:
    """The PDF: frozen, sealed or archived."""
    query = call.query_as(PdfQuery)
    found = located(call)
    tag = f'"{found.sha256}"'
    headers = _headers(tag, query) | {
        "Content-Disposition": f'attachment; filename="{found.number}.pdf"',
    }
    if _held(call, tag):
        return Reply(body=b"", status=_HELD, headers=headers)
    pdf = call.docgen.fetch_document.pdf(found)
    return Reply(body=pdf, media_type="application/pdf", headers=headers)


def fetch_cms(call: Call) -> Reply:
    """The operator's national signature over the sealed file, where there is one."""
    found = call.docgen.fetch_document.locate_detached(
        call.envelope.envelope, call.path["document_id"]
    )
    tag = f'"{found.sha256}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"private, {_FOR_A_YEAR}",
        "Content-Disposition": f'attachment; filename="{found.number}.p7s"',
    }
    if _held(call, tag):
        return Reply(body=b"", status=_HELD, headers=headers)
    cms = call.docgen.fetch_document.pdf(found)
    return Reply(body=cms, media_type=_CMS, headers=headers)


def fetch_page(call: Call) -> Reply:
    """A page as an image, exactly as it is in the PDF."""
    query, page = call.query_as(PageQuery), page_number(call)
    found = located(call)
    tag = f'"{found.sha256}-{page}-{query.width}"'
    if _held(call, tag):
        return Reply(body=b"", status=_HELD, headers=_headers(tag, query))
    image = call.docgen.fetch_document.page(found, page, width=query.width)
    return Reply(body=image, media_type="image/webp", headers=_headers(tag, query))


def fetch_words(call: Call) -> Reply:
    """A page's words, for whoever hears it instead of seeing it."""
    text = call.docgen.fetch_document.text(located(call), page_number(call))
    return Reply(body=PageTextShape(lines=tuple(text.splitlines())))


def show_qr(call: Call) -> Reply:
    """The address at which anybody can verify the document, for the subscriber's own phone."""
    for each in call.envelope.envelope.documents:
        if each.id == call.path["document_id"]:
            address = f"{call.docgen.public_url}/verify/{each.verification_token}"
            drawn = BytesIO()
            segno.make(address, error="m").save(drawn, kind="svg", scale=8, border=3)
            kept = {"Cache-Control": "private, no-cache"}
            return Reply(body=drawn.getvalue(), media_type="image/svg+xml", headers=kept)
    raise DocumentNotFound


def located(call: Call) -> Located:
    """The document of the path, in the version of the query."""
    query = call.query_as(PdfQuery)
    return call.docgen.fetch_document.locate(
        call.envelope.envelope,
        call.path["document_id"],
        version=None if query.version is None else Version(query.version),
    )


def page_number(call: Call) -> int:
    """The page of the path, from 1; raises DocumentNotFound for what is no such number."""
    page = call.path["page"]
    if not _PAGE.fullmatch(page):
        raise DocumentNotFound
    return int(page)


def _held(call: Call, tag: str) -> bool:
    return tag.strip('"') in call.etags


def _headers(tag: str, query: PdfQuery) -> dict[str, str]:
    """The caller's own store may keep it, and needs not ask again for a version it has named.

    Without a name it is the latest, and so is the archived one: it asks each time whether it still
    is.
    """
    kept = _FOR_A_YEAR if query.version in _UNCHANGING else "no-cache"
    return {"ETag": tag, "Cache-Control": f"private, {kept}"}


ROUTES = (
    Route(
        method="GET",
        path="/v1/envelopes/{envelope_id}/documents/{document_id}/pdf",
        view=fetch_pdf,
        for_signer=True,
        summary="Fetch a document",
        tag="documents",
        scope=Scope.ENVELOPES_READ,
        query=PdfQuery,
        answer=Answer(says="The PDF", media_type="application/pdf", headers=_TAGGED),
        refusals=(NotReady, DocumentNotFound, BlobNotFound, BlobDamaged),
    ),
    Route(
        method="GET",
        path="/v1/envelopes/{envelope_id}/documents/{document_id}/cms",
        view=fetch_cms,
        summary="Fetch the signature beside a sealed document",
        tag="documents",
        scope=Scope.ENVELOPES_READ,
        answer=Answer(says="A detached CMS over the PDF", media_type=_CMS, headers=_TAGGED),
        refusals=(DocumentNotFound, BlobNotFound, BlobDamaged),
    ),
    Route(
        method="GET",
        path="/v1/envelopes/{envelope_id}/documents/{document_id}/pages/{page}",
        view=fetch_page,
        for_signer=True,
        summary="Fetch a page as an image",
        tag="documents",
        scope=Scope.ENVELOPES_READ,
        query=PageQuery,
        answer=Answer(says="The page", media_type="image/webp", headers=_TAGGED),
        refusals=(Busy, NotReady, DocumentNotFound, BlobNotFound, BlobDamaged),
    ),
    Route(
        method="GET",
        path="/v1/envelopes/{envelope_id}/documents/{document_id}/pages/{page}/text",
        view=fetch_words,
        summary="Fetch a page's words",
        tag="documents",
        scope=Scope.ENVELOPES_READ,
        for_signer=True,
        query=PdfQuery,
        answer=Answer(says="The words, line by line", model=PageTextShape),
        refusals=(Busy, NotReady, DocumentNotFound, BlobNotFound, BlobDamaged),
    ),
    Route(
        method="GET",
        path="/v1/envelopes/{envelope_id}/documents/{document_id}/qr",
        view=show_qr,
        summary="Fetch the address of verification as a QR code",
        tag="documents",
        scope=Scope.ENVELOPES_READ,
        for_signer=True,
        answer=Answer(says="The QR code", media_type="image/svg+xml"),
        refusals=(DocumentNotFound,),
    ),
)
