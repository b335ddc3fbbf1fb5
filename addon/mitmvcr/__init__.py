"""Record HTTP(S) traffic into go-vcr cassettes and replay it offline."""

__version__ = "0.1.0.dev0"
