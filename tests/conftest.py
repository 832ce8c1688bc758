"""Fixtures for all tests."""

pytest_plugins = ["tests.services.plugin", "tests.services.rendering", "tests.services.chromium"]
