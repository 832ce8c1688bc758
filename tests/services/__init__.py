"""Real services for the tests, started once and stopped with them."""
