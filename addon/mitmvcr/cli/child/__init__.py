"""The command that is run: its process, its environment, what it trusts."""
