"""The forms of the contract: one folder each, and two Word files beside the packages."""
