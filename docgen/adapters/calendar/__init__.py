"""Where working days come from."""
