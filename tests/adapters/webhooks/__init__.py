"""The way to other people's programs."""
