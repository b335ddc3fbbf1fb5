"""A request pasted as a curl command."""
