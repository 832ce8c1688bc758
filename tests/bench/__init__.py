"""Tests of the bench: it must notice what it is there to notice."""
