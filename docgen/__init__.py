"""Qoltanba's domain library: forms in, sealed documents out. It knows nothing of HTTP."""
