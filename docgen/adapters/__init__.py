"""Everything outside, one provider a file; adapters never import one another."""
