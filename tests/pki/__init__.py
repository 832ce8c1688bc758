"""A second certificate authority for tests, made by software that is not ours."""
