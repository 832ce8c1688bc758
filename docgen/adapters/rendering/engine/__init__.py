"""The rendering engine, a program of its own: standard library only, on the system's Python."""
