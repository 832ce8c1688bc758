"""What each route of the interface wants, written down apart from the routes themselves."""

_LISTS = {
    "forms:read": """
        GET /v1/forms
        GET /v1/forms/{code}
        GET /v1/consents
    """,
    "envelopes:create": """
        POST /v1/envelopes
    """,
    "envelopes:read": """
        GET /v1/envelopes
        GET /v1/envelopes/{envelope_id}
        GET /v1/envelopes/{envelope_id}/documents/{document_id}/pdf
        GET /v1/envelopes/{envelope_id}/documents/{document_id}/cms
        GET /v1/envelopes/{envelope_id}/documents/{document_id}/pages/{page}
        GET /v1/envelopes/{envelope_id}/documents/{document_id}/pages/{page}/text
        GET /v1/envelopes/{envelope_id}/documents/{document_id}/qr
    """,
    "envelopes:end": """
        POST /v1/envelopes/{envelope_id}/decline
        POST /v1/envelopes/{envelope_id}/void
    """,
    "envelopes:sign": """
        POST /v1/envelopes/{envelope_id}/code
        POST /v1/envelopes/{envelope_id}/confirmation
        POST /v1/envelopes/{envelope_id}/handwritten
        POST /v1/envelopes/{envelope_id}/tickets
    """,
    "phones:verify": """
        POST /v1/phone-verifications
        GET /v1/phone-verifications/{verification_id}
        POST /v1/phone-verifications/{verification_id}/code
        POST /v1/phone-verifications/{verification_id}/confirmation
    """,
    "journal:read": """
        GET /v1/envelopes/{envelope_id}/journal
    """,
    "documents:verify": """
        POST /v1/verify
    """,
    "open": """
        POST /v1/sms/receipts/smsc-kz
        POST /v1/sign/session
        GET /v1/session/ways
        POST /v1/session
        GET /v1/session/openid
        GET /v1/session/openid/callback
    """,
    "webhooks:manage": """
        POST /v1/webhooks
        GET /v1/webhooks
        GET /v1/webhooks/{webhook_id}
        PATCH /v1/webhooks/{webhook_id}
        DELETE /v1/webhooks/{webhook_id}
        GET /v1/webhooks/{webhook_id}/secret
        POST /v1/webhooks/{webhook_id}/secret
        GET /v1/webhooks/{webhook_id}/deliveries
        POST /v1/webhooks/{webhook_id}/redeliver
    """,
    "signer:opened": """
        POST /v1/sign/session/prolonged
        POST /v1/sign/proof
    """,
    "signer:proved": """
        GET /v1/sign/envelope
        GET /v1/sign/documents/{document_id}/pdf
        GET /v1/sign/documents/{document_id}/pages/{page}
        GET /v1/sign/documents/{document_id}/pages/{page}/text
        POST /v1/sign/code
        POST /v1/sign/confirmation
        POST /v1/sign/decline
    """,
    "staff": """
        GET /v1/session
        DELETE /v1/session
        POST /v1/session/hand-over
        POST /v1/session/take-back
        POST /v1/session/password
    """,
    "visits:plan": """
        POST /v1/visits
        PUT /v1/visits/{visit_id}
        DELETE /v1/visits/{visit_id}
    """,
    "visits:work": """
        GET /v1/visits
        GET /v1/visits/{visit_id}
        PUT /v1/visits/{visit_id}/draft
        POST /v1/visits/{visit_id}/envelope
    """,
    "packs": """
        POST /v1/packs
        POST /v1/packs/{pack_id}/overrides
        POST /v1/packs/{pack_id}/build
        POST /v1/packs/{pack_id}/outcomes
        POST /v1/pack-papers
        POST /v1/pack-batches
        POST /v1/pack-batches/{batch_id}/stop
        POST /v1/pack-batches/{batch_id}/resume
    """,
    "packs:read": """
        GET /v1/packs
        GET /v1/packs/{pack_id}
        GET /v1/packs/{pack_id}/download
        GET /v1/packs/{pack_id}/files/{sha256}
        GET /v1/packs/{pack_id}/files/{sha256}/pages/{page}
        GET /v1/packs/{pack_id}/files/{sha256}/pages/{page}/text
        GET /v1/court-list
        GET /v1/court-list.csv
        GET /v1/pack-batches
        GET /v1/pack-batch-template
        GET /v1/pack-batches/{batch_id}
        GET /v1/pack-batches/{batch_id}/summary
    """,
}
"""A key's scope; a signer's session, `opened` or with his proof; a person of the staff; nothing."""
WANTS = {
    line.strip(): want
    for want, listed in _LISTS.items()
    for line in listed.split("\n")
    if line.strip()
}
OPEN, OPENED, PROVED, STAFF = "open", "signer:opened", "signer:proved", "staff"
