"""People who sign in: passwords, and the operator's identity provider."""
