"""Ways to the phone, one provider a file."""
