"""Papers as they lie in folders, and as they are bound."""
