"""Wires settings, adapters and use cases together; the only place that knows everyone.

A module for each thing that can be opened, so that a command loads no more than it needs.
"""

from docgen.adapters.chance import SystemChance
from docgen.adapters.clock import SystemClock

CLOCK = SystemClock()
CHANCE = SystemChance(CLOCK)
