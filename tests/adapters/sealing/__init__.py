"""Tests of sealing and of verifying what was sealed."""
