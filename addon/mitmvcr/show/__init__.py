"""An interaction as people look at it: values for JSON, which the terminal, the page
and a report share."""

from mitmvcr.show.bodies import USUAL, WHOLE, Limits, body_facts
from mitmvcr.show.rows import Row, described, row
