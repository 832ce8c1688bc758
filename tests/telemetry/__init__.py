"""What logs and metrics tell, and what they never tell."""
