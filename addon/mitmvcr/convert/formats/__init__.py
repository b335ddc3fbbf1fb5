"""One module for each foreign format: bytes into interactions, and back."""
