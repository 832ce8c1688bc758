"""Version 1 of the interface: a module for each subject, its routes at the end."""

from api.route import Route
from api.v1 import (
    consents,
    court_list,
    documents,
    envelopes,
    forms,
    handwriting,
    journal,
    pack_files,
    packs,
    phone_verifications,
    receipts,
    sessions,
    signing,
    signing_sessions,
    tickets,
    verify,
    visits,
    webhooks,
)

ROUTES: tuple[Route, ...] = (
    *forms.ROUTES,
    *consents.ROUTES,
    *envelopes.ROUTES,
    *signing.ROUTES,
    *handwriting.ROUTES,
    *phone_verifications.ROUTES,
    *documents.ROUTES,
    *journal.ROUTES,
    *verify.ROUTES,
    *receipts.ROUTES,
    *webhooks.ROUTES,
    *tickets.ROUTES,
    *signing_sessions.ROUTES,
    *sessions.ROUTES,
    *visits.ROUTES,
    *packs.ROUTES,
    *pack_files.ROUTES,
    *court_list.ROUTES,
)
