"""Tests of pages as pictures."""
