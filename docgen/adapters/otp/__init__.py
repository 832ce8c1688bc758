"""One-time codes in Redis: counted and compared in one step, or not at all."""
