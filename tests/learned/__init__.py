"""Real programs whose requests vary: each is learned, and replayed ten times."""
