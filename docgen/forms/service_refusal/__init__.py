"""Annex 4: application to refuse services."""
