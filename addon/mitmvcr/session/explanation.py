"""What only a miss needs, imported by whoever expects one: its import takes 10 ms."""

from mitmvcr.miss import explain as explain
from mitmvcr.miss import masking as masking
