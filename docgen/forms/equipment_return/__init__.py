"""Annex 2: act of return of equipment."""
