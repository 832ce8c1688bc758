"""Fixtures for all tests."""

pytest_plugins = [
    "tests.services.turns",
    "tests.services.plugin",
    "tests.services.rendering",
    "tests.services.chromium",
]
