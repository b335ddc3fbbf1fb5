"""Secrets in text: where they stand, what is known of them, what stands for them."""
