"""Annex 5: terms of the self-service system's mobile application."""
