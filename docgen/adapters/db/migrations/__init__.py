"""Migrations, numbered in the order they run."""
