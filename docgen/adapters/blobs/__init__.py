"""Bytes under their hash."""
