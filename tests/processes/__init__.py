"""Processes as they are started, stopped and killed."""
