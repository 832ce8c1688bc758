"""Annex 1: application to join the public contract."""
