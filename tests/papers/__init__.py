"""Every form as a paper: rendered for real, read back, measured on the page."""
