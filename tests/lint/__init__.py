"""The lint finds every kind of fault, at its place, and nothing in what is sound."""
