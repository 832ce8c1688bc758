"""The demo's own certificate and time-stamp authority, on the loopback only."""
