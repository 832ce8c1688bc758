"""The HTTP interface, over a real register and a real Redis."""
