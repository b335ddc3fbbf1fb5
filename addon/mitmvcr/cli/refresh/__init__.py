"""Asking the live API what a cassette holds, and what is said of the answers."""
