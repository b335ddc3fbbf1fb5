"""A message between the wire and the cassette: as go-vcr sees it, or as it was sent."""
