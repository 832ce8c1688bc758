"""The rules, pure: frozen dataclasses and the standard library, no clock, no network, no disk."""
