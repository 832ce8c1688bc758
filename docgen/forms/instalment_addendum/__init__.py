"""Addendum to an agreement on paying off a debt by instalments (point 12 of the contract)."""
