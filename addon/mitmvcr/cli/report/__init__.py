"""What is said at the end of a run: on the console, in files, on GitHub."""
