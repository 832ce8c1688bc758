"""Notary packs, from a debtor's case to the volume in the notary's hands."""
