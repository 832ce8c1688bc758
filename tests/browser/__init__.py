"""The pages of signing in a real browser: three origins, two languages."""
