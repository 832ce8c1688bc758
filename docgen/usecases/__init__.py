"""One verb a file: what Qoltanba does, over ports."""
