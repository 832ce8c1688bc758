"""Visitors without a key, counted by their address."""
