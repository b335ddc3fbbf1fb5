"""The control API over HTTP: what a test framework says of its sessions."""
