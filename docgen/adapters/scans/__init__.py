"""Pictures and papers that were signed by hand, made anew."""
