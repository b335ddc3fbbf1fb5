"""Bytes and the model: go-vcr's layouts, written and read."""
