"""Strangers' files are opened in processes of their own, which have little and can do little."""
