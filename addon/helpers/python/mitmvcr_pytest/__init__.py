"""A cassette of mitmvcr for each test of a pytest suite, whatever its HTTP clients are.

``plugin`` has the hooks and fixtures, ``seat`` what a worker holds of the proxy,
``control`` speaks to its API, ``environment`` sends clients to it, ``settings`` reads
markers and configuration, and ``network`` blocks the rest.
"""
