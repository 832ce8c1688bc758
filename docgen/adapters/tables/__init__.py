"""Tables that people fill in, and workbooks that they read."""
