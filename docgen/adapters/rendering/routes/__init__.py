"""Faster ways to the same pages than filling Word's own XML: what a template is compiled to."""
