"""Values that a client makes up and its answer repeats: found in what is recorded, put
in their places when it is replayed."""
