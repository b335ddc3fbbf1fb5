"""What is a secret, where it stands, and what stands in its place."""
