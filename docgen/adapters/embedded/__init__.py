"""What the embedded default brings along instead of asking for."""
