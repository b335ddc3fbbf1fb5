"""Where a cassette lies: its file, its journal and lock, or a remote place."""
