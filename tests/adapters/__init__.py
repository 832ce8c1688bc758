"""Adapters, each against the contract of its port."""
