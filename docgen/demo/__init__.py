"""The demo: the whole of it on one machine, with everything embedded."""

from docgen.demo.choice import choose_demo
from docgen.demo.visit import one_visit

__all__ = ["choose_demo", "one_visit"]
