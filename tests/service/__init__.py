"""The service as it runs: real processes, looked at from outside over HTTP."""
