"""Ways to do the work that follows a transaction."""
