"""Tests of the faster routes."""
