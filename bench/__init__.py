"""How fast documents are made, measured against what people use otherwise, and for how long."""
