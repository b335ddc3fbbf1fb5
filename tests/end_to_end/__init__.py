"""Whole runs: real clients, the real mitmdump, a real origin."""
